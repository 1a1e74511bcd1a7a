/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs whose classes can be counted by hand: n CPUs increment one word m
 * times each.  Only the order of the increments matters, so the classes are the
 * ways to arrange n·m of them, m alike of each kind: (n·m)! / m!^n.
 *
 *	3 x 3	1,680
 *	3 x 4	34,650
 *	4 x 3	369,600
 */
#include "pmap_sim/sync.h"
#include "stress/scenarios/scenario.h"

struct count {
	struct sync_spin lock;
	int locked; /* under lock */
	int atomic; /* atomic */
};

struct count_size {
	unsigned turns;
	boolean_t locks;
};

static void
count_task(struct scene *scene, unsigned i)
{
	struct count *count = scene->memory;
	const struct count_size *size = scene->scenario->data;

	(void)i;
	for (unsigned turn = 0; turn < size->turns; turn++) {
		if (!size->locks) {
			sync_add(&count->atomic, 1);
			continue;
		}
		sync_spin_take(&count->lock);
		count->locked++;
		sync_spin_drop(&count->lock);
	}
}

static void
count_check(struct scene *scene)
{
	const struct count *count = scene->memory;
	const struct count_size *size = scene->scenario->data;

	if (count->locked + count->atomic !=
	    (int)(size->turns * scene->scenario->tasks))
		sched_fail(SCHED_INVARIANT, "an increment was lost");
}

#define COUNT(kind, how, n, m, by_lock)                                        \
	const struct scenario scenario_bench_##kind##_##n##x##m = {            \
		.name = "bench." #kind "." #n "x" #m,                          \
		.story = #n " CPUs x " #m " increments, each " how,            \
		.tasks = n,                                                    \
		.memory = sizeof(struct count),                                \
		.task = count_task,                                            \
		.check = count_check,                                          \
		.data = &(const struct count_size){ m, by_lock },              \
	}

COUNT(count, "under a lock", 3, 3, TRUE);
COUNT(count, "under a lock", 3, 4, TRUE);
COUNT(count, "under a lock", 4, 3, TRUE);
COUNT(rmw, "atomic", 3, 3, FALSE);
COUNT(rmw, "atomic", 3, 4, FALSE);
COUNT(rmw, "atomic", 4, 3, FALSE);
