/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/search/attempt.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress/apart.h"
#include "stress/need.h"
#include "stress/verdict.h"

#define ROOM(steps) ((unsigned)(steps) + 2)

void
attempts_begin(struct attempts *a, const struct stage_config *config)
{
	unsigned room = ROOM(config->step_limit);
	struct stage *stage;

	memset(a, 0, sizeof(*a));
	a->note = apart_memory(sched_note_size(room));
	a->shared = apart_memory(sizeof(*a->shared));
	if (a->note == NULL || a->shared == NULL)
		need_failed();
	a->note->room = room;
	stage = stage_make(config);
	if (stage == NULL)
		_exit(STATUS_NOT_STARTED);
	judge_begin(&a->judge, stage);
}

void
attempts_end(struct attempts *a)
{
	judge_end(&a->judge);
	stage_destroy(a->judge.stage);
	apart_memory_free(a->note, sched_note_size(a->note->room));
	apart_memory_free(a->shared, sizeof(*a->shared));
}

struct sched_policy *
attempts_noted(const struct attempts *a, struct sched_policy *policy)
{
	struct sched_policy *noted = sched_note_create(policy, a->note);

	if (noted == NULL)
		need_failed();
	return noted;
}

struct sched_policy *
attempts_turns(const struct attempts *a)
{
	const struct scene *scene = stage_scene(a->judge.stage);
	struct sched_policy_config config = {
		.tasks = scenario_tasks(scene->scenario, scene->ops),
		.lines = scenario_lines(scene->scenario),
	};
	const char *why;
	struct sched_policy *policy =
	    sched_policy_create(sched_policy_find("replay"), &config, &why);

	if (policy == NULL)
		need_failed();
	return policy;
}

int
attempt_fork(void)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		/* What it dies with is no news. */
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
		return ATTEMPT_CHILD;
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		need_failed();
	return status;
}

void
attempt_mourn(const struct attempts *a, int status, struct judgement *judgement)
{
	*judgement = (struct judgement){ .verdict = SCHED_CRASH,
		.steps = a->note->steps,
		.choices = 1,
		.preemptions = a->note->preemptions,
		.hash = a->note->hash };
	judge_death(status, judgement->text, sizeof(judgement->text));
	judgement->signature = judge_signature(SCHED_CRASH, judgement->text, 0);
}

static boolean_t
attempt_apart(struct attempts *a, struct sched_policy *noted, uint64_t seed,
    struct judgement *judgement)
{
	int status = attempt_fork();

	if (status == ATTEMPT_CHILD)
		_exit(judge_run(&a->judge, noted, seed, a->shared)
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
	boolean_t ran = a->apart ? attempt_apart(a, noted, seed, judgement)
				 : judge_run(&a->judge, noted, seed, judgement);

	if (ran) {
		a->executions++;
		a->points += judgement->steps;
	}
	return ran;
}
