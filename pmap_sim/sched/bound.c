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
 * counted.  How many there are is estimated from probes (probes.h): the
 * alternatives are known at each choice.
 */
#include <stdlib.h>

#include "pmap_sim/sched/engine.h"
#include "pmap_sim/sched/probes.h"

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
	bool cut; /* alternatives were left out */
	bool probing;
	uint64_t schedules, steps; /* of all of them */
	struct probes probes;
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
	if (b->frame == NULL || b->exhausted)
		return false;
	/* A probe is not counted, so the same number is due again. */
	b->probing = !b->probing && probes_due(b->schedules);
	b->schedules += !b->probing;
	b->probes.weight = 1;
	b->depth = 0;
	return true;
}

unsigned
sched_default_pick(const struct sched *s)
{
	return sched_keeps(s) ? s->current : sched_next_in_turn(s, s->runnable);
}

/* Who may go on. */
static sched_set_t
alternatives(struct bound *b, const struct sched *s)
{
	if (!sched_keeps(s) || s->preemptions < b->policy.config.bound)
		return s->runnable;
	b->cut = true;
	return SCHED_BIT(s->current);
}

/*
 * A probe may go down as it likes, if it counts what it was likely to do.  One
 * that drew uniformly would be out of preemptions after a few steps, and most
 * schedules are not like that: where b preemptions fall on r steps at random,
 * the next step has one with chance b/r; and with more of them than are needed,
 * each task is as likely as another.
 */
static unsigned
bound_probe(struct bound *b, struct sched *s)
{
	sched_set_t all = alternatives(b, s);
	uint64_t left = b->policy.config.bound - s->preemptions;
	uint64_t length = b->steps / b->schedules;
	uint64_t rest = length > s->steps ? length - s->steps : 0;
	double chance = (double)left / (double)(left + rest + 1);
	uint64_t bits = sched_random(s);
	unsigned count = (unsigned)__builtin_popcountll(all);

	if (sched_keeps(s) && count > 1) {
		if (chance > 1 - 1.0 / count)
			chance = 1 - 1.0 / count;
		if ((double)(uint32_t)bits >= chance * 0x1p32) {
			b->probes.weight /= 1 - chance;
			return s->current;
		}
		b->probes.weight /= chance;
		all &= ~SCHED_BIT(s->current);
		count--;
	}
	b->probes.weight *= count;
	return sched_nth(all, sched_below((uint32_t)(bits >> 32), count));
}

static unsigned
bound_pick(struct sched *s)
{
	struct bound *b = (struct bound *)s->policy;
	struct bound_frame *f = &b->frame[b->depth];

	if (b->probing)
		return bound_probe(b, s);
	if (b->depth < b->fixed) {
		b->depth++;
		if (f->runnable != s->runnable)
			sched_fail(SCHED_NONDETERMINISM,
			    "the same choices led elsewhere");
		return f->taken;
	}
	f->runnable = s->runnable;
	f->taken = sched_default_pick(s);
	f->left = alternatives(b, s) & ~SCHED_BIT(f->taken);
	b->depth++;
	return f->taken;
}

static void
bound_end(struct sched_policy *policy, struct sched *s)
{
	struct bound *b = (struct bound *)policy;

	if (b->probing) {
		probes_add(&b->probes, true);
		return;
	}
	b->steps += s->steps;
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

static void
bound_tell(const struct sched_policy *policy, struct sched_search *search)
{
	const struct bound *b = (const struct bound *)policy;

	*search = (struct sched_search){
		.leaves = b->schedules,
		.probes = b->probes.count,
		.total = b->probes.mean,
		.error = probes_error(&b->probes),
		.whole = !b->cut,
	};
}

const struct sched_policy_ops sched_policy_bound = {
	.name = "bound",
	.summary = "every schedule of at most --bound preemptions",
	.exhaustive = true,
	.deepens = true,
	.create = bound_create,
	.destroy = bound_destroy,
	.begin = bound_begin,
	.pick = bound_pick,
	.end = bound_end,
	.tell = bound_tell,
};
