/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An execution that never comes back to the scheduler: whoever runs it comes to
 * an end, and a replay to the failure that was kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "pmap_sim/sync.h"
#include "stress/apart.h"
#include "stress/search/child.h"
#include "stress/search/keep.h"
#include "stress/search/shrink.h"
#include "tests/search/beside.h"
#include "tests/search/replayed.h"

#define VALUES 40
#define FATAL  37 /* rare: learning does not meet it */

/* Who sees one of many values goes round for ever. */
static void
loop_task(struct scene *scene, unsigned i)
{
	int *word = scene->memory;

	if (i == 0)
		for (int value = 1; value < VALUES; value++)
			sync_store(word, value);
	else if (sync_load(word) == FATAL)
		for (;;)
			__asm__ volatile("");
}

static const struct scenario loop = {
	.name = "loop",
	.story = "it goes round for ever for one of many values",
	.tasks = 2,
	.memory = sizeof(int),
	.task = loop_task,
};

/* The same, whatever the schedule. */
static void
always_task(struct scene *scene, unsigned i)
{
	int *word = scene->memory;

	sync_store(word, 1);
	if (i == 1)
		for (;;)
			__asm__ volatile("");
}

static const struct scenario always = {
	.name = "always",
	.story = "it goes round for ever",
	.tasks = 2,
	.memory = sizeof(int),
	.task = always_task,
};

/* 2 goes round for ever where 1 would die; no move leads there. */
static void
stuck_task(struct scene *scene, unsigned i)
{
	int *word = scene->memory, seen;

	if (i < 2) {
		(void)beside(word, i);
		return;
	}
	seen = sync_load(word);
	while (seen == 1)
		__asm__ volatile("");
}

static const struct scenario stuck = {
	.name = "stuck",
	.story = "a failure, and one at fewer preemptions that has no end",
	.tasks = 3,
	.memory = sizeof(int),
	.task = stuck_task,
};

/* As a search notes it whose worker was killed for it. */
static void
what_has_no_end_is_kept_and_replayed(void **state)
{
	struct explore_config config = {
		.scenario = &loop,
		.policies = { sched_policy_find("replay") },
		.policy_count = 1,
		.schedule = "38:1",
		.seed = 1,
		.step_limit = EXPLORE_STEPS,
	};
	struct explore_result *result = explore_result_create();
	struct explore_found *found = &result->found[0];
	struct judgement again;

	(void)state;
	assert_non_null(result);
	found->verdict = SCHED_CRASH;
	found->silent = TRUE;
	found->seed = config.seed;
	child_death(CHILD_NO_END, found->text, sizeof(found->text));
	found->signature = judge_signature(SCHED_CRASH, found->text, 0);
	result->founds = 1;
	assert_true(keep_found(&config, result, NULL));
	assert_true(found->hash != 0);
	assert_int_equal(found->preemptions, 1);
	assert_string_equal(found->schedule, config.schedule);
	assert_int_equal(unlink(found->file), 0);
	again = replayed(&config, found);
	assert_int_equal(again.verdict, SCHED_CRASH);
	assert_memory_equal(again.text, "no end: ", 8);
	assert_true(again.hash == found->hash);
	assert_true(again.steps == found->steps);
	apart_memory_free(result, sizeof(*result));
}

/* A profile is learnt from executions none of which ends. */
static void
learning_from_it_comes_to_an_end(void **state)
{
	struct attempts a;

	(void)state;
	attempts_begin(&a, &(struct stage_config){ .scenario = &always,
			       .step_limit = EXPLORE_STEPS });
	assert_non_null(attempts_profile(&a));
	attempts_end(&a);
}

/* And says where it left off. */
static void
a_level_stops_at_what_has_no_end(void **state)
{
	struct reproducer r = { .scenario = &stuck,
		.step_limit = EXPLORE_STEPS,
		.schedule = (char[]){ BESIDE_SCHEDULE } };
	struct shrunk *s = apart_memory(sizeof(*s));

	(void)state;
	assert_non_null(s);
	shrink(&r, 1000000, s);
	assert_true(s->failed);
	assert_string_equal(s->after.text, "the one");
	assert_int_equal(s->after.preemptions, 2);
	assert_int_equal(s->certified, 1);
	assert_true(s->endless);
	apart_memory_free(s, sizeof(*s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_no_end_is_kept_and_replayed),
		cmocka_unit_test(learning_from_it_comes_to_an_end),
		cmocka_unit_test(a_level_stops_at_what_has_no_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
