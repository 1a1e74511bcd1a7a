/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ThreadSanitizer takes a stage's tasks for threads.  In the child of a process
 * that has any it forgets them, and from then on ignores whatever the main
 * stack synchronises: each execution there would have races that it has not.
 * Under it, nobody forks who has a stage, and the child makes its own.
 */
#include "stress/search/attempt.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pmap_sim/sanitizer.h"
#include "stress/apart.h"
#include "stress/need.h"
#include "stress/search/child.h"
#include "stress/verdict.h"

#define ROOM(steps) ((unsigned)(steps) + 2)

struct stage *
attempts_stage(struct attempts *a)
{
	struct stage *stage;

	if (a->judge.stage != NULL)
		return a->judge.stage;
	stage = stage_make(&a->config);
	if (stage == NULL)
		_exit(STATUS_NOT_STARTED);
	judge_begin(&a->judge, stage);
	return stage;
}

static void
strike(struct attempts *a)
{
	if (a->judge.stage == NULL)
		return;
	judge_end(&a->judge);
	stage_destroy(a->judge.stage);
	a->judge.stage = NULL;
}

void
attempts_begin(struct attempts *a, const struct stage_config *config)
{
	unsigned room = ROOM(config->step_limit);

	memset(a, 0, sizeof(*a));
	a->note = apart_memory(sched_note_size(room));
	a->shared = apart_memory(sizeof(*a->shared));
	if (a->note == NULL || a->shared == NULL)
		need_failed();
	a->note->room = room;
	a->config = *config;
	(void)attempts_stage(a);
}

void
attempts_end(struct attempts *a)
{
	strike(a);
	apart_memory_free(a->note, sched_note_size(a->note->room));
	apart_memory_free(a->shared, sizeof(*a->shared));
}

const struct sched_profile *
attempts_profile(struct attempts *a)
{
	a->profile = *stage_profile(attempts_stage(a));
	return &a->profile;
}

unsigned
attempts_tasks(const struct attempts *a)
{
	return scenario_tasks(a->config.scenario, a->config.ops);
}

struct sched_policy *
attempts_noted(const struct attempts *a, struct sched_policy *policy)
{
	struct sched_policy *noted = sched_note_create(policy, a->note);

	if (noted == NULL)
		need_failed();
	noted->config.memory = NULL; /* wherever the other lies */
	return noted;
}

struct sched_policy *
attempts_turns(const struct attempts *a)
{
	struct sched_policy_config config = {
		.tasks = attempts_tasks(a),
		.lines = scenario_lines(a->config.scenario),
	};
	const char *why;
	struct sched_policy *policy =
	    sched_policy_create(sched_policy_find("replay"), &config, &why);

	if (policy == NULL)
		need_failed();
	return policy;
}

int
attempt_fork(struct attempts *a)
{
	pid_t pid;

	SANITIZER_TSAN_(strike(a));
	pid = child_fork();
	if (pid == 0) {
		/* What it dies with is no news. */
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
		(void)attempts_stage(a);
		return ATTEMPT_CHILD;
	}
	if (pid < 0)
		exit(STATUS_NOT_STARTED);
	/* The trace's hash: another with each point. */
	return child_wait(pid, &(struct child_watch){ .beat = &a->note->hash });
}

void
attempt_mourn(const struct attempts *a, int status, struct judgement *judgement)
{
	*judgement = (struct judgement){ .verdict = SCHED_CRASH,
		.steps = a->note->steps,
		.choices = 1,
		.preemptions = a->note->preemptions,
		.hash = a->note->hash };
	child_death(status, judgement->text, sizeof(judgement->text));
	judgement->signature = judge_signature(SCHED_CRASH, judgement->text, 0);
}

static boolean_t
attempt_apart(struct attempts *a, struct sched_policy *noted, uint64_t seed,
    struct judgement *judgement)
{
	int status = attempt_fork(a);

	if (status == ATTEMPT_CHILD)
		apart_leave(judge_run(&a->judge, noted, seed, a->shared)
				? STATUS_SOUND
				: STATUS_NOT_EXPOSED);
	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_NOT_EXPOSED)
		return FALSE;
	if (status == 0)
		*judgement = *a->shared;
	else
		attempt_mourn(a, status, judgement);
	return TRUE;
}

boolean_t
attempt(struct attempts *a, struct sched_policy *noted, uint64_t seed,
    struct judgement *judgement)
{
	boolean_t ran;

	if (a->apart)
		ran = attempt_apart(a, noted, seed, judgement);
	else {
		(void)attempts_stage(a);
		ran = judge_run(&a->judge, noted, seed, judgement);
	}
	if (ran) {
		a->executions++;
		attempts_beat(a);
		a->points += judgement->steps;
	}
	return ran;
}
