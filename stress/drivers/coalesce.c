/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Heaps that grow into memory they once had.
 *
 * Each actor grows a heap by small steps and shrinks it again.  A shrunk heap's
 * object keeps the pages beyond its end until it grows over them, and the
 * daemon takes them like any others; they must read zero then.  Other memory of
 * the actor's keeps the daemon at work.
 */
#include "stress/stress.h"

#define HEAP     STRESS_HERE
#define MOST     64 /* pages of heap */
#define STEP     3
#define BATCH    64
#define PRESSURE (STRESS_HERE + ptoa(1024))
#define OTHERS   8 /* pages of other memory */

static boolean_t
coalesce_start(struct stress_run *run, struct actor *actor)
{
	actor->sequence = 0; /* pages of heap */
	actor->space = run->ops->vmspace_alloc(run->vm);
	if (actor->space == NULL)
		return FALSE;
	actor_on(actor, actor->space);
	return actor_map(
	    actor, actor->space, PRESSURE, OTHERS, MAP_PRIVATE_, NULL);
}

static void
coalesce_grow(struct stress_run *run, struct actor *actor, unsigned to)
{
	unsigned from = (unsigned)actor->sequence;
	uint64_t value = 0;

	if (run->ops->brk(run->vm, actor->space, HEAP + ptoa(from),
		HEAP + ptoa(to)) != KERN_SUCCESS)
		return;
	actor->sequence = to;
	for (unsigned page = from; page < to; page++) {
		vm_offset_t va = HEAP + ptoa(page);

		if (!actor_load(actor, va, &value) || value != 0)
			actor_wrong(actor,
			    "page %u of a grown heap: expected 0, found %#lx",
			    page, (unsigned long)value);
		(void)actor_store(actor, va, ~(uint64_t)page);
	}
}

static void
coalesce_act(struct stress_run *run, struct actor *actor)
{
	if (!coalesce_start(run, actor)) {
		actor_exit(actor, actor->space);
		return;
	}
	for (unsigned i = 0; i < BATCH; i++) {
		unsigned pages = (unsigned)actor->sequence;
		unsigned to = pages + 1 + (unsigned)actor_random(actor, STEP);

		if (to > MOST) {
			to = 1 + (unsigned)actor_random(actor, MOST / 2);
			if (run->ops->brk(run->vm, actor->space,
				HEAP + ptoa(pages),
				HEAP + ptoa(to)) == KERN_SUCCESS)
				actor->sequence = to;
		} else
			coalesce_grow(run, actor, to);
		(void)actor_store(
		    actor, PRESSURE + ptoa(actor_random(actor, OTHERS)), i);
		actor_count(actor);
	}
	/* What shrinking has left behind in its objects goes with them. */
	actor_exit(actor, actor->space);
}

const struct stress stress_coalesce = {
	.name = "coalesce",
	.hunts = "growing an object in place against the daemon, which has its "
		 "old pages in hand",
	.oracle = "a heap that grows reads zero; queues and frames at rest",
	.blind = "to growth of what others share: a heap has one owner",
	.hazards = "F1 F2",
	.pairs = {
		{ HALF_coalesce, HALF_launder },
	},
	.frames = 96,
	.swap_async = TRUE,
	.repeats = TRUE,
	.act = coalesce_act,
};
