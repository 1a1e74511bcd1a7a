/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/search/keep.h"

#include <stdio.h>
#include <stdlib.h>

#include "stress/apart.h"
#include "stress/need.h"
#include "stress/search/attempt.h"
#include "stress/search/child.h"
#include "stress/search/exhaust.h"
#include "stress/verdict.h"

/* Workers that share a bound come to another part of it first than one alone:
 * so many executions more take no time. */
#define MORE_RUNS 50000

/* Seed after seed, up to the execution that a process dies of in that way; the
 * note says what it was. */
static boolean_t
keep_die(struct attempts *a, struct sched_policy *noted, uint64_t seed,
    uint64_t runs, uint64_t signature)
{
	uint64_t *run = apart_memory(sizeof(*run)); /* the one under way */
	struct judgement judgement;
	int status;

	if (run == NULL)
		need_failed();
	do {
		status = attempt_fork(a);
		if (status == ATTEMPT_CHILD) {
			while (*run < runs && judge_run(&a->judge, noted,
						  seed + *run, &judgement))
				++*run;
			apart_leave(STATUS_SOUND);
		}
		attempt_mourn(a, status, &judgement);
		++*run;
	} while (*run < runs && status != 0 && !child_not_started(status) &&
		 judgement.signature != signature);
	apart_memory_free(run, sizeof(*run));
	return status != 0 && judgement.signature == signature;
}

/* What came to it: an exhaustive search from the beginning of its bound, in
 * that memory; NULL: no memory. */
static struct sched_policy *
keep_policy(const struct explore_config *config,
    const struct explore_found *found, struct attempts *a,
    struct sched_memory **memory)
{
	const struct sched_policy_ops *ops = config->policies[found->policy];
	unsigned tasks = scenario_tasks(config->scenario, config->ops);
	struct sched_policy_config how = {
		.tasks = tasks,
		.lines = scenario_lines(config->scenario),
		.depth = config->depth,
		.schedule = config->schedule,
		.profile = attempts_profile(a),
	};
	const char *why;

	if (!ops->exhaustive)
		return sched_policy_create(ops, &how, &why);
	*memory = exhaust_memory(tasks, config->step_limit);
	return *memory == NULL
		   ? NULL
		   : exhaust_make(
			 config, (unsigned)found->preemptions, *memory, &why);
}

void
keep_note(const struct explore_config *config, struct explore_found *found,
    uint64_t runs)
{
	boolean_t again = config->policies[found->policy]->exhaustive;
	struct sched_memory *memory = NULL;
	struct sched_policy *policy, *noted;
	struct attempts a;

	attempts_begin(&a, &(struct stage_config){ .scenario = config->scenario,
			       .ops = config->ops,
			       .as_found = config->as_found,
			       .step_limit = config->step_limit,
			       .rcu = config->rcu });
	policy = keep_policy(config, found, &a, &memory);
	if (policy == NULL)
		need_failed();
	noted = attempts_noted(&a, policy);
	if (keep_die(&a, noted, again ? config->seed : found->seed,
		again ? runs + MORE_RUNS : 1, found->signature)) {
		found->steps = a.note->steps;
		found->preemptions = a.note->preemptions;
		found->hash = a.note->hash;
		found->schedule_known = sched_schedule_words(a.note->turn,
		    a.note->turns, found->schedule, sizeof(found->schedule));
	}
	sched_policy_destroy(noted);
	sched_policy_destroy(policy);
	exhaust_memory_free(memory);
	attempts_end(&a);
}

char *
keep_save(const struct reproducer *r, const struct explore_found *found,
    const char *directory, boolean_t *lost)
{
	char *path;

	if (found->verdict == SCHED_NONDETERMINISM ||
	    (r->schedule == NULL && r->policy->exhaustive))
		return NULL;
	path = reproducer_save(r, directory, found->verdict);
	*lost |= path == NULL;
	return path;
}

boolean_t
keep_found(const struct explore_config *config, struct explore_result *result,
    const char *directory)
{
	boolean_t lost = FALSE;

	for (unsigned i = 0; i < result->founds; i++) {
		struct explore_found *found = &result->found[i];
		struct reproducer r;
		char *path;

		if (found->verdict == SCHED_CRASH)
			keep_note(config, found, result->executions);
		reproducer_of(&r, config, found);
		path = keep_save(&r, found, directory, &lost);
		if (path != NULL)
			snprintf(found->file, sizeof(found->file), "%s", path);
		free(path);
		reproducer_free(&r);
	}
	return !lost;
}
