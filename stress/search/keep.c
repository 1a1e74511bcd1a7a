/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/search/keep.h"

#include <stdio.h>
#include <stdlib.h>

#include "stress/apart.h"
#include "stress/need.h"
#include "stress/search/attempt.h"
#include "stress/verdict.h"

/* Up to the execution that the process dies of; the note says what it was. */
static boolean_t
keep_die(struct attempts *a, struct sched_policy *noted, boolean_t exhaustive,
    const struct explore_found *found)
{
	struct judgement judgement;
	int status = attempt_fork(a);

	if (status == ATTEMPT_CHILD) {
		for (uint64_t i = exhaustive ? 0 : found->execution;
		     i <= found->execution; i++)
			(void)judge_run(&a->judge, noted,
			    found->seed - found->execution + i, &judgement);
		apart_leave(STATUS_SOUND);
	}
	return status != 0;
}

void
keep_note(const struct explore_config *config, struct explore_found *found)
{
	const struct sched_policy_ops *ops = config->policies[found->policy];
	struct sched_policy_config how = {
		.tasks = scenario_tasks(config->scenario, config->ops),
		.lines = scenario_lines(config->scenario),
		.bound = config->bound,
		.depth = config->depth,
		.schedule = config->schedule,
	};
	struct sched_policy *policy, *noted;
	struct attempts a;
	const char *why;

	attempts_begin(&a, &(struct stage_config){ .scenario = config->scenario,
			       .ops = config->ops,
			       .as_found = config->as_found,
			       .step_limit = config->step_limit,
			       .rcu = config->rcu });
	how.profile = attempts_profile(&a);
	policy = sched_policy_create(ops, &how, &why);
	if (policy == NULL)
		need_failed();
	noted = attempts_noted(&a, policy);
	if (keep_die(&a, noted, ops->exhaustive, found)) {
		found->steps = a.note->steps;
		found->preemptions = a.note->preemptions;
		found->hash = a.note->hash;
		found->schedule_known = sched_schedule_words(a.note->turn,
		    a.note->turns, found->schedule, sizeof(found->schedule));
	}
	sched_policy_destroy(noted);
	sched_policy_destroy(policy);
	attempts_end(&a);
}

boolean_t
keep_found(const struct explore_config *config, struct explore_result *result,
    const char *directory)
{
	boolean_t kept = TRUE;

	for (unsigned i = 0; i < result->founds; i++) {
		struct explore_found *found = &result->found[i];
		struct reproducer r;
		char *path = NULL;

		if (found->verdict == SCHED_NONDETERMINISM)
			continue; /* it is none */
		if (found->verdict == SCHED_CRASH)
			keep_note(config, found);
		reproducer_of(&r, config, found);
		if (r.schedule != NULL || !r.policy->exhaustive) {
			path = reproducer_save(&r, directory, found->verdict);
			kept &= path != NULL;
		}
		if (path != NULL)
			snprintf(found->file, sizeof(found->file), "%s", path);
		free(path);
		reproducer_free(&r);
	}
	return kept;
}
