/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counts against a plain recursion over the same program; estimates against
 * counts, and against how much of what comes next is new.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pmap_sim/sched/class.h"
#include "pmap_sim/sync.h"
#include "stress/search/species.h"
#include "stress/search/stage.h"

/* --- Programs of which each step is known --------------------------------- */

#define TASKS 3

/* A letter a step: a add, l lock, u unlock, y yield. */
struct letters {
	unsigned tasks;
	const char *task[TASKS];
};

struct words {
	int atomic;
	struct sync_spin lock;
};

static void
letters_task(struct scene *scene, unsigned i)
{
	const struct letters *letters = scene->scenario->data;
	struct words *words = scene->memory;

	for (const char *c = letters->task[i]; *c != '\0'; c++) {
		if (*c == 'a')
			sync_add(&words->atomic, 1);
		else if (*c == 'l')
			sync_spin_take(&words->lock);
		else if (*c == 'u')
			sync_spin_drop(&words->lock);
		else
			sched_give_way();
	}
}

/* Each task begins with a step of its own, 's'. */
struct state {
	const char *rest[TASKS]; /* NULL: has not begun */
	int owner;               /* of the lock; -1: nobody */
	int current;             /* -1: nobody yet */
	unsigned preemptions;
};

static char
next(const struct state *s, unsigned i)
{
	return s->rest[i] == NULL ? 's' : *s->rest[i];
}

static bool
can_move(const struct state *s, unsigned i)
{
	return next(s, i) != '\0' && (next(s, i) != 'l' || s->owner < 0);
}

static void
move(struct state *s, const struct letters *letters, unsigned i)
{
	char c = next(s, i);

	if (s->current >= 0 && s->current != (int)i &&
	    can_move(s, (unsigned)s->current) &&
	    next(s, (unsigned)s->current) != 'y')
		s->preemptions++;
	s->rest[i] = c == 's' ? letters->task[i] : s->rest[i] + 1;
	if (c == 'l')
		s->owner = (int)i;
	else if (c == 'u')
		s->owner = -1;
	s->current = (int)i;
}

/* Schedules from there on, of at most so many preemptions. */
static uint64_t
schedules(const struct state *s, const struct letters *letters, unsigned bound)
{
	uint64_t count = 0;
	bool any = false;

	for (unsigned i = 0; i < letters->tasks; i++) {
		struct state after = *s;

		if (!can_move(s, i))
			continue;
		any = true;
		move(&after, letters, i);
		if (after.preemptions <= bound)
			count += schedules(&after, letters, bound);
	}
	return any ? count : 1;
}

static const struct letters programs[] = {
	{ 2, { "aaa", "aaa" } },
	{ 3, { "aa", "aa", "aa" } },
	{ 2, { "lulu", "lualu" } },
	{ 3, { "lau", "alu", "lu" } },
	{ 3, { "aya", "ya", "ay" } },
	{ 3, { "luy", "yalu", "a" } },
	{ 3, { "aaa", "aaa", "aaa" } },
};
#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

struct search {
	struct scenario scenario;
	struct stage *stage;
	struct sched_policy *policy;
};

static void
search_begin(struct search *search, const struct scenario *scenario,
    const char *name, unsigned bound)
{
	struct sched_policy_config config = { .tasks = scenario->tasks,
		.bound = bound };
	const char *why;

	search->scenario = *scenario;
	search->stage = stage_create(&search->scenario, NULL, 0, 0);
	search->policy =
	    sched_policy_create(sched_policy_find(name), &config, &why);
	assert_non_null(search->policy);
}

static void
search_end(struct search *search)
{
	sched_policy_destroy(search->policy);
	stage_destroy(search->stage);
}

static struct scenario
scenario_of(const struct letters *letters)
{
	return (struct scenario){ .name = "letters",
		.tasks = letters->tasks,
		.memory = sizeof(struct words),
		.task = letters_task,
		.data = letters };
}

/* To the end of it, with seeds from that one on. */
static struct sched_search
search_all(const struct scenario *scenario, const char *name, unsigned bound,
    uint64_t seed)
{
	struct search search;
	struct sched_search told;
	const struct sched_result *result;

	search_begin(&search, scenario, name, bound);
	while (
	    (result = stage_run(search.stage, search.policy, seed++)) != NULL) {
		assert_int_equal(result->verdict, SCHED_SOUND);
		assert_true(result->preemptions <= bound);
	}
	search.policy->ops->tell(search.policy, &told);
	search_end(&search);
	return told;
}

static void
each_bound_has_the_schedules_that_a_recursion_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < PROGRAMS; i++) {
		struct scenario scenario = scenario_of(&programs[i]);
		struct state begin = { .owner = -1, .current = -1 };
		uint64_t all = schedules(&begin, &programs[i], ~0u);

		for (unsigned bound = 0; bound < 6; bound++) {
			uint64_t count = schedules(&begin, &programs[i], bound);
			struct sched_search told =
			    search_all(&scenario, "bound", bound, 0);

			assert_int_equal(told.leaves, count);
			/* It knows when a bound leaves nothing out. */
			assert_int_equal(told.whole, count == all);
		}
		assert_int_equal(
		    search_all(&scenario, "bound", 1000, 0).leaves, all);
	}
}

/* --- Probes
 * -------------------------------------------------------------------- */

#define SEARCHES 6

/* Of so many searches with other seeds, the estimates' mean is off by no more
 * than chance allows, and is not so vague that anything would do. */
