/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tasks that are said to be alike, are; and one schedule of each lot stands for
 * all that a search that tells tasks apart has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pmap_sim/sched/engine.h"
#include "pmap_sim/sync.h"
#include "stress/build.h"
#include "stress/search/alike.h"
#include "stress/search/stage.h"

/* Of all schedules: how many, and how many of them fail. */
struct counts {
	double schedules, failing;
	uint64_t executions;
};

static struct counts
count(const struct scenario *scenario, sched_set_t alike, unsigned bound)
{
	struct sched_policy_config config = {
		.tasks = scenario->tasks, .bound = bound, .alike = alike
	};
	struct stage *stage = stage_create(scenario, NULL, 0, 20000);
	const struct sched_result *result;
	struct counts counts = { 0 };
	struct sched_search search;
	const char *why;
	struct sched_policy *policy =
	    sched_policy_create(sched_policy_find("bound"), &config, &why);

	assert_non_null(policy);
	while ((result = stage_run(stage, policy, 1)) != NULL) {
		policy->ops->tell(policy, &search);
		/* Else some would be probes. */
		assert_true(++counts.executions < 4096);
		if (result->verdict != SCHED_SOUND)
			counts.failing += search.stands_for - counts.schedules;
		counts.schedules = search.stands_for;
	}
	sched_policy_destroy(policy);
	stage_destroy(stage);
	return counts;
}

static void
assert_stands_for_all(
    const struct scenario *scenario, sched_set_t alike, unsigned bound)
{
	struct counts all = count(scenario, 0, bound);
	struct counts few = count(scenario, alike, bound);

	print_message("%s, bound %u: %llu stand for %llu, %g fail\n",
	    scenario->name, bound, (unsigned long long)few.executions,
	    (unsigned long long)all.executions, few.failing);
	assert_true(few.executions < all.executions);
	assert_true(all.schedules == (double)all.executions);
	assert_true(few.schedules == all.schedules);
	assert_true(few.failing == all.failing);
}

/* --- Programs that are small enough to be counted both ways ------------ */

struct words {
	int word[2];
	struct sync_spin lock;
};

/* The first three are alike; locks are waited for. */
static void
locks_task(struct scene *scene, unsigned i)
{
	struct words *w = scene->memory;

	if (i == 3) {
		sched_expect(sync_load_relaxed(&w->word[0]) != 2);
		return;
	}
	sync_spin_take(&w->lock);
	sync_store_relaxed(&w->word[0], w->word[0] + 1);
	sync_spin_drop(&w->lock);
}

static void
yields_task(struct scene *scene, unsigned i)
{
	struct words *w = scene->memory;

	if (i < 3)
		sync_add(&w->word[0], 1);
	sched_give_way();
	sched_expect(i != 3 || sync_load_relaxed(&w->word[0]) != 1);
}

static void
one_stands_for_its_lot(void **state)
{
	const struct scenario locks = { .name = "locks",
		.tasks = 4,
		.memory = sizeof(struct words),
		.task = locks_task };
	const struct scenario yields = { .name = "yields",
		.tasks = 4,
		.memory = sizeof(struct words),
		.task = yields_task };

	(void)state;
	for (unsigned bound = 0; bound < 2; bound++) {
		assert_stands_for_all(&locks, 7, bound);
		assert_stands_for_all(scenario_find("reorder.5"), 15, bound);
	}
	assert_stands_for_all(&yields, 7, 0);
	for (unsigned bound = 0; bound < 4; bound++)
		assert_stands_for_all(scenario_find("reorder.3"), 3, bound);
}

/* --- What is declared -------------------------------------------------- */

/* A schedule drawn, or the same with two tasks' parts exchanged. */
struct parts {
	struct sched_policy policy;
	unsigned a, b;
	uint64_t steps;
	uint8_t task[20000];
};

static unsigned
exchanged(const struct parts *p, unsigned task)
{
	return task == p->a ? p->b : task == p->b ? p->a : task;
}

static unsigned
draw(struct sched *s)
{
	struct parts *p = (struct parts *)s->policy;
	unsigned task = sched_nth(
	    s->runnable, sched_below((uint32_t)sched_random(s),
			     (unsigned)__builtin_popcountll(s->runnable)));

	p->task[s->steps] = (uint8_t)task;
	p->steps = s->steps + 1;
	return task;
}

static unsigned
follow(struct sched *s)
{
	struct parts *p = (struct parts *)s->policy;
	unsigned task =
	    s->steps < p->steps ? exchanged(p, p->task[s->steps]) : 0;

	assert_true((s->runnable >> task & 1) != 0);
	return task;
}

static void
exchange(struct stage *stage, struct parts *parts, uint64_t seed)
{
	static const struct sched_policy_ops drawn = { .name = "draw",
		.every_step = true,
		.pick = draw },
					     followed = { .name = "follow",
						     .every_step = true,
						     .pick = follow };
	struct sched_result first;
	const struct sched_result *second;

	parts->policy.ops = &drawn;
	first = *stage_run(stage, &parts->policy, seed);
	parts->policy.ops = &followed;
	second = stage_run(stage, &parts->policy, seed);
	assert_int_equal(first.verdict, second->verdict);
	assert_int_equal(first.steps, second->steps);
	assert_int_equal(first.preemptions, second->preemptions);
	assert_int_equal(first.choices, second->choices);
}

static void
what_is_said_to_be_alike_is(void **state)
{
	struct parts *parts;
	unsigned declared = 0;

	(void)state;
	if (build_is_slow())
		skip(); /* these policies' own words would be races */
	parts = calloc(1, sizeof(*parts));
	assert_non_null(parts);
	for (unsigned i = 0; scenarios[i] != NULL; i++) {
		sched_set_t alike = scenario_alike(scenarios[i]);
		unsigned count = (unsigned)__builtin_popcountll(alike);
		struct stage *stage;

		if (count == 0)
			continue;
		declared++;
		assert_true(count < scenarios[i]->tasks);
		stage = stage_create(scenarios[i], NULL, 0, 20000);
		for (uint64_t seed = 1; seed <= 500; seed++) {
			parts->a = (unsigned)(seed % count);
			parts->b = (unsigned)(seed * 7 % count);
			exchange(stage, parts, seed);
		}
		stage_destroy(stage);
	}
	assert_int_equal(declared, 6);
	free(parts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_stands_for_its_lot),
		cmocka_unit_test(what_is_said_to_be_alike_is),
	};

	return cmocka_run_group_tests_name("alike", tests, NULL, NULL);
}
