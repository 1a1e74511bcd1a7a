/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WHERE THINGS LIE changes what they cost, and a process keeps its luck.  So
 * each trial is a process of its own, and puts a few blocks of each size on the
 * heap first, as many as its seed says.
 *
 * BETWEEN REPETITIONS the machine is looked at: what was true before one and
 * after it is taken for what was true meanwhile.  The threads sleep then.
 *
 * Sound is what passes its checks at rest; a speed that was come by wrongly is
 * a violation, and nobody's figure.
 */
#define _GNU_SOURCE
#include "bench/trial.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/resident.h"
#include "stress/apart.h"
#include "stress/clock.h"
#include "stress/interrupt.h"
#include "stress/need.h"
#include "stress/random.h"

#define PATIENCE_S  180
#define STEAL_MOST  0.005
#define PADDED_MOST 64u
#define NEITHER     2.0 /* a disjoint ratio that refuses nothing */
#define COUNTED     4096u

/* --- The machine -------------------------------------------------------- */

struct ticks {
	unsigned long long stolen, all;
};

static struct ticks
ticks_now(void)
{
	struct ticks ticks = { 0 };
	unsigned long long t[8] = { 0 };
	FILE *file = fopen("/proc/stat", "r");

	if (file == NULL)
		return ticks;
	if (fscanf(file, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &t[0],
		&t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7]) == 8) {
		for (unsigned i = 0; i < 8; i++)
			ticks.all += t[i];
		ticks.stolen = t[7];
	}
	fclose(file);
	return ticks;
}

static double
steal_share(struct ticks before, struct ticks after)
{
	return after.all > before.all ? (double)(after.stolen - before.stolen) /
					    (double)(after.all - before.all)
				      : -1;
}

static double
load1(void)
{
	double load;

	return getloadavg(&load, 1) == 1 ? load : -1;
}

/* Never freed: what comes after lies elsewhere. */
static void
pad_heap(uint64_t seed)
{
	struct random_stream stream = random_stream(seed, 0);

	for (size_t size = 32; size <= 320; size += 16)
		for (uint64_t n = random_below(&stream, PADDED_MOST); n > 0;
		     n--)
			if (malloc(size) == NULL)
				need_failed();
}

/* --- In the trial's process --------------------------------------------- */

struct task {
	const struct trial *trial;
	struct trial_result *result;
};

/* It has threads of its own: what each of them did is not known. */
static void
run_whole(
    const struct trial *trial, struct world *world, struct reading *reading)
{
	struct whole whole = { 0 };

	trial->loop->whole(world, trial->repetition_ns, &whole);
	*reading = (struct reading){ .threads = 1,
		.ops = whole.ops,
		.thread_ops = { whole.ops },
		.wall_ns = whole.wall_ns };
}

static void
repetition_run(const struct trial *trial, struct world *world,
    struct crew *crew, struct repetition *repetition)
{
	struct reading *reading = &repetition->reading;

	repetition->latencies.interval_ns =
	    args_number(trial->request.args, "every", 0);
	if (trial->loop->whole != NULL)
		run_whole(trial, world, reading);
	else if (trial->measure == MEASURE_LATENCY)
		crew_time(crew, trial->repetition_ns, reading,
		    &repetition->latencies);
	else
		crew_run(crew, trial->repetition_ns, reading);
}

static void
repeat(const struct trial *trial, struct world *world, struct crew *crew,
    struct trial_result *result)
{
	struct regime_sample sample = regime_probe();

	for (unsigned i = 0; i < trial->repetitions && !interrupted(); i++) {
		struct repetition *repetition = &result->repetition[i];
		struct ticks ticks = ticks_now();

		repetition->before = sample;
		repetition_run(trial, world, crew, repetition);
		repetition->steal_share = steal_share(ticks, ticks_now());
		repetition->load1 = load1();
		repetition->rss_kb =
		    resident_kb() + (crew != NULL ? crew_own_kb(crew) : 0);
		repetition->after = sample = regime_probe();
		result->done++;
		result->beat++;
	}
}

/* FALSE: nothing counts here. */
static boolean_t
count(
    const struct trial *trial, struct world *world, struct trial_result *result)
{
	struct repetition *repetition = &result->repetition[0];
	struct reading *reading = &repetition->reading;
	void *mine = trial->loop->enter(world, 0);
	unsigned long before[EVENTS];
	boolean_t counts;

	(void)trial->loop->turn(mine, COUNTED);
	counts = event_read(before);
	*reading = (struct reading){ .threads = 1, .wall_ns = now_ns() };
	reading->ops = trial->loop->turn(mine, COUNTED);
	reading->wall_ns = now_ns() - reading->wall_ns;
	reading->thread_ops[0] = reading->ops;
	if (counts)
		(void)event_read(repetition->events);
	for (unsigned i = 0; i < EVENTS && counts; i++)
		repetition->events[i] -= before[i];
	trial->loop->leave(mine);
	repetition->before.cpus = repetition->after.cpus = 1;
	repetition->steal_share = repetition->load1 = -1;
	result->done = counts;
	return counts;
}

