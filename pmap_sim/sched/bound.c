/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policy "bound": every schedule of at most k preemptions, depth first
 * (Musuvathi and Qadeer, PLDI 2007).
 *
 * By default the running task goes on; where it cannot, or has given way, the
 * next one does, and the others are alternatives that cost nothing.  Where it
 * could, each other task is an alternative for one preemption.  The search is a
 * stack with a frame for each choice: what was taken, what is left to take.
 * Each execution repeats the stack and goes on by default; after it, frames
 * with nothing left are taken off and the next alternative of the last is
 * taken.
 *
 * Whether the program does the same again each time is seen: a frame knows who
 * was runnable.  No reduction: interleavings of independent operations are all
 * counted.
 */
#include <stdlib.h>

#include "pmap_sim/sched/engine.h"

struct bound_frame {
	sched_set_t runnable; /* as it was */
	sched_set_t left;     /* alternatives not yet taken */
	unsigned taken;
};

struct bound {
	struct sched_policy policy;
	struct bound_frame *frame;
	uint64_t depth; /* of this execution */
	uint64_t fixed; /* frames that are repeated */
	bool exhausted;
};

static struct sched_policy *
bound_create(const struct sched_policy_config *config, const char **why)
{
	(void)why;
	return sched_policy_new(sizeof(struct bound), config);
}

static void
bound_destroy(struct sched_policy *policy)
{
	free(((struct bound *)policy)->frame);
}

static bool
bound_begin(struct sched_policy *policy, struct sched *s)
{
	struct bound *b = (struct bound *)policy;

	if (b->frame == NULL)
		b->frame = calloc(s->limit + 2, sizeof(*b->frame));
	b->depth = 0;
	return b->frame != NULL && !b->exhausted;
}

unsigned
sched_default_pick(const struct sched *s)
{
	return sched_keeps(s) ? s->current : sched_next_in_turn(s, s->runnable);
}

static unsigned
bound_pick(struct sched *s)
{
	struct bound *b = (struct bound *)s->policy;
	struct bound_frame *f = &b->frame[b->depth];

	if (b->depth < b->fixed) {
		b->depth++;
		if (f->runnable != s->runnable)
			sched_fail(SCHED_NONDETERMINISM,
			    "the same choices led elsewhere");
		return f->taken;
	}
	f->runnable = s->runnable;
	f->taken = sched_default_pick(s);
	f->left = s->runnable & ~SCHED_BIT(f->taken);
	if (sched_keeps(s) && s->preemptions >= b->policy.config.bound)
		f->left = 0;
	b->depth++;
	return f->taken;
}

static void
bound_end(struct sched_policy *policy, struct sched *s)
{
	struct bound *b = (struct bound *)policy;

	(void)s;
	while (b->depth > 0 && b->frame[b->depth - 1].left == 0)
		b->depth--;
	b->exhausted = b->depth == 0;
	b->fixed = b->depth;
	if (!b->exhausted) {
		struct bound_frame *f = &b->frame[b->depth - 1];

		f->taken = (unsigned)__builtin_ctzll(f->left);
		f->left &= f->left - 1;
	}
}

const struct sched_policy_ops sched_policy_bound = {
	.name = "bound",
	.summary = "every schedule of at most --bound preemptions",
	.exhaustive = true,
	.create = bound_create,
	.destroy = bound_destroy,
	.begin = bound_begin,
	.pick = bound_pick,
	.end = bound_end,
};
