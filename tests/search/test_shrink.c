/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shrinker: it ends at the least, always at the same, and at no other
 * failure than it began with, however easy that is; and what crashes is shrunk
 * like the rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pmap_sim/sync.h"
#include "stress/apart.h"
#include "stress/search/shrink.h"
#include "tests/search/beside.h"

/* --- Two failures: one that any switch brings, one that takes two --------- */

struct two {
	int turn; /* atomic */
	int easy; /* atomic */
};

static void
two_task(struct scene *scene, unsigned i)
{
	struct two *t = scene->memory;

	/* 0, 1, 0, 1 in that order, and nobody in between. */
	if (i == 0) {
		if (sync_load(&t->turn) != 0)
			sched_fail(SCHED_ASSERTION, "the easy one");
		sync_store(&t->turn, 1);
		if (sync_load(&t->turn) == 2)
			sync_store(&t->turn, 3);
	} else {
		if (sync_load(&t->turn) == 1)
			sync_store(&t->turn, 2);
		if (sync_load(&t->turn) == 3)
			sched_fail(SCHED_ASSERTION, "the hard one");
		sync_store(&t->turn, 4);
	}
}

static const struct scenario two = {
	.name = "two",
	.story = "two failures",
	.tasks = 2,
	.memory = sizeof(struct two),
	.task = two_task,
};

/* --- One that kills the process ------------------------------------------- */

static void
fatal_task(struct scene *scene, unsigned i)
{
	int *word = scene->memory;

	if (i == 0) {
		sync_store(word, 1);
		sync_store(word, 0);
	} else if (sync_load(word) == 1)
		_Exit(7);
}

static const struct scenario fatal = {
	.name = "fatal",
	.story = "it dies of a value that is there for one step",
	.tasks = 2,
	.memory = sizeof(int),
	.task = fatal_task,
};

/* --- A failure beside which is another that kills the process ------------- */

/* The least way to it is 3, 2, 1, each from its beginning to its end, to which
 * no move leads from 0, 1, 0, 1. */
static void
beside_task(struct scene *scene, unsigned i)
{
	int *word = scene->memory, seen;

	if (i < 2) {
		seen = beside(word, i);
		if (i == 1 && seen == 6)
			sched_fail(SCHED_ASSERTION, "the one");
		return;
	}
	seen = sync_load(word);
	if (i == 3 && seen == 0)
		sync_store(word, 5);
	if (i == 2 && seen == 5)
		sync_store(word, 6);
}

static const struct scenario one_way = {
	.name = "oneway",
	.story = "a failure, and a death at fewer preemptions",
	.tasks = 2,
	.memory = sizeof(int),
	.task = beside_task,
};

static const struct scenario two_ways = {
	.name = "twoways",
	.story = "the same, and one at none",
	.tasks = 4,
	.memory = sizeof(int),
	.task = beside_task,
};

/* --- Helpers -------------------------------------------------------------- */

/* The first of many executions that comes to that, as it was met. */
static struct reproducer
met(const struct scenario *scenario, const char *text)
{
	struct reproducer r = { .scenario = scenario,
		.policy = sched_policy_find("random"),
		.step_limit = EXPLORE_STEPS };
	struct sched_policy *policy, *noted;
	struct judgement judgement;
	struct attempts a;
	const char *why;

	attempts_begin(&a, &(struct stage_config){ .scenario = scenario,
			       .step_limit = EXPLORE_STEPS });
	a.apart = scenario == &fatal;
	policy = reproducer_policy(&r, attempts_profile(&a), &why);
	noted = attempts_noted(&a, policy);
	do {
		assert_true(++r.seed < 10000);
		assert_true(attempt(&a, noted, r.seed, &judgement));
	} while (strcmp(judgement.text, text) != 0);
	r.hash = judgement.hash;
	sched_policy_destroy(noted);
	sched_policy_destroy(policy);
	attempts_end(&a);
	return r;
}

static struct shrunk
shrunk(const struct reproducer *r)
{
	struct shrunk *shared = apart_memory(sizeof(*shared)), copy;

	assert_non_null(shared);
	shrink(r, 1000000, shared);
	copy = *shared;
	apart_memory_free(shared, sizeof(*shared));
	assert_true(copy.failed);
	return copy;
}

/* --- Tests ---------------------------------------------------------------- */

static void
a_failure_does_not_become_an_easier_one(void **state)
{
	struct reproducer hard = met(&two, "the hard one");
	struct shrunk s = shrunk(&hard);

	(void)state;
	assert_string_equal(s.after.text, "the hard one");
	assert_int_equal(s.after.preemptions, 2);
	assert_int_equal(s.turns, 2);
	assert_int_equal(s.certified, 2);
}

static void
the_least_is_the_least_wherever_one_begins(void **state)
{
	struct reproducer easy = met(&two, "the easy one");
	struct shrunk s = shrunk(&easy), again = shrunk(&easy);

	(void)state;
	assert_int_equal(s.after.preemptions, 0);
	assert_int_equal(s.turns, 1);
	assert_string_equal(s.schedule, again.schedule);
	assert_int_equal(s.after.hash, again.after.hash);
	assert_int_equal(s.executions, again.executions);
	assert_int_equal(s.points, again.points);
}

