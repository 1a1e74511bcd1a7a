/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * More memory than there is.
 *
 * Every actor has more pages than its share of the frames, stores to them and
 * reads them back, so the daemon never stops: what it takes is being faulted
 * in, written, inherited, copied or dropped by somebody.
 */
#include "stress/clock.h"
#include "stress/stress.h"

#define PAGES      96
#define BATCH      64
#define CHILDREN   8
#define SOME       32      /* pages */
#define PACES      6       /* each half as fast as the one before */
#define FASTEST_NS 16000ul /* from a store to the next */

struct pageout {
	struct {
		_Alignas(64) uint64_t stored[PAGES];
	} mine[64];
};

/* A space of its own, all zero. */
static void
pageout_start(struct stress_run *run, struct actor *actor)
{
	struct pageout *state = run->state;

	for (unsigned page = 0; page < PAGES; page++)
		state->mine[actor->number].stored[page] = 0;
	actor->space = run->ops->vmspace_alloc(run->vm);
	if (actor->space != NULL && !actor_map(actor, actor->space, STRESS_HERE,
					PAGES, MAP_PRIVATE_, NULL)) {
		actor_exit(actor, actor->space);
		actor->space = NULL;
	}
}

/* A page reads what was stored last. */
static void
pageout_read(struct stress_run *run, struct actor *actor, unsigned page)
{
	struct pageout *state = run->state;
	uint64_t stored = state->mine[actor->number].stored[page], value = 0;

	if (!actor_load(actor, STRESS_HERE + ptoa(page), &value))
		actor_wrong(actor, "page %u is refused", page);
	else if (value != stored)
		actor_wrong(actor, "page %u: stored %#lx, found %#lx", page,
		    (unsigned long)stored, (unsigned long)value);
}

static void
pageout_write(struct stress_run *run, struct actor *actor, unsigned page)
{
	struct pageout *state = run->state;
	uint64_t value =
	    (uint64_t)(actor->number + 1) << 48 | ++actor->sequence;

	if (actor_store(actor, STRESS_HERE + ptoa(page), value))
		state->mine[actor->number].stored[page] = value;
}

static void
pageout_touch(struct stress_run *run, struct actor *actor)
{
	unsigned page = (unsigned)actor_random(actor, PAGES);

	pageout_read(run, actor, page);
	if (actor_random(actor, 2) == 0)
		pageout_write(run, actor, page);
}

/* Read some pages, and then store to them, at one pace or another: some are on
 * their way out by now, clean and still mapped. */
static void
pageout_linger(struct stress_run *run, struct actor *actor)
{
	unsigned here = (unsigned)actor_random(actor, PAGES - SOME);
	uint64_t pace_ns = FASTEST_NS << actor_random(actor, PACES);

	for (unsigned i = 0; i < SOME; i++)
		pageout_read(run, actor, here + i);
	for (unsigned i = 1; i < SOME; i++) {
		uint64_t end_ns = now_ns() + pace_ns;

		while (now_ns() < end_ns)
			pageout_write(run, actor, here);
		pageout_write(run, actor, here + i);
		actor_count(actor);
	}
}

/* Some children, each for a moment: what they inherit is marked, wherever the
 * daemon is.  The last has a look. */
static void
pageout_fork(struct stress_run *run, struct actor *actor)
{
	struct vmspace *child = NULL;

	for (unsigned i = 0; i < CHILDREN; i++) {
		actor_exit(actor, child);
		child = actor_fork(actor, actor->space);
	}
	if (child == NULL)
		return;
	actor_on(actor, child);
	pageout_read(run, actor, (unsigned)actor_random(actor, PAGES));
	actor_exit(actor, child);
	actor_on(actor, actor->space);
}

/* Alone, once: memory is full before they act, and the daemon at work. */
static void
pageout_begin(struct stress_run *run, struct actor *first)
{
	(void)first;
	for (unsigned i = 0; run->round == 1 && i < run->count; i++) {
		struct actor *actor = &run->actors[i];

		pageout_start(run, actor);
		if (actor->space == NULL)
			return;
		actor_on(actor, actor->space);
		for (unsigned page = 0; page < PAGES; page++)
			pageout_write(run, actor, page);
		actor_on(actor, NULL);
	}
}

/* Even actors press: they fork, and end.  Odd ones linger. */
static void
pageout_act(struct stress_run *run, struct actor *actor)
{
	boolean_t presses = actor->number % 2 == 0;

	if (actor->space == NULL)
		pageout_start(run, actor);
	if (actor->space == NULL)
		return;
	actor_on(actor, actor->space);
	for (unsigned i = 0; !presses && i < 2; i++)
		pageout_linger(run, actor);
	for (unsigned i = 0; i < BATCH; i++) {
		if (presses && actor_random(actor, 4) == 0)
			pageout_fork(run, actor);
		pageout_touch(run, actor);
		actor_count(actor);
	}
	actor_on(actor, NULL);
	if (actor_random(actor, presses ? 3 : 8) > 1)
		return;
	actor_exit(actor, actor->space); /* with pages on their way out */
	actor->space = NULL;
}

const struct stress stress_pageout = {
	.name = "pageout",
	.hunts = "the daemon against faults on, and the end of, what it takes",
	.oracle = "each page reads back what was stored; queues, flags and "
		  "frames at rest",
	.blind = "to files: everything goes to swap",
	.hazards = "B4 C2 C8 F2 G1 G2 G3 G4 G5 G6",
	.pairs = {
		{ HALF_launder, HALF_fault },
		{ HALF_launder, HALF_terminate },
		{ HALF_launder, HALF_fork },
	},
	.points = STRESS_AT(pageout_checked) | STRESS_AT(pageout_put) | STRESS_AT(flags_read) | STRESS_AT(fault_activated),
	.frames = 160,
	.swap_async = TRUE,
	.state_size = sizeof(struct pageout),
	.repeats = TRUE,
	.begin = pageout_begin,
	.act = pageout_act,
	.down = actors_close,
};
