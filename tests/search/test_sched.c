/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler: each verdict on a program that deserves it, and none on one
 * that does not; every schedule counted; a schedule written down and gone
 * again; SURW's uniformity.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pmap_sim/sync.h"
#include "stress/races.h"
#include "stress/search/stage.h"

#define RUNS 2000

/* The seeds are from 1 on. */
static struct sched_policy *
policy_of(struct stage *stage, unsigned tasks, const char *name, unsigned bound,
    const char *schedule)
{
	struct sched_policy_config config = { .tasks = tasks,
		.bound = bound,
		.schedule = schedule,
		.profile = stage_profile(stage) };
	const char *why;
	struct sched_policy *policy =
	    sched_policy_create(sched_policy_find(name), &config, &why);

	assert_non_null(policy);
	return policy;
}

/* --- Verdicts ------------------------------------------------------------- */

/* What the first failing execution came to, if one of so many fails. */
static enum sched_verdict
verdict_of(const struct scenario *scenario, const char *name)
{
	struct stage *stage = stage_create(scenario, NULL, 0, 0);
	struct sched_policy *policy =
	    policy_of(stage, scenario->tasks, name, 2, NULL);
	enum sched_verdict verdict = SCHED_SOUND;

	for (uint64_t seed = 1; seed <= RUNS && verdict == SCHED_SOUND; seed++)
		verdict = stage_run(stage, policy, seed)->verdict;
	sched_policy_destroy(policy);
	stage_destroy(stage);
	return verdict;
}

static void
each_kernel_fails_as_it_should(void **state)
{
	static const char *const names[] = { "reorder.3", "twostage.2",
		"account", "stringbuffer", "bluetooth", "lazyinit", "wronglock",
		"refcount", "inversion", "philosophers", "boundedbuffer",
		"lostwakeup", "afteryou", "worksteal", "ring", "dekker" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct scenario *scenario = scenario_find(names[i]);

		assert_non_null(scenario);
		assert_int_equal(
		    verdict_of(scenario, "random"), scenario->verdict);
		assert_int_equal(
		    verdict_of(scenario, "pos"), scenario->verdict);
	}
}

static void
what_is_sound_is_found_sound(void **state)
{
	(void)state;
	for (unsigned i = 0; sched_policies[i] != NULL; i++)
		if (!sched_policies[i]->exhaustive)
			assert_int_equal(
			    verdict_of(scenario_find("bench.locks"),
				sched_policies[i]->name),
			    SCHED_SOUND);
}

static void
held_task(struct scene *scene, unsigned i)
{
	(void)i;
	sync_spin_take((struct sync_spin *)scene->memory);
}

static void
endless_task(struct scene *scene, unsigned i)
{
	(void)i;
	for (;;)
		(void)sync_load((int *)scene->memory);
}

static void
stolen_task(struct scene *scene, unsigned i)
{
	struct sync_spin *lock = scene->memory;

	if (i == 0)
		sync_spin_take(lock);
	sync_spin_drop(lock);
}

static void
misuse_of_a_lock_and_no_end_are_verdicts(void **state)
{
	struct scenario bad = { .name = "bad", .tasks = 1, .memory = 64 };

	(void)state;
	bad.task = held_task;
	assert_int_equal(verdict_of(&bad, "random"), SCHED_ASSERTION);
	bad.task = endless_task;
	assert_int_equal(verdict_of(&bad, "random"), SCHED_STEPS);
	bad.tasks = 2;
	bad.task = stolen_task;
	assert_int_equal(verdict_of(&bad, "random"), SCHED_ASSERTION);
}

/* --- Races: only in a build that sees them -------------------------------- */

struct raced {
	struct sync_spin lock;
	volatile int guarded, bare; /* the second by nothing */
};

static void
raced_task(struct scene *scene, unsigned i)
{
	struct raced *r = scene->memory;

	(void)i;
	sync_spin_take(&r->lock);
	r->guarded = r->guarded + 1;
	sync_spin_drop(&r->lock);
	if (scene->as_found != 0)
		r->bare = r->bare + 1;
	sync_spin_take(&r->lock);
	r->guarded = r->guarded + 1;
	sync_spin_drop(&r->lock);
}

/* How many reports in so many executions. */
static unsigned long
reports_of(unsigned long bare)
{
	const struct scenario raced = { .name = "raced",
		.tasks = 2,
		.memory = sizeof(struct raced),
		.task = raced_task };
	static struct races races;
	struct stage *stage = stage_create(&raced, NULL, bare, 0);
	struct sched_policy *policy = policy_of(stage, 2, "random", 0, NULL);
	unsigned long reports = 0;

	races_collect(&races);
	races_count(&reports);
	for (uint64_t seed = 1; seed <= 200; seed++)
		(void)stage_run(stage, policy, seed);
	races_collected();
	sched_policy_destroy(policy);
	stage_destroy(stage);
	return reports;
}

static void
a_race_is_reported_and_its_absence_is_not(void **state)
{
	(void)state;
#ifndef SANITIZER_TSAN
	skip();
#endif
	assert_int_equal(reports_of(0), 0);
	/* Not in every schedule: a lock between the two may order them. */
	assert_true(reports_of(1) >= 20);
}

/* --- Schedules ------------------------------------------------------------ */

static void
count_task(struct scene *scene, unsigned i)
{
	int *word = scene->memory;

	(void)i;
	sync_add(word, 1);
	sync_add(word, 1);
}

/* Two tasks of three points each, the start one of them.  Of the 20
 * interleavings 2, 4, 8, 4, 2 have 2, 3, 4, 5, 6 runs of one task; each switch
 * but the last is a preemption. */
