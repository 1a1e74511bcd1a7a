/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an exhaustive search counts does not depend on how many workers share
 * it, nor on whether an execution that fails takes its process along; and what
 * it died of is had again.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "pmap_sim/sync.h"
#include "stress/apart.h"
#include "stress/search/explore_options.h"
#include "stress/search/keep.h"
#include "tests/search/replayed.h"

#define BOUND 2 /* fewer schedules than would be probed */

struct words {
	int word[2];
	struct sync_spin lock;
};

/* What is wrong in it ends the execution, or the process. */
static void
wrong(const struct scene *scene, boolean_t is)
{
	const boolean_t *deadly = scene->scenario->data;

	if (!is)
		return;
	if (*deadly)
		kill(getpid(), SIGKILL);
	sched_fail(SCHED_ASSERTION, "wrong");
}

/* Three write, under a lock and not; two of six orders are wrong. */
static void
task(struct scene *scene, unsigned i)
{
	struct words *w = scene->memory;
	int before = sync_load_relaxed(&w->word[0]);

	sync_store_relaxed(&w->word[0], before + 1);
	sync_spin_take(&w->lock);
	sync_store_relaxed(&w->word[1], (int)i);
	sync_spin_drop(&w->lock);
	wrong(scene, i == 1 && sync_load_relaxed(&w->word[0]) == 1 &&
			 sync_load_relaxed(&w->word[1]) == 2);
}

static struct explore_config
config_of(const struct scenario *scenario, const char *policy, unsigned workers)
{
	return (struct explore_config){
		.scenario = scenario,
		.policies = { sched_policy_find(policy) },
		.policy_count = 1,
		.bound = BOUND,
		.step_limit = EXPLORE_STEPS,
		.workers = workers,
	};
}

/* All of it. */
static struct explore_result *
searched(const struct explore_config *config)
{
	struct explore_result *result = explore_result_create();

	assert_non_null(result);
	explore(config, result, NULL, NULL);
	assert_string_equal(result->trouble, "");
	assert_true(result->complete);
	assert_true(result->failures > 0);
	return result;
}

static struct explore_result *
explored(const char *policy, unsigned workers, boolean_t deadly)
{
	const struct scenario scenario = { .name = "words",
		.tasks = 3,
		.memory = sizeof(struct words),
		.task = task,
		.data = &deadly };
	struct explore_config config = config_of(&scenario, policy, workers);
	struct explore_result *result = searched(&config);

	assert_int_equal(result->founds, 1);
	return result;
}

/* The same levels, leaves and failures. */
static void
assert_alike(struct explore_result *a, struct explore_result *b)
{
	assert_int_equal(a->levels, b->levels);
	for (unsigned k = 0; k < a->levels; k++)
		assert_int_equal(a->level[k], b->level[k]);
	assert_int_equal(a->search.leaves, b->search.leaves);
	assert_int_equal(a->search.whole, b->search.whole);
	assert_int_equal(a->failures, b->failures);
	assert_int_equal(a->found[0].count, b->found[0].count);
	assert_int_equal(a->executions, b->executions);
	apart_memory_free(a, sizeof(*a));
	apart_memory_free(b, sizeof(*b));
}

static void
workers_share_what_there_is(void **state)
{
	(void)state;
	for (unsigned workers = 2; workers <= 3; workers++) {
		struct explore_result *one = explored("bound", 1, FALSE);

		assert_int_equal(one->levels, BOUND + 1);
		assert_true(one->level[BOUND] > 100);
		assert_alike(one, explored("bound", workers, FALSE));
	}
}

static void
a_death_costs_one_execution(void **state)
{
	struct explore_result *dead = explored("bound", 2, TRUE);
	struct explore_result *failed = explored("bound", 1, FALSE);

	(void)state;
	assert_int_equal(dead->found[0].verdict, SCHED_CRASH);
	/* It has the bound that it was met at. */
	assert_int_equal(
	    dead->found[0].preemptions, failed->found[0].preemptions);
	assert_alike(dead, failed);
}

