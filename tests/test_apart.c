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
#include "pmap_sim/panic.h"
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

/* --- A pulse ------------------------------------------------------------- */

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
	struct evidence evidence = { .not_started = FALSE };
	char note[640];
	int status;

	(void)state;
	status = apart(stops, NULL, &watch);
	assert_true(watch.silent);
	assert_true(WIFSIGNALED(status));
	apart_evidence(&watch, status, FALSE, &evidence);
	assert_int_equal(
	    judge(&evidence, note, sizeof(note)), VERDICT_VIOLATION);
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

/* --- A trial that hangs -------------------------------------------------- */

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
	const char *finding;
	int status;

	(void)state;
	assert_non_null(task.result);
	status = apart(play_trial, &task, &watch);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), STATUS_VIOLATION);
	assert_true(task.result->finished);
	finding = task.result->evidence.finding;
	assert_ptr_equal(finding,
	    strstr(finding,
		"watchdog: stuck: thread 2 (actor) waits for event 0x"));
	assert_non_null(strstr(finding, " (act_until_the_tenth)"));
	assert_int_equal(task.result->rounds, 10);
	assert_int_equal(task.result->operations, 20);
	apart_memory_free(task.result, sizeof(*task.result));
}

/* --- What is made of it -------------------------------------------------- */

/* How a process ended, as wait(2) has it. */
#define LEFT_WITH(status) ((status) << 8)
#define KILLED_BY(signal) (signal)

static void
judged(struct evidence evidence, int status, int finished, enum verdict verdict,
    const char *why)
{
	struct apart_watch watch = { .silent = FALSE };
	char note[640];

	apart_evidence(&watch, status, finished, &evidence);
	assert_int_equal(judge(&evidence, note, sizeof(note)), verdict);
	assert_string_equal(note, why);
}

static void
a_finding_is_a_violation_whatever_is_reported(void **state)
{
	struct evidence wrong = { .finding = "wrong",
		.reports = 2,
		.no_memory = "frames",
		.unexposed = "nobody" };
	struct evidence reported = { .reports = 2 }, none = { .reports = 0 };

	(void)state;
	judged(wrong, LEFT_WITH(STATUS_SANITIZER), TRUE, VERDICT_VIOLATION,
	    "wrong; 2 sanitizer reports, see above");
	judged(wrong, LEFT_WITH(STATUS_VIOLATION), FALSE, VERDICT_VIOLATION,
	    "wrong; 2 sanitizer reports, see above");
	judged(reported, KILLED_BY(SIGSEGV), FALSE, VERDICT_VIOLATION,
	    "killed by signal 11 (Segmentation fault); 2 sanitizer reports, "
	    "see above");
	judged(none, LEFT_WITH(STATUS_VIOLATION), FALSE, VERDICT_VIOLATION,
	    "panic: it left with status 1");
	memset(wrong.finding, 'x', sizeof(wrong.finding) - 1);
	judged(wrong, -1, FALSE, VERDICT_NOT_STARTED,
	    "2 sanitizer reports, see above");
}

static void
a_report_is_one_whether_anything_was_met_or_not(void **state)
{
	struct evidence reported = {
		.reports = 1, .no_memory = "frames", .unexposed = "nobody"
	};
	struct evidence none = { .reports = 0 };

	(void)state;
	judged(reported, LEFT_WITH(STATUS_SANITIZER), TRUE, VERDICT_SANITIZER,
	    "1 sanitizer report, see above");
	judged(none, LEFT_WITH(STATUS_SANITIZER), TRUE, VERDICT_SANITIZER,
	    "1 sanitizer report, see above");
	judged(none, LEFT_WITH(STATUS_SANITIZER), FALSE, VERDICT_SANITIZER,
	    "1 sanitizer report, see above");
}

static void
what_was_not_to_be_had_is_no_finding(void **state)
{
	struct evidence unexposed = { .unexposed = "nobody" };
	struct evidence none = { .reports = 0 };

	(void)state;
	judged(unexposed, LEFT_WITH(NO_MEMORY_EXIT), FALSE, VERDICT_NO_MEMORY,
	    "out of frames and swap");
	judged(unexposed, LEFT_WITH(0), TRUE, VERDICT_NOT_EXPOSED, "nobody");
	judged(unexposed, LEFT_WITH(STATUS_NOT_STARTED), FALSE,
	    VERDICT_NOT_STARTED, "");
	judged(none, LEFT_WITH(0), TRUE, VERDICT_SOUND, "");
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
		FACT(a_finding_is_a_violation_whatever_is_reported),
		FACT(a_report_is_one_whether_anything_was_met_or_not),
		FACT(what_was_not_to_be_had_is_no_finding),
	};

	return cmocka_run_group_tests_name("apart", tests, NULL, NULL);
}
