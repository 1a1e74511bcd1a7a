/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The measuring of bench/, on loops whose every operation is counted by
 * themselves, and which go wrong on purpose.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/bench_options.h"
#include "bench/draw.h"
#include "bench/trial.h"
#include "stress/apart.h"

const struct subject *const subjects[] = { NULL };

struct world {
	unsigned threads;
	uint64_t ops[2];   /* by thread */
	int resting[2];    /* 1: rests; whatever else is an error */
	unsigned entered;  /* atomic */
	unsigned mistakes; /* turns of who rests, and the like */
};

struct part {
	struct world *world;
	unsigned thread;
};

static struct world *
count_open(const struct request *request)
{
	struct world *world = calloc(1, sizeof(*world));

	world->threads = request->threads;
	return world;
}

static void *
count_enter(struct world *world, unsigned thread)
{
	struct part *part = calloc(1, sizeof(*part));

	*part = (struct part){ world, thread };
	(void)__atomic_add_fetch(&world->entered, 1, __ATOMIC_RELAXED);
	return part;
}

static void
count_leave(void *mine)
{
	struct part *part = mine;

	(void)__atomic_sub_fetch(&part->world->entered, 1, __ATOMIC_RELAXED);
	free(part);
}

static void
count_rest(void *mine)
{
	struct part *part = mine;

	part->world->mistakes += part->world->resting[part->thread]++ != 0;
}

static void
count_wake(void *mine)
{
	struct part *part = mine;

	part->world->mistakes += part->world->resting[part->thread]-- != 1;
}

static uint64_t
count_turn(void *mine, uint64_t n)
{
	struct part *part = mine;

	part->world->mistakes += part->world->resting[part->thread] != 0;
	part->world->ops[part->thread] += n;
	return n;
}

static void
count_close(struct world *world, struct aftermath *after)
{
	after->violations = world->mistakes + world->entered;
	snprintf(after->note, sizeof(after->note), "%u mistakes, %u inside",
	    world->mistakes, world->entered);
	after->live_objects = 7;
	free(world);
}

#define COUNT_LOOP(opens, closes)                                              \
	{                                                                      \
		.workload = "W0", .operation = "count", .open = (opens),       \
		.enter = count_enter, .leave = count_leave,                    \
		.turn = count_turn, .rest = count_rest, .wake = count_wake,    \
		.close = (closes)                                              \
	}

static const struct loop count = COUNT_LOOP(count_open, count_close);

/* --- Processes ---------------------------------------------------------- */

static struct world *
shared_open(const struct request *request)
{
	struct world *world = apart_memory(sizeof(*world));

	world->threads = request->threads;
	return world;
}

static void
shared_close(struct world *world, struct aftermath *after)
{
	after->violations = world->mistakes + world->entered;
	after->live_objects = (long)(world->ops[0] + world->ops[1]);
	apart_memory_free(world, sizeof(*world));
}

static void
processes_take_turns_as_threads_do(void **state)
{
	struct loop apart = COUNT_LOOP(shared_open, shared_close);
	struct request request = { .args = "", .threads = 2 };
	struct world *world = shared_open(&request);
	struct aftermath after = { 0 };
	struct reading reading;
	struct crew *crew;
	uint64_t sum = 0;

	(void)state;
	apart.apart = true;
	crew = crew_open(&apart, world, 2);
	for (unsigned round = 0; round < 3; round++) {
		crew_run(crew, 2000000, &reading);
		assert_true(reading.thread_ops[0] > 0);
		assert_true(reading.thread_ops[1] > 0);
		sum += reading.ops;
	}
	crew_close(crew);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* none is left */
	shared_close(world, &after);
	assert_int_equal(after.violations, 0);
	assert_int_equal(after.live_objects, sum);
}

static void
killed_leave(void *mine)
{
	count_leave(mine);
	signal(SIGSEGV, SIG_DFL); /* not cmocka's */
	raise(SIGSEGV);
}

