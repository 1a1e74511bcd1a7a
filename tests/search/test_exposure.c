/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What cannot go wrong is not sound: tasks that never meet, tasks that can only
 * meet in one order, an operation that never has anything to do, and a defect
 * that is given back where nothing comes to it.  Beside each stands the same
 * with a meeting in it, which is sound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pmap_sim/sync.h"
#include "stress/apart.h"
#include "stress/parse.h"
#include "stress/search/explore_report.h"

static const char *const searches[] = { "random", "bound", "dpor" };

/* That the verdict is not exposed, for that reason; NULL: it is sound. */
static void
comes_to(
    const struct explore_config *base, const char *policy, const char *lacks)
{
	struct explore_config config = *base;
	struct explore_result *result = explore_result_create();
	char note[512];

	assert_non_null(result);
	config.policies[0] = sched_policy_find(policy);
	config.policy_count = 1;
	config.bound = 4;
	config.seed = 1;
	config.runs = 2000;
	config.step_limit = EXPLORE_STEPS;
	config.workers = 2;
	explore(&config, result, NULL, NULL);
	assert_int_equal(result->founds, 0);
	assert_int_equal(explore_verdict(&config, result),
	    lacks != NULL ? VERDICT_NOT_EXPOSED : VERDICT_SOUND);
	explore_note_words(&config, result, note, sizeof(note));
	if (lacks != NULL)
		assert_string_equal(note, lacks);
	apart_memory_free(result, sizeof(*result));
}

/* --- Programs that say who touches what ----------------------------------- */

#define TASKS 2
#define STEPS 3

struct words {
	int word[TASKS]; /* atomic */
};

/* Each its own, or both the first. */
static void
add(struct scene *scene, unsigned i)
{
	struct words *w = scene->memory;
	const boolean_t *apart = scene->scenario->data;

	for (unsigned n = 0; n < STEPS; n++)
		sync_add(&w->word[*apart ? i : 0], 1);
}

/* Both read what nobody writes. */
static void
look(struct scene *scene, unsigned i)
{
	struct words *w = scene->memory;

	(void)i;
	for (unsigned n = 0; n < STEPS; n++)
		sched_expect(sync_load(&w->word[0]) == 0);
}

static void
tasks_that_never_meet_expose_nothing(void **state)
{
	static const boolean_t apart = TRUE, together = FALSE;
	struct scenario scenario = { .name = "words",
		.tasks = TASKS,
		.memory = sizeof(struct words),
		.task = add };
	struct explore_config config = { .scenario = &scenario };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		scenario.task = add;
		scenario.data = &apart;
		comes_to(&config, searches[i], "no two tasks ever met");
		scenario.data = &together;
		comes_to(&config, searches[i], NULL);
		scenario.task = look;
		comes_to(&config, searches[i], "no two tasks ever met");
	}
}

/* The first has a lock from the beginning that only it can hand to the second,
 * and keeps another for it. */
struct locks {
	struct sched_lock handed, kept;
};

static void
hand(struct scene *scene)
{
	struct locks *l = scene->memory;

	l->handed.owner = 0 + 1;
}

static void
take(struct scene *scene, unsigned i)
{
	struct locks *l = scene->memory;

	if (i == 0) {
		sched_lock_drop(&l->handed);
		sched_lock_take(&l->kept);
	} else {
		sched_lock_take(&l->handed);
		sched_lock_drop(&l->handed);
	}
}

static void
one_order_exposes_nothing(void **state)
{
	struct scenario scenario = { .name = "locks",
		.tasks = TASKS,
		.memory = sizeof(struct locks),
		.setup = hand,
		.task = take };
	struct explore_config config = { .scenario = &scenario };

	(void)state;
	comes_to(&config, "dpor", "no two tasks meet in more than one order");
}

/* --- Operations
 * --------------------------------------------------------------- */

static const char *
idler(const struct scenario *scenario, unsigned i, const char **sentence)
{
	(void)scenario;
	*sentence = "does nothing";
	return i == 0 ? "worker" : "idler";
}

static void
work(struct scene *scene, unsigned i)
{
	struct words *w = scene->memory;

	sync_add(&w->word[0], 1);
	scene->did[i] = i == 0;
}

static void
an_idle_operation_exposes_nothing(void **state)
{
	struct scenario scenario = { .name = "idle",
		.tasks = TASKS,
		.memory = sizeof(struct words),
		.task = work,
		.part = idler };
	struct explore_config config = { .scenario = &scenario };

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		comes_to(&config, searches[i],
		    "CPU 1's idler never had anything to do");
	scenario.part = NULL;
	for (unsigned i = 0; i < 3; i++)
		comes_to(&config, searches[i], NULL);
}

static void
what_never_comes_up_is_not_exposed(void **state)
{
	struct explore_config config = {
		.scenario = scenario_find("copy.fault"),
		.ops = vm_strategy_find("fine"),
	};

	(void)state;
	assert_true(parse_hazard("E1", &config.as_found));
	comes_to(&config, "random",
	    "E1: given back, and nothing came to where it is: \"vmrace hunt\" "
	    "knows the scenarios that do");
	config.as_found = 0;
	assert_true(parse_hazard("D3", &config.as_found));
	comes_to(&config, "random", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tasks_that_never_meet_expose_nothing),
		cmocka_unit_test(one_order_exposes_nothing),
		cmocka_unit_test(an_idle_operation_exposes_nothing),
		cmocka_unit_test(what_never_comes_up_is_not_exposed),
	};

	return cmocka_run_group_tests_name("exposure", tests, NULL, NULL);
}
