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
 * TASKS ALIKE do the same whatever their numbers, and look at nothing shared
 * before their first point behind START.  Of those that have not begun, one is
 * as good as another, and so it is of those that have begun and done no more:
 * what follows differs in names only.  So but one of each lot is an
 * alternative, which STANDS FOR as many schedules as the lot is large, and n
 * writers that do the same cost n! times less.  The running task is of no lot
 * as long as leaving it is a preemption.
 *
 * DIVIDING.  Every alternative that is left is a part of the tree of its own,
 * known by the choices that lead to it, and nothing that is found in one part
 * adds to another.  So workers give each other alternatives, the shallowest
 * first, for below it is most; together they run each schedule once.
 *
 * A DEATH.  The stack is all there is to know: who goes on with it sees an
 * execution without an end, and takes it that it ended where it was.
 *
 * Whether the program does the same again each time is seen: a frame knows who
 * was runnable, and what had been done.  No reduction: interleavings of
 * independent operations are all counted.  How many there are is estimated from
 * probes (probes.h): the alternatives are known at each choice.
 */
#include "pmap_sim/sched/engine.h"
#include "pmap_sim/sched/probes.h"

#define LOTS 2

/* Tasks that nothing but their names tells apart. */
struct bound_lot {
	uint8_t one, size;
};

struct bound_frame {
	sched_set_t runnable; /* as it was */
	sched_set_t left;     /* alternatives not yet taken */
	uint64_t hash;        /* of the steps before */
	double before;        /* schedules that the choices before stand for */
	uint8_t taken;
	struct bound_lot lot[LOTS];
};

struct bound {
	struct sched_policy policy;
	struct bound_frame *frame;
	uint64_t room;  /* frames */
	uint64_t depth; /* of this execution */
	uint64_t fixed; /* frames that are repeated */
	bool exhausted;
	bool cut; /* alternatives were left out */
	bool probing;
	bool running;              /* begun, and not ended */
	uint64_t schedules, steps; /* of all of them */
	double stands_for;
	/* Of this execution: steps that were counted, and who had one, two. */
	uint64_t counted;
	sched_set_t begun, further;
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
	sched_policy_free(&policy->config, ((struct bound *)policy)->frame);
}

static bool
make_room(struct bound *b, uint64_t room)
{
	if (b->frame == NULL)
		b->frame = sched_policy_memory(
		    &b->policy.config, room, sizeof(*b->frame));
	b->room = room;
	return b->frame != NULL;
}

/* How many schedules the choices so far are one of. */
static double
stands_for(const struct bound *b)
{
	const struct bound_frame *f;
	double count;

	if (b->depth == 0)
		return 1;
	f = &b->frame[b->depth - 1];
	count = f->before;
	for (unsigned i = 0; i < LOTS; i++)
		if (f->lot[i].size > 1 && f->taken == f->lot[i].one)
			count *= f->lot[i].size;
	return count;
}

/* To the next alternative of the last frame that has any. */
static void
ascend(struct bound *b)
{
	while (b->depth > 0 && b->frame[b->depth - 1].left == 0)
		b->depth--;
	b->exhausted = b->depth == 0;
	b->fixed = b->depth;
	if (!b->exhausted) {
		struct bound_frame *f = &b->frame[b->depth - 1];

		f->taken = (uint8_t)__builtin_ctzll(f->left);
		f->left &= f->left - 1;
	}
}

/* The execution has come to its end, or its process has. */
static void
ended(struct bound *b)
{
	b->running = false;
	if (b->probing)
		probes_add(&b->probes, true);
	else {
		b->stands_for += stands_for(b);
		ascend(b);
	}
}

static bool
bound_begin(struct sched_policy *policy, struct sched *s)
{
	struct bound *b = (struct bound *)policy;

	if (!make_room(b, s->limit + 2))
		return false;
	if (b->running)
		ended(b);
	if (b->exhausted)
		return false;
	/* A probe is not counted, so the same number is due again. */
	b->probing = !b->probing && probes_due(b->schedules);
	b->schedules += !b->probing;
	b->probes.weight = 1;
	b->depth = b->counted = 0;
	b->begun = b->further = 0;
	b->running = true;
	return true;
}

