/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that several spaces share on purpose.
 *
 * The actors' spaces are children of one that nobody runs in; they inherit a
 * range of it by SHARE, some of it copy-on-write already.  They store to it,
 * wire and unwire it, fork copies of it, unmap parts and end, in any order.
 * What one stores all see; a copy sees what was there.
 */
#include "stress/stress.h"

#define PAGES                  16
#define BATCH                  16
#define COPIES                 3
#define VALUE(actor, sequence) ((uint64_t)((actor) + 1) << 48 | (sequence))

struct share {
	struct vmspace *parent;
	struct vmspace *old; /* a copy, so that the range needs copies */
};

static void
share_begin(struct stress_run *run, struct actor *first)
{
	struct share *state = run->state;
	struct vmspace *parent = run->ops->vmspace_alloc(run->vm);

	*state = (struct share){ .parent = parent };
	if (parent == NULL)
		return;
	actor_on(first, parent);
	(void)actor_map(first, parent, STRESS_HERE, PAGES, MAP_PRIVATE_, NULL);
	for (unsigned i = 0; i < PAGES / 2; i++)
		(void)actor_store(first, STRESS_HERE + ptoa(i), 0);
	state->old = actor_fork(first, parent);
	(void)run->ops->inherit(
	    run->vm, parent, STRESS_HERE, ptoa(PAGES), VM_INHERIT_SHARE);
	actor_on(first, NULL);
}

static void
share_end(struct stress_run *run, struct actor *first)
{
	struct share *state = run->state;

	actor_exit(first, state->old);
	actor_exit(first, state->parent);
}

/* Its own page: what it stored, it reads.  And another's, which is often not in
 * memory: only while a fault reads a page in can its object be copied. */
static void
share_use(struct actor *actor)
{
	vm_offset_t va = STRESS_HERE + ptoa(actor->number % PAGES);
	uint64_t value = VALUE(actor->number, ++actor->sequence), found = 0;

	(void)actor_load(
	    actor, STRESS_HERE + ptoa(actor_random(actor, PAGES)), &found);
	if (actor->number >= PAGES)
		return;
	if (!actor_store(actor, va, value) || !actor_load(actor, va, &found) ||
	    found != value)
		actor_wrong(actor, "page %u: stored %#lx, found %#lx",
		    actor->number % PAGES, (unsigned long)value,
		    (unsigned long)found);
}

/* Private copies of all of it, one after the other.  The last has a look. */
static void
share_copy(struct stress_run *run, struct actor *actor)
{
	vm_offset_t va = STRESS_HERE + ptoa(actor->number % PAGES);
	uint64_t before = 0, after = 0;
	struct vmspace *copy = NULL;

	(void)run->ops->inherit(
	    run->vm, actor->space, STRESS_HERE, ptoa(PAGES), VM_INHERIT_COPY);
	(void)actor_load(actor, va, &before);
	for (unsigned i = 0; i < COPIES; i++) {
		actor_exit(actor, copy);
		copy = actor_fork(actor, actor->space);
	}
	(void)run->ops->inherit(
	    run->vm, actor->space, STRESS_HERE, ptoa(PAGES), VM_INHERIT_SHARE);
	if (copy == NULL)
		return;
	actor_on(actor, copy);
	if (!actor_load(actor, va, &after) ||
	    (actor->number < PAGES && after != before))
		actor_wrong(actor, "a copy: expected %#lx, found %#lx",
		    (unsigned long)before, (unsigned long)after);
	(void)actor_store(actor, va, ~(uint64_t)0);
	actor_exit(actor, copy);
	actor_on(actor, actor->space);
}

/* Another sharer, for a moment. */
static void
share_fork(struct actor *actor)
{
	struct vmspace *child = actor_fork(actor, actor->space);
	uint64_t value;

	if (child == NULL)
		return;
	actor_on(actor, child);
	(void)actor_load(
	    actor, STRESS_HERE + ptoa(actor_random(actor, PAGES)), &value);
	actor_exit(actor, child);
	actor_on(actor, actor->space);
}

static void
share_wire(struct stress_run *run, struct actor *actor)
{
	vm_offset_t va = STRESS_HERE + ptoa(actor_random(actor, PAGES - 1));

	if (run->ops->wire(run->vm, actor->space, va, ptoa(2), TRUE) !=
	    KERN_SUCCESS)
		return;
	share_use(actor);
	(void)run->ops->wire(run->vm, actor->space, va, ptoa(2), FALSE);
}

static void
share_act(struct stress_run *run, struct actor *actor)
{
	struct share *state = run->state;

	actor->space =
	    state->parent != NULL ? actor_fork(actor, state->parent) : NULL;
	if (actor->space == NULL)
		return;
	actor_on(actor, actor->space);
	for (unsigned i = 0; i < BATCH; i++) {
		switch (actor_random(actor, 8)) {
		case 0:
		case 3:
		case 4:
		case 5:
			share_copy(run, actor);
			break;
		case 1:
			share_fork(actor);
			break;
		case 2:
			share_wire(run, actor);
			break;
		default:
			share_use(actor);
		}
		actor_count(actor);
	}
	actor_exit(actor, actor->space);
}

const struct stress stress_share = {
	.name = "share",
	.hunts = "share maps that are copied, wired and dropped while their "
		 "sharers fault",
	.oracle = "each sharer reads back what it stored, a copy what was "
		  "there; wiring and counts at rest",
	.blind = "to the order of stores by different sharers",
	.hazards = "G5 G7 G16 D6",
	.pairs = {
		{ HALF_copy, HALF_fault },
		{ HALF_fault, HALF_fault },
		{ HALF_fault, HALF_deallocate },
		{ HALF_wire, HALF_fault },
	},
	.points = STRESS_AT(fault_pagein),
	.frames = 24,
	.state_size = sizeof(struct share),
	.repeats = TRUE,
	.begin = share_begin,
	.act = share_act,
	.end = share_end,
};
