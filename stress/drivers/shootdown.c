/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translations taken away while they are in use.
 *
 * All actors run in one space.  Each owns some pages; it takes the right to
 * write away from one, or the page itself, while the others store to it.  From
 * the moment the call returns no store may arrive: what the page reads then, it
 * reads until the right is given back.
 */
#include "stress/stress.h"

#define PAGES 8
#define BATCH 16

struct shootdown_state {
	struct vmspace *space;
};

static void
shootdown_begin(struct stress_run *run, struct actor *first)
{
	struct shootdown_state *state = run->state;

	if (state->space == NULL) {
		state->space = run->ops->vmspace_alloc(run->vm);
		if (state->space == NULL ||
		    !actor_map(first, state->space, STRESS_HERE, PAGES,
			MAP_PRIVATE_, NULL))
			sync_store(&run->asked, TRUE);
	}
	for (unsigned i = 0; i < run->count; i++)
		run->actors[i].space = state->space;
}

/* Take the right to write away, look, give it back. */
static void
shootdown_protect(struct stress_run *run, struct actor *actor, vm_offset_t va)
{
	uint64_t before = 0, after = 0;

	if (run->ops->mprotect(run->vm, actor->space, va, PAGE_SIZE,
		VM_PROT_READ) != KERN_SUCCESS)
		return;
	if (!actor_load(actor, va, &before))
		return; /* its other owner has unmapped it */
	for (unsigned i = 0; i < 8; i++) {
		if (!actor_load(actor, va, &after))
			return;
		if (after != before)
			actor_wrong(actor,
			    "a read-only page changed from %#lx to %#lx",
			    (unsigned long)before, (unsigned long)after);
	}
	(void)run->ops->mprotect(
	    run->vm, actor->space, va, PAGE_SIZE, STRESS_RW);
}

/* Unmap and map again: it reads zero, or what others have stored since. */
static void
shootdown_remap(struct actor *actor, vm_offset_t va)
{
	actor_unmap(actor, actor->space, va, 1);
	(void)actor_map(actor, actor->space, va, 1, MAP_PRIVATE_, NULL);
}

static void
shootdown_act(struct stress_run *run, struct actor *actor)
{
	vm_offset_t own = STRESS_HERE + ptoa(actor->number % PAGES);
	boolean_t alone = actor->number < PAGES;
	uint64_t value;

	if (actor->space == NULL)
		return;
	actor_on(actor, actor->space);
	for (unsigned i = 0; i < BATCH; i++) {
		uint64_t draw = actor_random(actor, 8);
		unsigned count = run->count < PAGES ? run->count : PAGES;
		vm_offset_t va = STRESS_HERE + ptoa(actor_random(actor, count));

		if (alone && draw == 0)
			shootdown_protect(run, actor, own);
		else if (alone && draw == 1)
			shootdown_remap(actor, own);
		else if (draw < 5)
			(void)actor_load(actor, va, &value);
		else
			(void)actor_store(actor, va, ++actor->sequence);
		actor_count(actor);
	}
	actor_on(actor, NULL);
}

static void
shootdown_down(struct stress_run *run, struct actor *first)
{
	struct shootdown_state *state = run->state;

	actor_exit(first, state->space);
}

const struct stress stress_shootdown = {
	.name = "shootdown",
	.hunts = "rights and translations taken away against CPUs that use "
		 "them",
	.oracle = "a page that nobody may write does not change; a touch "
		  "through a dead translation; TLBs against tables at rest",
	.blind = "to races inside the object module",
	.hazards = "G9 G10 G11",
	.pairs = {
		{ HALF_unmap, HALF_touch },
		{ HALF_fault, HALF_fault },
	},
	.points = STRESS_AT(fault_pre_enter),
	.frames = 1024,
	.state_size = sizeof(struct shootdown_state),
	.repeats = TRUE,
	.begin = shootdown_begin,
	.act = shootdown_act,
	.down = shootdown_down,
};
