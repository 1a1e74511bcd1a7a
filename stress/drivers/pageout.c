/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * More memory than there is.
 *
 * Every actor has more pages than its share of the frames, stores to them and
 * reads them back, so the daemon never stops: what it takes is being faulted
 * in, written, copied or dropped by somebody.
 */
#include "stress/stress.h"

#define PAGES 96
#define BATCH 64

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

static void
pageout_touch(struct stress_run *run, struct actor *actor)
{
	struct pageout *state = run->state;
	unsigned page = (unsigned)actor_random(actor, PAGES);
	uint64_t *stored = &state->mine[actor->number].stored[page];
	vm_offset_t va = STRESS_HERE + ptoa(page);
	uint64_t value = 0;

	if (!actor_load(actor, va, &value)) {
		actor_wrong(actor, "page %u is refused", page);
		return;
	}
	if (value != *stored)
		actor_wrong(actor, "page %u: stored %#lx, found %#lx", page,
		    (unsigned long)*stored, (unsigned long)value);
	if (actor_random(actor, 2) == 0)
		return;
	value = (uint64_t)(actor->number + 1) << 48 | ++actor->sequence;
	if (actor_store(actor, va, value))
		*stored = value;
}

static void
pageout_act(struct stress_run *run, struct actor *actor)
{
	if (actor->space == NULL)
		pageout_start(run, actor);
	if (actor->space == NULL)
		return;
	actor_on(actor, actor->space);
	for (unsigned i = 0; i < BATCH; i++) {
		pageout_touch(run, actor);
		actor_count(actor);
	}
	actor_on(actor, NULL);
	if (actor_random(actor, 4) != 0)
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
	},
	.frames = 160,
	.swap_async = TRUE,
	.state_size = sizeof(struct pageout),
	.repeats = TRUE,
	.act = pageout_act,
	.down = actors_close,
};
