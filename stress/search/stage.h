/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scenario made ready to be run over and over: its memory, its scheduler, and
 * how both are as new each time.
 */
#ifndef STRESS_SEARCH_STAGE_H
#define STRESS_SEARCH_STAGE_H

#include "pmap_sim/rcu_model.h"
#include "pmap_sim/sched/policy.h"
#include "stress/scenarios/scenario.h"

struct stage;

/* What is run, and in which surroundings. */
struct stage_config {
	const struct scenario *scenario;
	const struct vm_ops *ops; /* NULL: it has no VM */
	unsigned long as_found;
	uint64_t step_limit; /* 0: the usual */
	struct rcu_model rcu;
};

/* NULL: a line on stderr says why.  One at a time in an OS thread. */
struct stage *stage_make(const struct stage_config *config);
/* The same, with the usual RCU. */
struct stage *stage_create(const struct scenario *scenario,
    const struct vm_ops *ops, unsigned long as_found, uint64_t step_limit);
void stage_destroy(struct stage *stage);

/*
 * Put everything back, run one execution, check what became of it.  NULL: none
 * took place, the policy has seen them all.  The result is true until the next
 * one begins.
 */
const struct sched_result *
stage_run(struct stage *stage, struct sched_policy *policy, uint64_t seed);
struct sched *stage_sched(struct stage *stage);

/* Where the time of executions goes: sums over those that were timed, one in
 * some 250, so that the clock is not in the rest, and undisturbed. */
struct stage_times {
	uint64_t timed;
	uint64_t reset_ns; /* all as new */
	uint64_t run_ns;   /* the tasks and the scheduler */
	uint64_t check_ns; /* invariants, taken down, nothing left */
};
const struct stage_times *stage_times(const struct stage *stage);
/* The scene's, as the last execution left it. */
void *stage_memory(struct stage *stage);

const struct scene *stage_scene(const struct stage *stage);

/* Of what was given back (stage_config, as_found), what came up in its
 * executions so far. */
unsigned long stage_came_up(const struct stage *stage);

/* What a few executions at random say of it (policy.h), which the first call
 * runs. */
const struct sched_profile *stage_profile(struct stage *stage);

/*
 * The last execution as a schedule for policy "replay": goes it again.  FALSE:
 * it does not fit, or went another way this time.
 */
boolean_t stage_schedule(struct stage *stage, char *text, size_t size);

#endif /* STRESS_SEARCH_STAGE_H */