static void
estimates_have_no_bias(
    const struct scenario *scenario, const char *name, unsigned bound)
{
	double sum = 0, squares = 0, count = 0, error;

	for (unsigned i = 0; i < SEARCHES; i++) {
		struct sched_search told =
		    search_all(scenario, name, bound, 1000000u * i);

		assert_true(told.probes > 100);
		count = (double)told.leaves;
		sum += told.total / SEARCHES;
		squares += told.error * told.error;
	}
	error = sqrt(squares) / SEARCHES;
	print_message("%s, %s %u: %.0f; estimated %.0f +- %.0f\n",
	    scenario->name, name, bound, count, sum, error);
	assert_true(fabs(sum - count) < 3 * error);
	assert_true(error < count / 8);
}

static void
probes_are_right_on_the_average(void **state)
{
	struct scenario adds = scenario_of(&programs[PROGRAMS - 1]);

	(void)state;
	estimates_have_no_bias(&adds, "bound", 5);
	estimates_have_no_bias(&adds, "bound", 1000);
	estimates_have_no_bias(scenario_find("bench.locks"), "bound", 2);
	estimates_have_no_bias(scenario_find("bench.count.3x4"), "dpor", 1000);
	estimates_have_no_bias(scenario_find("bench.rmw.3x4"), "dpor", 1000);
}

/* --- Species
 * -------------------------------------------------------------------- */

static uint64_t
mixed(uint64_t n)
{
	n = (n + 1) * 0x9e3779b97f4a7c15u;
	n = (n ^ (n >> 31)) * 0xbf58476d1ce4e5b9u;
	return n ^ (n >> 29);
}

/* Draw from so many classes, all alike or each half as likely as the one of
 * half its number; what is unseen then is known. */
static void
unseen_is_estimated(unsigned classes, unsigned draws, bool alike)
{
	struct species *species = calloc(1, sizeof(*species));
	bool *seen = calloc(classes, sizeof(*seen));
	double *below = calloc(classes + 1, sizeof(*below)), unseen = 0;
	struct species_estimate e;
	unsigned distinct = 0;
	double kept;

	for (unsigned c = 0; c < classes; c++)
		below[c + 1] = below[c] + (alike ? 1.0 : 1.0 / (c + 1));
	for (unsigned i = 0; i < draws; i++) {
		double at = (double)(mixed(i) >> 11) * 0x1p-53 * below[classes];
		unsigned low = 0, high = classes;

		while (high - low > 1) {
			unsigned middle = (low + high) / 2;

			*(below[middle] <= at ? &low : &high) = middle;
		}
		distinct += !seen[low];
		seen[low] = true;
		species_add(species, mixed(low + 7777777));
	}
	for (unsigned c = 0; c < classes; c++)
		if (!seen[c])
			unseen += below[c + 1] - below[c];
	unseen /= below[classes];
	e = species_estimate(species);
	kept = (double)(1u << species->halvings);
	print_message("%u classes, %u draws: unseen %.4f, estimated %.4f; "
		      "seen %u, counted %llu; at least %.0f\n",
	    classes, draws, unseen, e.unseen, distinct,
	    (unsigned long long)e.classes, e.at_least);
	/* Three standard deviations of f1/n, or more. */
	assert_true(
	    fabs(e.unseen - unseen) < 3 * sqrt(3 * unseen * kept / draws));
	assert_true(fabs((double)e.classes - distinct) < 0.03 * distinct);
	assert_true(e.at_least < 1.05 * classes);
	assert_true(e.at_least > distinct);
	free(species);
	free(seen);
	free(below);
}

static void
what_is_unseen_is_estimated(void **state)
{
	(void)state;
	unseen_is_estimated(1000, 3000, true);
	unseen_is_estimated(20000, 20000, false);
	/* More than there is room for. */
	unseen_is_estimated(100000, 150000, true);
	unseen_is_estimated(400000, 300000, false);
}

/* What a scheduler has not met, against what it then meets. */
static void
what_comes_next_is_as_new_as_estimated(void **state)
{
	struct species *species = calloc(1, sizeof(*species));
	struct sched_class *class = sched_class_create(20000);
	struct search search;
	const unsigned runs = 2000;
	double before, after, met = 0;

	(void)state;
	search_begin(&search, scenario_find("bench.count.3x3"), "random", 0);
	for (unsigned i = 0; i < runs; i++) {
		(void)stage_run(search.stage, search.policy, i);
		species_add(species,
		    sched_class_hash(class, stage_sched(search.stage)));
	}
	before = species_estimate(species).unseen;
	met = (double)species_estimate(species).classes;
	for (unsigned i = runs; i < runs + runs / 4; i++) {
		(void)stage_run(search.stage, search.policy, i);
		species_add(species,
		    sched_class_hash(class, stage_sched(search.stage)));
	}
	after = species_estimate(species).unseen;
	met = ((double)species_estimate(species).classes - met) / (runs / 4);
	print_message("new: %.3f estimated, %.3f met, %.3f estimated then\n",
	    before, met, after);
	assert_true(met < before + 0.05 && met > after - 0.05);
	assert_true(before > 0.1);
	/* There are 1,680. */
	assert_true(species_estimate(species).classes <= 1680);
	sched_class_destroy(class);
	search_end(&search);
	free(species);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    each_bound_has_the_schedules_that_a_recursion_counts),
		cmocka_unit_test(probes_are_right_on_the_average),
		cmocka_unit_test(what_is_unseen_is_estimated),
		cmocka_unit_test(what_comes_next_is_as_new_as_estimated),
	};

	return cmocka_run_group_tests_name("space", tests, NULL, NULL);
}
