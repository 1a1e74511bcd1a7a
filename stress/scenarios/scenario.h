/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scenario: a few tasks, a few operations each, small enough to be run
 * millions of times under the deterministic scheduler.
 *
 * All that its tasks write lies in scene->memory, or in what was allocated
 * while it was set up: both are put back before each execution.  Tasks
 * synchronise by the words of pmap_sim/sync.h alone, and say what is wrong by
 * sched_fail() and sched_expect().
 */
#ifndef STRESS_SCENARIOS_SCENARIO_H
#define STRESS_SCENARIOS_SCENARIO_H

#include "core/ops.h"
#include "pmap_sim/sched/sched.h"

struct watch; /* watch.h */

#define SCENARIO_PARTS 4 /* of a scenario that tells them apart */

struct scene {
	const struct scenario *scenario;
	const struct vm_ops *ops; /* of the strategy; NULL: there is no VM */
	unsigned long as_found;   /* as struct vm_config has it */
	void *memory;             /* scenario->memory bytes, zeroed */
	/* Of this execution: task i found something to do (part). */
	boolean_t did[SCENARIO_PARTS];
	/* Of all of them: how often what was given back came up. */
	unsigned long came_up[VM_HAZARDS];
};

struct scenario {
	const char *name;
	const char *story; /* what it does, in one sentence */
	const char *wrong; /* what is wrong in it; NULL: nothing known */
	enum sched_verdict verdict; /* which that is */
	unsigned tasks;
	size_t memory;
	/* Once, on the main stack, before any task; NULL ok. */
	void (*setup)(struct scene *scene);
	/* Task number i. */
	void (*task)(struct scene *scene, unsigned i);
	/* After each execution that all tasks ended, on the main stack: says by
	 * sched_fail() what is not as it should be.  NULL ok. */
	void (*check)(struct scene *scene);
	const void *data; /* of one that is generated from a table */
	boolean_t has_vm; /* one for each strategy; memory is the arena's */
	/* It uses RCU without a VM: there is a reclaimer, and the arena, from
	 * which it allocates what it retires. */
	boolean_t has_rcu;
	/* What the task that plays a CPU does when that is interrupted; NULL:
	 * nobody is. */
	void (*interrupt)(struct scene *scene, unsigned i);
	/* Put back what does not lie in memory that is; NULL: nothing. */
	void (*restore)(struct scene *scene);
	/* The name of what task i does, and that in a sentence, if there may be
	 * nothing for it to do: scene->did.  NULL: it always does it. */
	const char *(*part)(
	    const struct scenario *scenario, unsigned i, const char **sentence);
	/* Say what its words are and hold: scenarios/watch.h; NULL ok. */
	void (*watch)(const struct scene *scene, struct watch *watch);
};

/* Does anything retire memory in it, by RCU? */
boolean_t
scenario_reclaims(const struct scenario *scenario, const struct vm_ops *ops);

/* How many numbers its tasks have: RCU's reclaimer, if the strategy has one,
 * comes next to the scenario's, and a line for each of those last. */
unsigned
scenario_tasks(const struct scenario *scenario, const struct vm_ops *ops);
unsigned scenario_lines(const struct scenario *scenario);

/* Does its memory lie in the arena? */
static inline boolean_t
scenario_in_arena(const struct scenario *scenario)
{
	return scenario->has_vm || scenario->has_rcu;
}

/* Its story; of one that has parts, what each CPU does. */
#define SCENARIO_STORY 320
void scenario_story(const struct scenario *scenario, char text[SCENARIO_STORY]);

/* Which scenario shows which exhibit when that is given back: shown.def. */
struct scenario_shown {
	const char *hazard, *scenario;
};
extern const struct scenario_shown scenario_shown[]; /* a NULL hazard ends it */

/* All, NULL-terminated; and by name, or NULL. */
extern const struct scenario *const scenarios[];
const struct scenario *scenario_find(const char *name);

#endif /* STRESS_SCENARIOS_SCENARIO_H */
