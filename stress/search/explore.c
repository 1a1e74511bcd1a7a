/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A search's processes: one worker each, and this one looks on.
 *
 * A worker that dies, of a crash of the program it runs or a sanitizer's last
 * word, costs the execution it was at: the shared slot says which that was, it
 * is noted as a failure, and another worker takes the dead one's place.
 */
#define _GNU_SOURCE
#include "stress/search/explore.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress/apart.h"
#include "stress/clock.h"
#include "stress/interrupt.h"
#include "stress/search/child.h"
#include "stress/search/exhaust.h"
#include "stress/search/judge.h"

#define LOOK_NS 100000000
/* CHILD_PATIENCE_S without a slice done: it does not come back.  Or so long of
 * waiting, for a worker that sleeps: what else runs here is not its fault. */
#define PATIENCE_ASLEEP_S 120
#define DEATHS_MAX        1000 /* then it is given up */

struct crew {
	const struct explore_config *config;
	struct explore_result *result;
	double begin_s;
	unsigned alive, deaths;
	struct {
		pid_t pid; /* 0: has ended */
		uint64_t beat;
		double since_s;   /* when it came there */
		double used_s;    /* of a processor, until then */
		boolean_t silent; /* it was killed for it */
	} worker[EXPLORE_WORKERS];
};

struct explore_result *
explore_result_create(void)
{
	return apart_memory(sizeof(struct explore_result));
}

static void
found_lock(struct explore_result *result)
{
	while (__atomic_exchange_n(&result->found_lock, 1, __ATOMIC_ACQUIRE))
		;
}

static void
found_unlock(struct explore_result *result)
{
	__atomic_store_n(&result->found_lock, 0, __ATOMIC_RELEASE);
}

struct explore_found *
explore_note(struct explore_result *result, const struct explore_found *failure)
{
	struct explore_found *kept = NULL;
	unsigned i;

	found_lock(result);
	for (i = 0; i < result->founds; i++)
		if (result->found[i].signature == failure->signature)
			break;
	if (i < result->founds)
		result->found[i].count++;
	else if (result->founds < EXPLORE_FOUND) {
		kept = &result->found[result->founds];
		*kept = *failure;
		__atomic_store_n(
		    &result->founds, result->founds + 1, __ATOMIC_RELEASE);
	}
	found_unlock(result);
	return kept;
}

static boolean_t
enlist(struct crew *crew, unsigned i)
{
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		explore_work(crew->config, crew->result, i);
		apart_leave(STATUS_SOUND);
	}
	if (pid < 0) {
		snprintf(crew->result->trouble, sizeof(crew->result->trouble),
		    "fork: %s", strerror(errno));
		return FALSE;
	}
	crew->worker[i].pid = pid;
	crew->worker[i].since_s = seconds_now();
	crew->worker[i].used_s = 0;
	crew->worker[i].silent = FALSE;
	crew->alive++;
	return TRUE;
}

/* What killed it, for the execution it was at. */
static void
mourn(struct crew *crew, unsigned i, int status)
{
	const struct explore_slot *slot = &crew->result->slot[i];
	struct explore_found failure = {
		.verdict = SCHED_CRASH,
		.count = 1,
		.execution = slot->execution,
		.seed = crew->config->seed + slot->execution,
		.policy = slot->policy,
		.after_s = seconds_now() - slot->begin_s,
		.after_runs = crew->result->executions + slot->executions + 1,
		/* One with fewer was met at the bound before. */
		.preemptions = crew->result->bound,
		.silent = crew->worker[i].silent,
	};

	child_death(crew->worker[i].silent ? CHILD_NO_END : status,
	    failure.text, sizeof(failure.text));
	failure.signature = judge_signature(SCHED_CRASH, failure.text, 0);
	__atomic_fetch_add(&crew->result->failures, 1, __ATOMIC_RELAXED);
	crew->result->slot[i].executions++;
	explore_flush(crew->result, &crew->result->slot[i]);
	(void)explore_note(crew->result, &failure);
	if (crew->config->stop || ++crew->deaths >= DEATHS_MAX)
		crew->result->enough = TRUE;
}

static void
reap(struct crew *crew, unsigned i)
{
	int status;

	if (crew->worker[i].pid == 0 ||
	    waitpid(crew->worker[i].pid, &status, WNOHANG) == 0)
		return;
	crew->worker[i].pid = 0;
	crew->alive--;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_NOT_STARTED) {
		snprintf(crew->result->trouble, sizeof(crew->result->trouble),
		    "a worker could not go on");
		crew->result->enough = TRUE;
		return;
	}
	mourn(crew, i, status);
	if (!crew->result->enough && !interrupted())
		(void)enlist(crew, i);
}

/* One that is at the same place for too long. */
static void
watch(struct crew *crew, unsigned i)
{
	double now = seconds_now(), used;
	uint64_t beat =
	    __atomic_load_n(&crew->result->slot[i].beat, __ATOMIC_RELAXED);

	if (crew->worker[i].pid == 0)
		return;
	used = child_used_s(crew->worker[i].pid);
	if (beat != crew->worker[i].beat) {
		crew->worker[i].beat = beat;
		crew->worker[i].since_s = now;
		crew->worker[i].used_s = used;
	} else if (used - crew->worker[i].used_s > CHILD_PATIENCE_S ||
		   now - crew->worker[i].since_s > PATIENCE_ASLEEP_S) {
		crew->worker[i].silent = TRUE;
		kill(crew->worker[i].pid, SIGKILL);
	}
}

/* Until none is left. */
static void
work_together(struct crew *crew, unsigned workers, void (*look)(void *arg),
    void *arg, const sigset_t *child)
{
	const struct timespec nap = { .tv_nsec = LOOK_NS };
	struct explore_result *result = crew->result;

	for (unsigned i = 0; i < workers; i++)
		if (!enlist(crew, i))
			result->enough = TRUE;
	while (crew->alive > 0) {
		for (unsigned i = 0; i < workers; i++) {
			reap(crew, i);
			watch(crew, i);
		}
		if (interrupted())
			result->enough = TRUE;
		if (exhaust_is_asked(crew->config))
			exhaust_sum(crew->config, result);
		if (look != NULL)
			look(arg);
		if (crew->alive > 0)
			(void)sigtimedwait(child, NULL, &nap);
	}
}

/* A scenario that is not for a policy. */
static boolean_t
skips(const struct explore_config *config, struct explore_result *result)
{
	const struct sched_policy_ops *policy = config->policies[0];

	result->skipped =
	    policy->no_lines && scenario_lines(config->scenario) > 0;
	if (result->skipped)
		snprintf(result->trouble, sizeof(result->trouble),
		    "it has interrupts, which %s does not know: take bound",
		    policy->name);
	return result->skipped;
}

void
explore(const struct explore_config *config, struct explore_result *result,
    void (*look)(void *arg), void *arg)
{
	struct crew crew = {
		.config = config, .result = result, .begin_s = seconds_now()
	};
	sigset_t child, before;

	if (skips(config, result))
		return;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	signal(SIGCHLD, SIG_DFL); /* else a child leaves no status */
	sigprocmask(SIG_BLOCK, &child, &before);
	if (!exhaust_is_asked(config))
		work_together(&crew, config->workers, look, arg, &child);
	else
		while (exhaust_begin(config, result)) {
			work_together(
			    &crew, exhaust_workers(config), look, arg, &child);
			if (!exhaust_end(config, result))
				break;
		}
	sigprocmask(SIG_SETMASK, &before, NULL);
	result->wall_s = seconds_now() - crew.begin_s;
	result->interrupted = interrupted();
}