/* Warm up and measure with as many threads as were asked for. */
static boolean_t
work(
    const struct trial *trial, struct world *world, struct trial_result *result)
{
	struct crew *crew;

	if (trial->loop->whole != NULL) {
		repeat(trial, world, NULL, result);
		return TRUE;
	}
	crew = crew_open(trial->loop, world, trial->request.threads);
	if (crew == NULL)
		return FALSE;
	result->beat++;
	result->steady =
	    crew_warm_up(crew, trial->warm_least_ns, trial->warm_most_ns);
	result->warmed = TRUE;
	result->beat++;
	repeat(trial, world, crew, result);
	result->left = crew_close(crew);
	return TRUE;
}

/* Who did not come to the end of its checks has not passed them. */
static void
close_checked(const struct trial *trial, struct world *world, int left,
    struct aftermath *after)
{
	trial->loop->close(world, after);
	if (left == 0)
		return;
	after->violations++;
	if (WIFSIGNALED(left))
		snprintf(after->note, sizeof(after->note),
		    "a thread's process was killed by signal %d (%s)",
		    WTERMSIG(left), strsignal(WTERMSIG(left)));
	else
		snprintf(after->note, sizeof(after->note),
		    "a thread's process left with status %d",
		    WEXITSTATUS(left));
}

/* What is said to the judge, who is the process that started this one. */
static void
bear_witness(struct trial_result *result)
{
	struct evidence *evidence = &result->evidence;

	if (result->after.violations != 0)
		snprintf(evidence->finding, sizeof(evidence->finding), "%s",
		    result->after.note);
	else if (result->done == 0)
		snprintf(evidence->unexposed, sizeof(evidence->unexposed),
		    "no repetition was finished");
	result->finished = TRUE;
}

static int
trial_body(void *arg)
{
	struct task *task = arg;
	const struct trial *trial = task->trial;
	struct trial_result *result = task->result;
	struct world *world;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (trial->raise)
		result->priority = priority_raise();
	pad_heap(trial->request.seed);
	world = trial->loop->open(&trial->request);
	if (world == NULL)
		return STATUS_NOT_STARTED;
	if (!(trial->measure == MEASURE_COUNT ? count : work)(
		trial, world, result))
		return STATUS_NOT_STARTED;
	result->after.live_objects = result->after.unreclaimed_peak = -1;
	close_checked(trial, world, result->left, &result->after);
	bear_witness(result);
	return STATUS_SOUND;
}

boolean_t
trial_once(
    const struct trial *trial, struct reading *reading, struct aftermath *after)
{
	struct world *world = trial->loop->open(&trial->request);
	struct crew *crew;
	int left = 0;

	if (world == NULL)
		return FALSE;
	if (trial->loop->whole != NULL)
		run_whole(trial, world, reading);
	else {
		crew = crew_open(trial->loop, world, trial->request.threads);
		if (crew == NULL)
			return FALSE;
		(void)crew_warm_up(
		    crew, trial->warm_least_ns, trial->warm_most_ns);
		crew_run(crew, trial->repetition_ns, reading);
		left = crew_close(crew);
	}
	*after = (struct aftermath){ 0 };
	close_checked(trial, world, left, after);
	return TRUE;
}

/* --- In the one that started it ----------------------------------------- */

void
trial_apart(const struct trial *trial, struct trial_result *result)
{
	struct task task = { trial, result };
	struct apart_watch watch = { .beat = &result->beat,
		.patience_s = PATIENCE_S };
	int status;

	memset(result, 0, sizeof(*result));
	status = apart(trial_body, &task, &watch);
	apart_evidence(&watch, status, result->finished, &result->evidence);
	result->verdict =
	    judge(&result->evidence, result->note, sizeof(result->note));
}

const char *
repetition_regime(const struct repetition *repetition)
{
	struct regime_sample before = repetition->before;
	struct regime_sample after = repetition->after;

	if (before.pingpong_ns == 0 || after.pingpong_ns == 0)
		return before.cpus == 1 ? "single" : "unknown";
	before.disjoint_ratio = after.disjoint_ratio = NEITHER;
	return regime_name(regime_of(&before, &after));
}

bool
repetition_refused(const struct repetition *repetition, char *why, size_t size)
{
	const struct regime_sample *before = &repetition->before;
	const struct regime_sample *after = &repetition->after;
	double ratio = regime_disjoint_ratio(before, after);

	switch (regime_of(before, after)) {
	case REGIME_NOT_ADMITTED:
		snprintf(why, size,
		    "two CPUs did %.2f times the work of one, not %.1f to %.1f",
		    ratio, REGIME_DISJOINT, REGIME_DISJOINT_MOST);
		return true;
	case REGIME_MIXED:
		snprintf(why, size, "the CPUs moved: %.0f ns, then %.0f",
		    before->pingpong_ns, after->pingpong_ns);
		return true;
	default:
		if (repetition->steal_share <= STEAL_MOST)
			return false;
		snprintf(why, size, "%.1f %% of the time was stolen",
		    100 * repetition->steal_share);
		return true;
	}
}