static void
dpor_goes_on_behind_a_death(void **state)
{
	struct explore_result *dead = explored("dpor", 2, TRUE);

	(void)state;
	assert_int_equal(dead->found[0].verdict, SCHED_CRASH);
	assert_true(dead->failures > 1);
	assert_alike(dead, explored("dpor", 1, FALSE));
}

/* --- What it died of ----------------------------------------------------- */

#define VALUES 6

/* Of some values one dies so, of others so. */
static void
dying_task(struct scene *scene, unsigned i)
{
	int *word = scene->memory, seen;

	if (i == 0) {
		for (int value = 1; value <= VALUES; value++)
			sync_store(word, value);
		return;
	}
	seen = sync_load(word);
	if (seen == 2)
		_Exit(7);
	if (seen > 2 && seen < VALUES)
		kill(getpid(), SIGKILL);
}

static const struct scenario dying = {
	.name = "dying", .tasks = 2, .memory = sizeof(int), .task = dying_task
};

static void
assert_each_is_had_again(const char *policy, unsigned workers)
{
	struct explore_config config = config_of(&dying, policy, workers);
	struct explore_result *result = searched(&config);

	assert_int_equal(result->founds, 2);
	assert_true(keep_found(&config, result, NULL));
	for (unsigned i = 0; i < result->founds; i++) {
		struct explore_found *found = &result->found[i];
		struct judgement again;

		assert_int_equal(found->verdict, SCHED_CRASH);
		assert_true(found->schedule_known);
		assert_int_equal(found->preemptions, 1);
		assert_int_equal(unlink(found->file), 0);
		again = replayed(&config, found);
		assert_int_equal(again.verdict, SCHED_CRASH);
		assert_string_equal(again.text, found->text);
		assert_true(again.hash == found->hash);
	}
	apart_memory_free(result, sizeof(*result));
}

static void
each_way_to_die_is_had_again(void **state)
{
	(void)state;
	for (unsigned workers = 1; workers <= 3; workers++)
		assert_each_is_had_again("bound", workers);
	assert_each_is_had_again("dpor", 1);
}

static void
assert_line(const struct explore_config *config,
    const struct explore_found *found, const char *expected)
{
	char *line = explore_replay_line(config, found);

	assert_non_null(strstr(line, expected));
	free(line);
}

/* What no schedule is known of is had again by the search alone. */
static void
no_schedule_is_told_that_is_not_known(void **state)
{
	struct explore_config config = config_of(&dying, "bound", 2);
	struct explore_result *result = explore_result_create();
	struct explore_found *found = &result->found[0];

	(void)state;
	assert_non_null(result);
	config.seed = 1;
	config.stop = TRUE;
	result->founds = 1;
	found->verdict = SCHED_CRASH;
	found->signature = 1; /* of none that it dies of */
	found->preemptions = 1;
	assert_true(keep_found(&config, result, NULL));
	assert_false(found->schedule_known);
	assert_string_equal(found->file, "");
	assert_line(
	    &config, found, " --scheduler bound --bound 2 -r 1 -j 2 --stop");
	config.step_limit = 99;
	assert_line(&config, found, " --stop --steps 99");
	found->schedule_known = TRUE;
	assert_line(
	    &config, found, " --scheduler replay --schedule '' --steps 99");
	apart_memory_free(result, sizeof(*result));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(workers_share_what_there_is),
		cmocka_unit_test(a_death_costs_one_execution),
		cmocka_unit_test(dpor_goes_on_behind_a_death),
		cmocka_unit_test(each_way_to_die_is_had_again),
		cmocka_unit_test(no_schedule_is_told_that_is_not_known),
	};

	return cmocka_run_group_tests_name("exhaust", tests, NULL, NULL);
}
