/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the scheduler itself costs: three CPUs take one lock ten times each.
 */
#include "pmap_sim/sync.h"
#include "stress/scenarios/scenario.h"

#define TASKS 3
#define TURNS 10

struct counter {
	struct sync_spin lock;
	int count; /* under lock */
};

static void
task(struct scene *scene, unsigned i)
{
	struct counter *counter = scene->memory;

	(void)i;
	for (unsigned turn = 0; turn < TURNS; turn++) {
		sync_spin_take(&counter->lock);
		counter->count++;
		sync_spin_drop(&counter->lock);
	}
}

static void
check(struct scene *scene)
{
	struct counter *counter = scene->memory;

	if (counter->count != TASKS * TURNS)
		sched_fail(SCHED_INVARIANT, "an increment was lost");
}

const struct scenario scenario_bench_locks = {
	.name = "bench.locks",
	.story = "3 CPUs x 10 lock, increment, unlock: how fast the search is",
	.tasks = TASKS,
	.memory = sizeof(struct counter),
	.task = task,
	.check = check,
};
