/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work in a process of its own: what its parent makes of its end, and of one
 * that neither ends nor shows a pulse.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "pmap_sim/event.h"
#include "pmap_sim/sync.h"
#include "pmap_sim/thread.h"
#include "stress/apart.h"
#include "stress/stress_trial.h"

#define LONG_S 1000

/* What the child shares. */
struct shared {
	unsigned long beat;
	unsigned collected;
};

static struct shared *shared;

static int
setup(void **state)
{
	(void)state;
	shared = apart_memory(sizeof(*shared));
	return shared != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	apart_memory_free(shared, sizeof(*shared));
	return 0;
}

/* --- A pulse ---------------------------------------------------------------
 */

static int
ends(void *arg)
{
	shared->collected++;
	return *(int *)arg;
}

static void
its_status_is_what_it_returns(void **state)
{
	struct apart_watch watch = { &shared->beat, LONG_S, TRUE, NULL };
	int status = 3;

	(void)state;
	status = apart(ends, &status, &watch);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 3);
	assert_false(watch.silent);
	assert_int_equal(shared->collected, 1);
}

static int
stops(void *arg)
{
	(void)arg;
	sync_count_own(&shared->beat);
	shared->collected = 7;
	raise(SIGSTOP);
	return 0;
}

static void
one_that_is_stopped_is_a_violation_and_loses_nothing(void **state)
{
	struct apart_watch watch = { &shared->beat, 0.2, FALSE, NULL };
	char note[100] = "";
	int status;

	(void)state;
	status = apart(stops, NULL, &watch);
	assert_true(watch.silent);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(apart_verdict(&watch, status, FALSE, VERDICT_SOUND, 0,
			     note, sizeof(note)),
	    VERDICT_VIOLATION);
	assert_string_equal(note, "watchdog: the trial stopped answering");
	assert_int_equal(shared->collected, 7);
}

/* Several times as long as the patience, which is for the last beat only. */
static int
beats_for_long(void *arg)
{
	unsigned beats = 0;

	(void)arg;
	for (; beats < 160; beats++) {
		sync_count_own(&shared->beat);
		usleep(50000);
	}
	return 5;
}

static void
one_with_a_pulse_is_left_alone(void **state)
{
	struct apart_watch watch = { &shared->beat, 5, FALSE, NULL };
	int status;

	(void)state;
	status = apart(beats_for_long, NULL, &watch);
	assert_false(watch.silent);
	assert_int_equal(WEXITSTATUS(status), 5);
}

/* --- A trial that hangs -----------------------------------------------------
 */

/* The second actor sleeps; the first waits for it at the end of the round. */
static void
act_until_the_tenth(struct stress_run *run, struct actor *actor)
{
	actor_count(actor);
	if (actor->number == 1 && run->round == 10) {
		assert_wait(run, FALSE);
		thread_block();
	}
}

static const struct stress sleeper = {
	.name = "sleeper",
	.pairs = { { HALF_none, HALF_none } },
	.frames = 64,
	.act = act_until_the_tenth,
};

struct trial_task {
	struct stress_config config;
	struct stress_result *result;
};

static int
play_trial(void *arg)
{
	struct trial_task *task = arg;

	stress_trial(&task->config, task->result);
	return 0;
}

static void
a_trial_that_hangs_says_who_sleeps_where(void **state)
{
	struct trial_task task = { 
		.config = { .driver = &sleeper, .ops = vm_strategies[0],
		    .cpus = 2, .seed = 1, .seconds = LONG_S, .frames = 64,
		    .shootdown = "mach", .daemon = TRUE, .patience_s = 1, },
		.result = apart_memory(sizeof(*task.result)),
	};
	struct apart_watch watch = { &task.result->beat, LONG_S, FALSE, NULL };
	int status;

	(void)state;
	assert_non_null(task.result);
	status = apart(play_trial, &task, &watch);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), STATUS_VIOLATION);
	assert_true(task.result->finished);
	assert_int_equal(task.result->verdict, VERDICT_VIOLATION);
	assert_ptr_equal(task.result->note,
	    strstr(task.result->note,
		"watchdog: stuck: thread 2 (actor) waits for event 0x"));
	assert_non_null(strstr(task.result->note, " (act_until_the_tenth)"));
	assert_int_equal(task.result->rounds, 10);
	assert_int_equal(task.result->operations, 20);
	apart_memory_free(task.result, sizeof(*task.result));
}

#define FACT(f)                                                                \
	{                                                                      \
#f, f, setup, teardown, NULL                                   \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FACT(its_status_is_what_it_returns),
		FACT(one_that_is_stopped_is_a_violation_and_loses_nothing),
		FACT(one_with_a_pulse_is_left_alone),
		FACT(a_trial_that_hangs_says_who_sleeps_where),
	};

	return cmocka_run_group_tests_name("apart", tests, NULL, NULL);
}