unsigned
sched_default_pick(const struct sched *s)
{
	return sched_keeps(s) ? s->current : sched_next_in_turn(s, s->runnable);
}

/* Who has begun so far, and who has gone further. */
static void
count_steps(struct bound *b, const struct sched *s)
{
	for (; b->counted < s->steps; b->counted++) {
		sched_set_t bit = SCHED_BIT(s->trace[b->counted].op.task);

		b->further |= b->begun & bit;
		b->begun |= bit;
	}
}

/* One of the lot, the usual one if he can be, for all of it. */
static void
choose_one(
    struct bound_lot *lot, sched_set_t *all, sched_set_t set, unsigned usual)
{
	lot->size = (uint8_t)__builtin_popcountll(set);
	if (lot->size == 0)
		return;
	lot->one = (set >> usual & 1) != 0 ? (uint8_t)usual
					   : (uint8_t)__builtin_ctzll(set);
	*all = (*all & ~set) | SCHED_BIT(lot->one);
}

static sched_set_t
without_twins(struct bound *b, const struct sched *s, unsigned usual,
    struct bound_lot lot[LOTS])
{
	sched_set_t all = s->runnable, twins = all & b->policy.config.alike;

	lot[0].size = lot[1].size = 0;
	if (twins == 0)
		return all;
	count_steps(b, s);
	if (sched_keeps(s))
		twins &= ~SCHED_BIT(s->current);
	choose_one(&lot[0], &all, twins & ~b->begun, usual);
	choose_one(&lot[1], &all, twins & b->begun & ~b->further, usual);
	return all;
}

/* Who may go on; usual: who does by default. */
static sched_set_t
alternatives(struct bound *b, const struct sched *s, unsigned usual,
    struct bound_lot lot[LOTS])
{
	if (!sched_keeps(s) || s->preemptions < b->policy.config.bound)
		return without_twins(b, s, usual, lot);
	b->cut = true;
	lot[0].size = lot[1].size = 0;
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
	struct bound_lot lot[LOTS];
	sched_set_t all = alternatives(b, s, sched_default_pick(s), lot);
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
		sched_expect_same(s, f->runnable, f->hash);
		return f->taken;
	}
	f->runnable = s->runnable;
	f->hash = s->hash;
	f->taken = (uint8_t)sched_default_pick(s);
	f->left = alternatives(b, s, f->taken, f->lot) & ~SCHED_BIT(f->taken);
	f->before = stands_for(b);
	b->depth++;
	return f->taken;
}

static void
bound_end(struct sched_policy *policy, struct sched *s)
{
	struct bound *b = (struct bound *)policy;

	if (!b->probing) {
		b->steps += s->steps;
		if (b->depth < b->fixed)
			sched_ended_early(s);
	}
	ended(b);
}

static bool
bound_divide(struct sched_policy *from, struct sched_policy *to)
{
	struct bound *b = (struct bound *)from, *other = (struct bound *)to;
	uint64_t i = 0;

	while (i < b->fixed && b->frame[i].left == 0)
		i++;
	if (i == b->fixed || b->exhausted || !make_room(other, b->room))
		return false;
	for (uint64_t j = 0; j <= i; j++) {
		other->frame[j] = b->frame[j];
		other->frame[j].left = 0;
	}
	other->frame[i].taken = (uint8_t)__builtin_ctzll(b->frame[i].left);
	b->frame[i].left &= b->frame[i].left - 1;
	other->depth = other->fixed = i + 1;
	other->exhausted = false;
	return true;
}

static void
bound_tell(const struct sched_policy *policy, struct sched_search *search)
{
	const struct bound *b = (const struct bound *)policy;

	*search = (struct sched_search){
		.leaves = b->schedules,
		.stands_for = b->stands_for,
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
	.divide = bound_divide,
};