static void
failed_leave(void *mine)
{
	count_leave(mine);
	_exit(3);
}

/* --- Threads ------------------------------------------------------------ */

static void
what_threads_did_is_what_is_read(void **state)
{
	struct request request = { .args = "", .threads = 2 };
	struct world *world = count_open(&request);
	struct crew *crew = crew_open(&count, world, 2);
	struct aftermath after = { 0 };
	struct reading reading;
	uint64_t before[2];

	(void)state;
	(void)crew_warm_up(crew, 4000000, 20000000);
	for (unsigned round = 0; round < 5; round++) {
		memcpy(before, world->ops, sizeof(before));
		crew_run(crew, 2000000, &reading);
		for (unsigned i = 0; i < 2; i++)
			assert_int_equal(
			    reading.thread_ops[i], world->ops[i] - before[i]);
		assert_int_equal(
		    reading.ops, reading.thread_ops[0] + reading.thread_ops[1]);
		assert_true(reading.wall_ns > 0);
		assert_true(reading.longest_ns <= reading.wall_ns);
	}
	crew_close(crew);
	count_close(world, &after);
	assert_string_equal(after.note, "0 mistakes, 0 inside");
}

static void
fairness_is_what_it_is_called(void **state)
{
	struct reading reading = { .threads = 2,
		.thread_ops = { 30, 10 },
		.ops = 40,
		.wall_ns = 1000 };

	(void)state;
	/* (30 + 10)^2 / (2 * (900 + 100)) */
	assert_true(reading_jain(&reading) == 0.8);
	assert_true(reading_max_min(&reading) == 3);
	assert_true(reading_ops_per_s(&reading) == 4e7);
	reading.thread_ops[1] = 30;
	assert_true(reading_jain(&reading) == 1);
	reading.thread_ops[1] = 0;
	assert_true(reading_jain(&reading) == 0.5);
	assert_true(reading_max_min(&reading) == 0);
}

/* --- Trials ------------------------------------------------------------- */

static void
wrong_close(struct world *world, struct aftermath *after)
{
	count_close(world, after);
	after->violations = 2;
	snprintf(after->note, sizeof(after->note), "wrong on purpose");
}

static void
crash_close(struct world *world, struct aftermath *after)
{
	(void)world;
	(void)after;
	signal(SIGSEGV, SIG_DFL); /* not cmocka's */
	raise(SIGSEGV);
}

static struct world *
no_open(const struct request *request)
{
	(void)request;
	return NULL;
}

static struct trial
short_trial(const struct loop *loop)
{
	return (struct trial){
		.loop = loop,
		.request = { .args = "", .threads = 2, .seed = 3 },
		.repetitions = 3,
		.repetition_ns = 1000000,
		.warm_least_ns = 400000,
		.warm_most_ns = 800000,
	};
}

static struct trial_result
trial_of(const struct loop *loop)
{
	struct trial trial = short_trial(loop);
	struct trial_result *shared = apart_memory(sizeof(*shared));
	struct trial_result result;

	trial_apart(&trial, shared);
	result = *shared;
	apart_memory_free(shared, sizeof(*shared));
	return result;
}

static void
a_trial_repeats_and_is_checked(void **state)
{
	struct trial_result result = trial_of(&count);

	(void)state;
	assert_int_equal(result.verdict, VERDICT_SOUND);
	assert_int_equal(result.done, 3);
	assert_int_equal(result.after.live_objects, 7);
	for (unsigned i = 0; i < result.done; i++) {
		struct repetition *r = &result.repetition[i];

		assert_true(r->reading.ops > 0);
		/* What was seen after one was seen before the next. */
		if (i > 0)
			assert_memory_equal(&r->before,
			    &result.repetition[i - 1].after, sizeof(r->before));
	}
}