static void
what_kills_its_process_is_shrunk(void **state)
{
	struct reproducer r = met(&fatal, "left with status 7");
	struct shrunk s = shrunk(&r);

	(void)state;
	assert_int_equal(s.after.verdict, SCHED_CRASH);
	assert_int_equal(s.after.preemptions, 1);
	assert_int_equal(s.certified, 1);
	assert_string_equal(s.schedule, "2:1");
}

/* 0, 1, 0, 1. */
static struct shrunk
shrunk_beside(const struct scenario *scenario)
{
	struct reproducer r = { .scenario = scenario,
		.step_limit = EXPLORE_STEPS,
		.schedule = (char[]){ BESIDE_SCHEDULE } };
	struct shrunk s = shrunk(&r);

	assert_string_equal(s.before.text, "the one");
	assert_string_equal(s.after.text, "the one");
	assert_int_equal(s.before.preemptions, 2);
	return s;
}

static void
a_level_in_another_process_tells_what_fails(void **state)
{
	struct shrunk s = shrunk_beside(&two_ways);

	(void)state;
	assert_int_equal(s.after.preemptions, 0);
	assert_int_equal(s.turns, 3);
	assert_int_equal(s.certified, 0);
	assert_memory_equal(s.schedule, "0:3,", 4);
}

static void
a_level_goes_on_behind_another_crash(void **state)
{
	struct shrunk s = shrunk_beside(&one_way);

	(void)state;
	assert_int_equal(s.after.preemptions, 2);
	assert_int_equal(s.certified, 2);
	assert_true(s.schedules > s.schedules_before);
}

static void
what_does_not_fail_is_not_shrunk(void **state)
{
	struct reproducer r = { .scenario = &two,
		.step_limit = EXPLORE_STEPS,
		.schedule = (char[]){ "" } };
	struct shrunk *s = apart_memory(sizeof(*s));

	(void)state;
	assert_non_null(s);
	shrink(&r, 0, s);
	assert_false(s->failed);
	apart_memory_free(s, sizeof(*s));
}

/* --- Its text ------------------------------------------------------------- */

static void
a_reproducer_is_read_as_it_was_written(void **state)
{
	static const char *const texts[] = {
		"vmrace-replay 1\naccount\n2:1\ntrace 00000000000000ff ab12\n",
		"vmrace-replay 1\naccount --steps 7\n-\n"
		"trace 0123456789abcdef 65b0570+\n",
		"vmrace-replay 1\naccount --tsan\npct 18446744073709551615 3\n"
		"trace 0123456789abcdef x\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct reproducer r;
		char *why, *text;

		assert_int_equal(reproducer_parse(&r, texts[i], &why), 0);
		text = reproducer_text(&r);
		assert_string_equal(text, texts[i]);
		free(text);
		reproducer_free(&r);
	}
}

static void
no_part_of_a_reproducer_is_one(void **state)
{
	static const char whole[] = "vmrace-replay 1\naccount --steps 7\n"
				    "2:1,7:0\ntrace 00000000000000ff ab12\n";
	char part[sizeof(whole)];

	(void)state;
	for (size_t length = 0; length < sizeof(whole) - 1; length++) {
		struct reproducer r;
		char *why;

		memcpy(part, whole, length);
		part[length] = '\0';
		assert_int_not_equal(reproducer_parse(&r, part, &why), 0);
		assert_non_null(why);
		free(why);
	}
}

static void
assert_certificate(const struct shrunk *shrunk, const char *expected)
{
	char text[300];

	shrink_certificate(shrunk, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void
a_certificate_is_one_line(void **state)
{
	struct shrunk s = { .failed = TRUE };

	(void)state;
	assert_certificate(&s, "certified: it takes no preemption");
	s.after.preemptions = 1;
	s.schedules_run = 41;
	assert_certificate(&s, "not certified: space too large: more than 41 "
			       "schedules with no preemption, 41 run");
	s.estimate = 2.43e18;
	assert_certificate(&s,
	    "not certified: space too large: about 2.4e+18 schedules with no "
	    "preemption, 41 run");
	s.certified = s.after.preemptions = 2;
	s.schedules = 22;
	s.stands_for = 22;
	assert_certificate(
	    &s, "certified: none with fewer preemptions (22 schedules)");
	s.stands_for = 8.32e81;
	assert_certificate(&s, "certified: none with fewer preemptions (22 "
			       "schedules, for 8.32e+81: tasks are alike)");
	s.after.preemptions = 4;
	assert_certificate(&s,
	    "not certified: none with 1 or fewer (22 schedules, for 8.32e+81: "
	    "tasks are alike); space too large: about 2.4e+18 schedules with 2 "
	    "preemptions or fewer, 41 run");
	s.endless = TRUE;
	assert_certificate(&s, "not certified: one of the next bound has no "
			       "end; none with 1 or fewer preemptions");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_does_not_become_an_easier_one),
		cmocka_unit_test(the_least_is_the_least_wherever_one_begins),
		cmocka_unit_test(what_kills_its_process_is_shrunk),
		cmocka_unit_test(a_level_in_another_process_tells_what_fails),
		cmocka_unit_test(a_level_goes_on_behind_another_crash),
		cmocka_unit_test(what_does_not_fail_is_not_shrunk),
		cmocka_unit_test(a_certificate_is_one_line),
		cmocka_unit_test(a_reproducer_is_read_as_it_was_written),
		cmocka_unit_test(no_part_of_a_reproducer_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