static void
every_schedule_is_seen_once(void **state)
{
	const struct scenario two = {
		.name = "two", .tasks = 2, .memory = 64, .task = count_task
	};
	struct stage *stage = stage_create(&two, NULL, 0, 0);
	static const unsigned expected[] = { 2, 6, 14, 18, 20, 20 };
	uint64_t seen[64];

	(void)state;
	for (unsigned bound = 0; bound < 6; bound++) {
		struct sched_policy *policy =
		    policy_of(stage, 2, "bound", bound, NULL);
		const struct sched_result *result;
		unsigned count = 0;

		while ((result = stage_run(stage, policy, 0)) != NULL) {
			assert_true(result->preemptions <= bound);
			for (unsigned i = 0; i < count; i++)
				assert_true(seen[i] != result->hash);
			assert_true(count < 64);
			seen[count++] = result->hash;
		}
		assert_int_equal(count, expected[bound]);
		sched_policy_destroy(policy);
	}
	stage_destroy(stage);
}

static void
a_schedule_goes_again(void **state)
{
	const struct scenario *scenario = scenario_find("worksteal");
	struct stage *stage = stage_create(scenario, NULL, 0, 0);

	(void)state;
	for (unsigned i = 0; sched_policies[i] != NULL; i++) {
		struct sched_policy *policy = policy_of(
		    stage, scenario->tasks, sched_policies[i]->name, 2, NULL);

		for (uint64_t seed = 1; seed <= 50; seed++) {
			char schedule[1024];
			struct sched_policy *again;
			uint64_t hash = stage_run(stage, policy, seed)->hash;

			assert_true(
			    stage_schedule(stage, schedule, sizeof(schedule)));
			again = policy_of(
			    stage, scenario->tasks, "replay", 0, schedule);
			assert_true(stage_run(stage, again, 0)->hash == hash);
			sched_policy_destroy(again);
		}
		sched_policy_destroy(policy);
	}
	stage_destroy(stage);
}

static void
a_schedule_that_is_none_is_refused(void **state)
{
	struct sched_policy_config config = { .tasks = 2 };
	const char *why = NULL;

	(void)state;
	config.schedule = "3:1,oops";
	assert_null(
	    sched_policy_create(sched_policy_find("replay"), &config, &why));
	assert_non_null(why);
}

/* --- SURW ----------------------------------------------------------------- */

struct uniform {
	int interesting, noise[2]; /* atomic */
	unsigned order, length;    /* who touched it, a bit each */
};

#define TOUCHES 3

/* As many touches of one word, and a different amount of noise beside. */
static void
uniform_task(struct scene *scene, unsigned i)
{
	struct uniform *u = scene->memory;

	for (unsigned n = 0; n < TOUCHES; n++) {
		unsigned at;

		for (unsigned k = 0; k < (i == 0 ? 1u : 9u); k++)
			sync_add(&u->noise[i], 1);
		sync_add(&u->interesting, 1);
		/* For who looks on; orders nothing. */
		at = __atomic_fetch_add(&u->length, 1, __ATOMIC_RELAXED);
		__atomic_fetch_or(&u->order, i << at, __ATOMIC_RELAXED);
	}
}

/* All 20 orders of 3 and 3 touches, equally often: chi-square of 19 degrees of
 * freedom is below 43.8 in 999 of 1,000 draws; the seeds are fixed. */
static void
surw_is_uniform(void **state)
{
	const struct scenario scenario = { .name = "uniform",
		.tasks = 2,
		.memory = sizeof(struct uniform),
		.task = uniform_task };
	struct stage *stage = stage_create(&scenario, NULL, 0, 0);
	struct sched_policy *policy = policy_of(stage, 2, "surw", 0, NULL);
	struct sched_policy *walk = policy_of(stage, 2, "random", 0, NULL);
	struct {
		struct sched_policy *policy;
		double chi;
	} tried[] = { { policy, 0 }, { walk, 0 } };

	(void)state;
	assert_int_equal(stage_profile(stage)->objects, 1);
	for (unsigned t = 0; t < 2; t++) {
		unsigned count[64] = { 0 }, orders = 0;
		const double draws = 40000, each = draws / 20;

		for (uint64_t seed = 1; seed <= (uint64_t)draws; seed++) {
			(void)stage_run(stage, tried[t].policy, seed);
			count[((struct uniform *)stage_memory(stage))->order]++;
		}
		for (unsigned i = 0; i < 64; i++) {
			double off = count[i] - each;

			if (__builtin_popcount(i) != TOUCHES)
				continue;
			orders++;
			tried[t].chi += off * off / each;
		}
		assert_int_equal(orders, 20);
	}
	print_message(
	    "chi-square: surw %.1f, random %.1f\n", tried[0].chi, tried[1].chi);
	assert_true(tried[0].chi < 43.8);
	/* The test can fail: a walk is far from uniform. */
	assert_true(tried[1].chi > 1000);
	sched_policy_destroy(policy);
	sched_policy_destroy(walk);
	stage_destroy(stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kernel_fails_as_it_should),
		cmocka_unit_test(what_is_sound_is_found_sound),
		cmocka_unit_test(misuse_of_a_lock_and_no_end_are_verdicts),
		cmocka_unit_test(a_race_is_reported_and_its_absence_is_not),
		cmocka_unit_test(every_schedule_is_seen_once),
		cmocka_unit_test(a_schedule_goes_again),
		cmocka_unit_test(a_schedule_that_is_none_is_refused),
		cmocka_unit_test(surw_is_uniform),
	};

	return cmocka_run_group_tests_name("sched", tests, NULL, NULL);
}