static void
what_fails_its_checks_is_a_violation(void **state)
{
	static const struct loop wrong = COUNT_LOOP(count_open, wrong_close);
	struct trial_result result = trial_of(&wrong);

	(void)state;
	assert_int_equal(result.verdict, VERDICT_VIOLATION);
	assert_string_equal(result.note, "wrong on purpose");
}

static void
a_crash_is_one_trial_s_verdict(void **state)
{
	static const struct loop crash = COUNT_LOOP(count_open, crash_close);
	struct trial_result result = trial_of(&crash);

	(void)state;
	assert_int_equal(result.verdict, VERDICT_VIOLATION);
	assert_non_null(strstr(result.note, "signal"));
	assert_false(result.finished);
}

/* All that the parent looks at is as it should be. */
static void
who_leaves_badly_has_not_been_checked(void **state)
{
	struct loop apart = COUNT_LOOP(shared_open, shared_close);
	struct trial trial = short_trial(&apart);
	struct trial_result result;
	struct reading reading;
	struct aftermath after;

	(void)state;
	apart.apart = true;
	assert_int_equal(trial_of(&apart).verdict, VERDICT_SOUND);
	apart.leave = killed_leave;
	result = trial_of(&apart);
	assert_int_equal(result.verdict, VERDICT_VIOLATION);
	assert_non_null(strstr(result.note, "was killed by signal 11"));
	assert_true(trial_once(&trial, &reading, &after));
	assert_int_equal(after.violations, 1);
	apart.leave = failed_leave;
	result = trial_of(&apart);
	assert_int_equal(result.verdict, VERDICT_VIOLATION);
	assert_non_null(strstr(result.note, "left with status 3"));
}

static void
a_warm_up_can_last_twice_its_least(void **state)
{
	static const double lengths[] = { 0, 0.001, 0.24, 0.6, 100 };

	(void)state;
	for (enum tier tier = TIER_SMOKE; tier <= TIER_FULL; tier++)
		for (unsigned i = 0; i < 5 && tier != TIER_NAMED; i++) {
			struct bench_options options = { .tier = tier,
				.repetition_s = lengths[i] };
			struct tier_limits limits = bench_limits(&options);

			assert_true(
			    limits.warm_most_s >= 2 * limits.warm_least_s);
			assert_true(
			    limits.warm_most_s >= tiers[tier].warm_most_s);
		}
}

static void
a_world_that_cannot_be_made_is_not_started(void **state)
{
	static const struct loop no = COUNT_LOOP(no_open, count_close);

	(void)state;
	assert_int_equal(trial_of(&no).verdict, VERDICT_NOT_STARTED);
}

static void
what_the_machine_disturbed_is_refused(void **state)
{
	struct regime_sample ours = {
		.cpus = 2, .pingpong_ns = 100, .disjoint_ratio = 2
	};
	struct repetition r = { .before = ours, .after = ours };
	char why[128];

	(void)state;
	assert_false(repetition_refused(&r, why, sizeof(why)));
	assert_string_equal(repetition_regime(&r), "near");
	r.after.pingpong_ns = 400;
	assert_true(repetition_refused(&r, why, sizeof(why)));
	assert_string_equal(repetition_regime(&r), "mixed");
	assert_string_equal(why, "the CPUs moved: 100 ns, then 400");
	r.before.pingpong_ns = 400;
	assert_false(repetition_refused(&r, why, sizeof(why)));
	assert_string_equal(repetition_regime(&r), "far");
	/* Not ours: the distance is known all the same. */
	r.after.disjoint_ratio = 1.5;
	assert_true(repetition_refused(&r, why, sizeof(why)));
	assert_string_equal(repetition_regime(&r), "far");
	r.after = r.before;
	r.steal_share = 0.02;
	assert_true(repetition_refused(&r, why, sizeof(why)));
	assert_string_equal(why, "2.0 % of the time was stolen");
}

/* --- Draws -------------------------------------------------------------- */

#define KEYS 64u

