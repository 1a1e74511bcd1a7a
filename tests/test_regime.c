/* SPDX-License-Identifier: BSD-2-Clause */
/* What a sample makes of the machine; no test here asks how fast it is. */
/* clang-format off */
#define _GNU_SOURCE
#include <sched.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include "stress/regime.h"

static enum regime
judge(struct regime_sample before, struct regime_sample after)
{
	enum regime there = regime_of(&before, &after);

	assert_int_equal(regime_of(&after, &before), there);
	return there;
}

static struct regime_sample
sample(double pingpong_ns, double disjoint_ratio)
{
	return (struct regime_sample){ 2, pingpong_ns, disjoint_ratio };
}

static void
both_ends_say_how_far_it_is(void **state)
{
	(void)state;
	assert_int_equal(judge(sample(52, 2), sample(80, 1.98)), REGIME_NEAR);
	assert_int_equal(judge(sample(320, 2), sample(430, 1.98)), REGIME_FAR);
}

static void
ends_that_disagree_are_mixed(void **state)
{
	(void)state;
	assert_int_equal(judge(sample(52, 2), sample(320, 2)), REGIME_MIXED);
}

static void
between_the_bounds_it_is_neither(void **state)
{
	const double near = REGIME_NEAR_NS, far = REGIME_FAR_NS;
	const double between = (near + far) / 2;

	(void)state;
	assert_int_equal(
	    judge(sample(near - 1, 2), sample(near - 1, 2)), REGIME_NEAR);
	assert_int_equal(judge(sample(near, 2), sample(near, 2)), REGIME_MIXED);
	assert_int_equal(
	    judge(sample(between, 2), sample(between, 2)), REGIME_MIXED);
	assert_int_equal(judge(sample(far, 2), sample(far, 2)), REGIME_MIXED);
	assert_int_equal(
	    judge(sample(far + 1, 2), sample(far + 1, 2)), REGIME_FAR);
	assert_int_equal(
	    judge(sample(between, 2), sample(52, 2)), REGIME_MIXED);
}

static void
who_shares_a_cpu_is_not_admitted(void **state)
{
	const double bound = REGIME_DISJOINT;

	(void)state;
	assert_int_equal(
	    judge(sample(52, bound), sample(52, bound)), REGIME_NEAR);
	assert_int_equal(judge(sample(52, 2), sample(52, bound - 0.01)),
	    REGIME_NOT_ADMITTED);
	assert_int_equal(
	    judge(sample(52, 1.4), sample(320, 2)), REGIME_NOT_ADMITTED);
	/* The one was held up, not the two. */
	assert_int_equal(
	    judge(sample(52, 2), sample(52, 16)), REGIME_NOT_ADMITTED);
}

static void
what_could_not_be_measured_is_not_admitted(void **state)
{
	(void)state;
	assert_int_equal(
	    judge(sample(0, 2), sample(52, 2)), REGIME_NOT_ADMITTED);
	assert_int_equal(
	    judge(sample(52, 0), sample(52, 2)), REGIME_NOT_ADMITTED);
	/* A run that never came to its end. */
	assert_int_equal(judge((struct regime_sample){ 0 }, sample(52, 2)),
	    REGIME_NOT_ADMITTED);
	assert_int_equal(judge((struct regime_sample){ 0 },
			     (struct regime_sample){ .cpus = 1 }),
	    REGIME_NOT_ADMITTED);
}

static void
the_worse_ratio_is_told(void **state)
{
	struct regime_sample low = sample(52, 1.2), high = sample(52, 2);

	(void)state;
	assert_true(regime_disjoint_ratio(&low, &high) == 1.2);
	assert_true(regime_disjoint_ratio(&high, &low) == 1.2);
}

static void
of_one_cpu_there_is_no_distance(void **state)
{
	struct regime_sample before, after;
	cpu_set_t all, one;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	assert_true(regime_pin(0));
	assert_int_equal(regime_cpus(), 1);
	assert_false(regime_pin(1));
	before = regime_probe();
	after = regime_probe();
	assert_int_equal(sched_getaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(CPU_COUNT(&one), 1);
	assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
	assert_int_equal(judge(before, after), REGIME_SINGLE);
}

static void
a_probe_leaves_its_caller_where_it_was(void **state)
{
	struct regime_sample sample;
	cpu_set_t before, after;

	(void)state;
	if (regime_cpus() == 1)
		skip();
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	sample = regime_probe();
	assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
	assert_int_equal(sample.cpus, CPU_COUNT(&before));
	assert_true(sample.disjoint_ratio > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_say_how_far_it_is),
		cmocka_unit_test(ends_that_disagree_are_mixed),
		cmocka_unit_test(between_the_bounds_it_is_neither),
		cmocka_unit_test(who_shares_a_cpu_is_not_admitted),
		cmocka_unit_test(what_could_not_be_measured_is_not_admitted),
		cmocka_unit_test(the_worse_ratio_is_told),
		cmocka_unit_test(of_one_cpu_there_is_no_distance),
		cmocka_unit_test(a_probe_leaves_its_caller_where_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
