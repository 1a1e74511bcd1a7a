/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trees of processes.
 *
 * A parent's space is handed to all; each forks a tree from it, whose members
 * write, exec or exit in any order, while the parent itself is being written.
 * A child sees its parent's pages as they were at the fork: pages that one
 * actor wrote in order never say that the later was written and the earlier was
 * not.
 */
#include "stress/stress.h"

#define PAGES 6
#define BATCH 6
#define TREE  3

struct fork_state {
	struct vmspace *parent;
};

static void
fork_begin(struct stress_run *run, struct actor *first)
{
	struct fork_state *state = run->state;

	if (run->round % 8 == 1) {
		actor_exit(first, state->parent);
		state->parent = run->ops->vmspace_alloc(run->vm);
		if (state->parent == NULL ||
		    !actor_map(first, state->parent, STRESS_HERE, PAGES,
			MAP_PRIVATE_, NULL)) {
			sync_store(&run->asked, TRUE);
			return;
		}
		first->sequence = 0;
	}
	for (unsigned i = 0; i < run->count; i++)
		run->actors[i].space = state->parent;
}

/* The first actor alone writes the parent: page 0, then 1, and so on. */
static void
fork_write(struct actor *actor)
{
	actor->sequence++;
	for (unsigned i = 0; i < PAGES; i++)
		(void)actor_store(
		    actor, STRESS_HERE + ptoa(i), actor->sequence);
}

/* In a child that has written nothing yet. */
static void
fork_check(struct actor *actor)
{
	uint64_t values[PAGES];

	for (unsigned i = 0; i < PAGES; i++) {
		if (!actor_load(actor, STRESS_HERE + ptoa(i), &values[i])) {
			actor_wrong(actor, "page %u is refused", i);
			return;
		}
		if (i > 0 &&
		    (values[i] > values[i - 1] || values[i] + 1 < values[0]))
			actor_wrong(actor,
			    "torn fork: page 0 says %lu, page %u %lu",
			    (unsigned long)values[0], i,
			    (unsigned long)values[i]);
	}
}

/* A tree below `parent`, of that depth at most. */
static void
fork_tree(struct stress_run *run, struct actor *actor, struct vmspace *parent,
    unsigned depth)
{
	struct vmspace *child = actor_fork(actor, parent);
	unsigned page = (unsigned)actor_random(actor, PAGES);

	if (child == NULL)
		return;
	actor_on(actor, child);
	if (depth == TREE)
		fork_check(actor);
	if (actor_random(actor, 2) == 0)
		(void)actor_store(
		    actor, STRESS_HERE + ptoa(page), ~(uint64_t)0 - depth);
	if (depth > 0 && actor_random(actor, 3) != 0)
		fork_tree(run, actor, child, depth - 1);
	if (actor_random(actor, 8) == 0) {
		actor_on(actor, child);
		(void)run->ops->exec(run->vm, &child);
	}
	actor_exit(actor, child);
	actor_count(actor);
}

static void
fork_act(struct stress_run *run, struct actor *actor)
{
	if (actor->space == NULL)
		return;
	for (unsigned i = 0; i < BATCH; i++) {
		actor_on(actor, actor->space);
		if (actor->number == 0 && i % 2 == 0)
			fork_write(actor);
		else
			fork_tree(run, actor, actor->space, TREE);
		actor_count(actor);
	}
	actor_on(actor, NULL);
}

static void
fork_down(struct stress_run *run, struct actor *first)
{
	struct fork_state *state = run->state;

	actor_exit(first, state->parent);
}

const struct stress stress_fork = {
	.name = "fork",
	.hunts = "forks against faults of the parent and exits of its children",
	.oracle = "a child sees its parent as it was at one moment; chains and "
		  "counts at rest",
	.blind = "to files: all memory is anonymous",
	.hazards = "D5 D6 E3 E5 E9 E11",
	.pairs = {
		{ HALF_fork, HALF_fault },
		{ HALF_fork, HALF_deallocate },
		{ HALF_fault, HALF_deallocate },
	},
	.points = STRESS_AT(copy_unlocked) | STRESS_AT(pmapcopy_page) | STRESS_AT(fault_pre_enter) | STRESS_AT(bypass_linked),
	.frames = 2048,
	.state_size = sizeof(struct fork_state),
	.repeats = TRUE,
	.begin = fork_begin,
	.act = fork_act,
	.down = fork_down,
};
