/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an exhaustive search counts does not depend on how many workers share
 * it, nor on whether an execution that fails takes its process along.
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
#include "stress/search/explore.h"

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

static struct explore_result *
explored(const char *policy, unsigned workers, boolean_t deadly)
{
	const struct scenario scenario = { .name = "words",
		.tasks = 3,
		.memory = sizeof(struct words),
		.task = task,
		.data = &deadly };
	struct explore_config config = {
		.scenario = &scenario,
		.policies = { sched_policy_find(policy) },
		.policy_count = 1,
		.bound = BOUND,
		.step_limit = EXPLORE_STEPS,
		.workers = workers,
	};
	struct explore_result *result = explore_result_create();

	assert_non_null(result);
	explore(&config, result, NULL, NULL);
	assert_string_equal(result->trouble, "");
	assert_true(result->complete);
	assert_true(result->failures > 0);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(workers_share_what_there_is),
		cmocka_unit_test(a_death_costs_one_execution),
		cmocka_unit_test(dpor_goes_on_behind_a_death),
	};

	return cmocka_run_group_tests_name("exhaust", tests, NULL, NULL);
}