static const void **
draw(const char *args, uint64_t seed, unsigned thread, unsigned *mask)
{
	static char things[KEYS];
	const void *keys[KEYS];
	struct request request = { .args = args, .seed = seed };

	for (unsigned i = 0; i < KEYS; i++)
		keys[i] = &things[i];
	return draw_keys(keys, KEYS, &request, thread, mask);
}

/* How often the most frequent of the first eight keys, and the rarest of all,
 * came. */
static void
tally(const char *args, unsigned *first, unsigned *rarest)
{
	unsigned counts[KEYS] = { 0 }, mask;
	const void **drawn = draw(args, 1, 0, &mask);
	const char *lowest = drawn[0];

	for (unsigned i = 0; i <= mask; i++)
		if ((const char *)drawn[i] < lowest)
			lowest = drawn[i];
	for (unsigned i = 0; i <= mask; i++)
		counts[(const char *)drawn[i] - lowest]++;
	*first = counts[0];
	*rarest = counts[0];
	for (unsigned i = 1; i < KEYS; i++)
		if (counts[i] < *rarest)
			*rarest = counts[i];
	free(drawn);
}

static void
draws_are_the_seed_s_and_the_thread_s(void **state)
{
	unsigned mask, other;
	const void **a = draw("objects:64", 1, 0, &mask);
	const void **b = draw("objects:64", 1, 0, &other);

	(void)state;
	assert_int_equal(mask, other);
	assert_int_equal(mask & (mask + 1), 0);
	assert_memory_equal(a, b, (mask + 1) * sizeof(*a));
	free(b);
	b = draw("objects:64", 1, 1, &other);
	assert_memory_not_equal(a, b, (mask + 1) * sizeof(*a));
	free(b);
	b = draw("objects:64", 2, 0, &other);
	assert_memory_not_equal(a, b, (mask + 1) * sizeof(*a));
	free(b);
	free(a);
}

static void
zipf_favours_the_first_and_uniform_none(void **state)
{
	unsigned first, rarest;

	(void)state;
	/* Of 16384 draws of 64: 256 each, or 16384 / 4.8 of the first. */
	tally("dist:uniform", &first, &rarest);
	assert_in_range(first, 160, 352);
	assert_in_range(rarest, 160, 256);
	tally("objects:64/dist:zipf/table:157", &first, &rarest);
	assert_in_range(first, 3000, 3900);
	assert_in_range(rarest, 20, 80);
}

static void
args_are_found_by_name(void **state)
{
	const char *args = "objects:1024/dist:zipf/table:157";

	(void)state;
	assert_int_equal(args_number(args, "objects", 1), 1024);
	assert_int_equal(args_number(args, "table", 1), 157);
	assert_int_equal(args_number(args, "tab", 5), 5);
	assert_int_equal(args_number("", "table", 5), 5);
	assert_true(args_have(args, "dist", "zipf"));
	assert_false(args_have(args, "dist", "zip"));
	assert_false(args_have(args, "dist", "zipfian"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_threads_did_is_what_is_read),
		cmocka_unit_test(processes_take_turns_as_threads_do),
		cmocka_unit_test(fairness_is_what_it_is_called),
		cmocka_unit_test(a_trial_repeats_and_is_checked),
		cmocka_unit_test(what_fails_its_checks_is_a_violation),
		cmocka_unit_test(a_crash_is_one_trial_s_verdict),
		cmocka_unit_test(who_leaves_badly_has_not_been_checked),
		cmocka_unit_test(a_warm_up_can_last_twice_its_least),
		cmocka_unit_test(a_world_that_cannot_be_made_is_not_started),
		cmocka_unit_test(what_the_machine_disturbed_is_refused),
		cmocka_unit_test(draws_are_the_seed_s_and_the_thread_s),
		cmocka_unit_test(zipf_favours_the_first_and_uniform_none),
		cmocka_unit_test(args_are_found_by_name),
	};

	return cmocka_run_group_tests_name("bench_trial", tests, NULL, NULL);
}
