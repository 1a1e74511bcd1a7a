/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Heaps that grow into memory they once had.
 *
 * Each actor grows a heap by small steps and shrinks it again.  A shrunk heap's
 * object keeps the pages beyond its end until it grows over them, and the
 * daemon takes them like any others; they must read zero then, and what is
 * stored there must stay.  An object that has a pager grows no more, so a heap
 * is soon given up for the next.
 *
 * All heaps are in one space, and everybody looks into everybody's: an object
 * that grows, or might, is being faulted on.
 */
#include <string.h>

#include "stress/stress.h"

#define HEAPS   2
#define MOST    16 /* pages of a heap */
#define BATCH   12
#define STEP    3
#define BREATHS 32
#define PEEKS   2

/* Heap h of an actor; none is next to another. */
#define APART           64 /* pages */
#define HEAP(number, h) (STRESS_HERE + ptoa(((number)*HEAPS + (h)) * APART))

struct heaps {
	struct vmspace *space;
	struct {
		_Alignas(64) unsigned pages[HEAPS];
		uint64_t stored[HEAPS][MOST];
	} mine[64];
};

/* FALSE: no memory. */
static boolean_t
coalesce_resize(struct actor *actor, unsigned heap, unsigned to)
{
	struct stress_run *run = actor->run;
	struct heaps *state = run->state;
	unsigned *pages = &state->mine[actor->number].pages[heap];

	if (run->ops->brk(run->vm, state->space,
		HEAP(actor->number, heap) + ptoa(*pages),
		HEAP(actor->number, heap) + ptoa(to)) != KERN_SUCCESS)
		return FALSE;
	*pages = to;
	return TRUE;
}

/* A page that has just been gained reads zero, and is stored to; or it is left
 * alone. */
static void
coalesce_gain(struct actor *actor, unsigned heap, unsigned page)
{
	struct heaps *state = actor->run->state;
	uint64_t *stored = &state->mine[actor->number].stored[heap][page];
	vm_offset_t va = HEAP(actor->number, heap) + ptoa(page);
	uint64_t value = 0;

	*stored = 0;
	if (actor_random(actor, 3) != 0)
		return;
	if (!actor_load(actor, va, &value) || value != 0)
		actor_wrong(actor,
		    "page %u of a grown heap: expected 0, found %#lx", page,
		    (unsigned long)value);
	value = (uint64_t)(actor->number + 1) << 48 |
		(uint64_t)(page + 1) << 40 | ++actor->sequence;
	if (actor_store(actor, va, value))
		*stored = value;
}

/* A page at a time. */
static void
coalesce_grow(struct actor *actor, unsigned heap, unsigned to)
{
	struct heaps *state = actor->run->state;
	const unsigned *pages = &state->mine[actor->number].pages[heap];

	while (*pages < to && coalesce_resize(actor, heap, *pages + 1))
		coalesce_gain(actor, heap, *pages - 1);
}

static void
coalesce_read(struct actor *actor, unsigned heap, unsigned page)
{
	struct heaps *state = actor->run->state;
	uint64_t stored = state->mine[actor->number].stored[heap][page];
	uint64_t value = 0;

	if (!actor_load(
		actor, HEAP(actor->number, heap) + ptoa(page), &value) ||
	    value != stored)
		actor_wrong(actor, "page %u of a heap: stored %#lx, found %#lx",
		    page, (unsigned long)stored, (unsigned long)value);
}

/* Nearly nothing is left, and it breathes: what is beyond its end is on its way
 * out, and each breath wants a page of it. */
static void
coalesce_shrink(struct actor *actor, unsigned heap)
{
	unsigned to = 1 + (unsigned)actor_random(actor, STEP);

	if (!coalesce_resize(actor, heap, to))
		return;
	for (unsigned i = 0; i < BREATHS; i++) {
		coalesce_grow(actor, heap, to + 1);
		(void)coalesce_resize(actor, heap, to);
	}
}

/* All at first; then nearly nothing, and from there a little more at a time. */
static void
coalesce_step(struct actor *actor, unsigned heap)
{
	struct heaps *state = actor->run->state;
	unsigned pages = state->mine[actor->number].pages[heap];
	unsigned to = pages + 1 + (unsigned)actor_random(actor, STEP);

	if (pages == 0)
		to = MOST;
	else
		coalesce_read(
		    actor, heap, (unsigned)actor_random(actor, pages));
	if (to <= MOST)
		coalesce_grow(actor, heap, to);
	else
		coalesce_shrink(actor, heap);
}

/* Somebody's heap is looked into, if the page is there. */
static void
coalesce_peek(struct actor *actor)
{
	unsigned number = (unsigned)actor_random(actor, actor->run->count);
	unsigned heap = (unsigned)actor_random(actor, HEAPS);
	uint64_t value;

	(void)actor_load(actor,
	    HEAP(number, heap) + ptoa(actor_random(actor, MOST)), &value);
}

static void
coalesce_begin(struct stress_run *run, struct actor *first)
{
	struct heaps *state = run->state;

	(void)first;
	state->space = run->ops->vmspace_alloc(run->vm);
}

static void
coalesce_end(struct stress_run *run, struct actor *first)
{
	struct heaps *state = run->state;

	actor_exit(first, state->space);
}

static void
coalesce_act(struct stress_run *run, struct actor *actor)
{
	struct heaps *state = run->state;
	vm_offset_t heaps = HEAP(actor->number, 0);

	if (state->space == NULL)
		return;
	memset(state->mine[actor->number].pages, 0,
	    sizeof(state->mine[actor->number].pages));
	actor_on(actor, state->space);
	for (unsigned i = 0; i < BATCH * HEAPS; i++) {
		coalesce_step(actor, (unsigned)actor_random(actor, HEAPS));
		for (unsigned peek = 0; peek < PEEKS; peek++)
			coalesce_peek(actor);
		actor_count(actor);
	}
	/* What shrinking has left behind in the objects goes with them. */
	actor_unmap(actor, state->space, heaps, HEAPS * APART);
	actor_on(actor, NULL);
}

const struct stress stress_coalesce = {
	.name = "coalesce",
	.hunts = "growing an object in place against the daemon, which has its "
		 "old pages in hand",
	.oracle = "a heap that grows reads zero, and keeps what is stored; queues and frames at rest",
	.blind = "to growth of what is copied: heaps are never forked",
	.hazards = "F1 F2",
	.pairs = {
		{ HALF_coalesce, HALF_launder },
		{ HALF_launder, HALF_fault },
	},
	.points = STRESS_AT(pageout_pageralloc) | STRESS_AT(coalesce_tested) | STRESS_AT(pageout_put),
	.frames = 40,
	.state_size = sizeof(struct heaps),
	.swap_async = TRUE,
	.repeats = TRUE,
	.begin = coalesce_begin,
	.act = coalesce_act,
	.end = coalesce_end,
};
