/* SPDX-License-Identifier: BSD-2-Clause */
/* bench/histogram.h: what it promises of errors, merging and percentiles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/histogram.h"
#include "stress/random.h"

static int
by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Of any size: as many bits as are drawn. */
static uint64_t
any_value(struct random_stream *stream)
{
	return random_next(stream) >> random_below(stream, 64);
}

static void
buckets_are_in_order_without_gaps(void **state)
{
	(void)state;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t upper = histogram_upper(i);

		assert_int_equal(histogram_bucket(upper), i);
		if (upper != UINT64_MAX)
			assert_int_equal(histogram_bucket(upper + 1), i + 1);
	}
	assert_int_equal(histogram_bucket(0), 0);
	assert_int_equal(histogram_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
}

static void
a_value_is_known_to_a_64th(void **state)
{
	struct random_stream stream = random_stream(1, 0);

	(void)state;
	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t value = any_value(&stream);
		uint64_t upper = histogram_upper(histogram_bucket(value));

		assert_true(upper >= value);
		assert_true(upper - value <= value / 64);
	}
}

#define VALUES 4000u

static void
percentiles_are_those_of_the_values(void **state)
{
	static const double shares[] = { 0, 0.001, 0.5, 0.99, 0.999, 1 };
	struct random_stream stream = random_stream(2, 0);
	struct histogram *histogram = calloc(1, sizeof(*histogram));
	uint64_t value[VALUES];

	(void)state;
	assert_int_equal(histogram_quantile(histogram, 0.5), 0);
	for (unsigned i = 0; i < VALUES; i++)
		histogram_add(histogram, value[i] = any_value(&stream));
	qsort(value, VALUES, sizeof(value[0]), by_value);
	for (unsigned i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		/* The least that so many are not greater than. */
		unsigned rank = (unsigned)(shares[i] * VALUES);
		uint64_t exact = value[rank != 0 ? rank - 1 : 0];
		uint64_t found = histogram_quantile(histogram, shares[i]);

		assert_true(found >= exact);
		assert_true(found - exact <= exact / 64);
	}
	assert_int_equal(histogram_quantile(histogram, 1), value[VALUES - 1]);
	free(histogram);
}

static void
merged_is_as_if_all_were_added_to_one(void **state)
{
	struct random_stream stream = random_stream(3, 0);
	struct histogram *part = calloc(2, sizeof(*part));
	struct histogram *all = calloc(1, sizeof(*all));

	(void)state;
	for (unsigned i = 0; i < VALUES; i++) {
		uint64_t value = any_value(&stream);

		histogram_add(&part[i % 3 == 0], value);
		histogram_add(all, value);
	}
	histogram_merge(&part[0], &part[1]);
	assert_memory_equal(&part[0], all, sizeof(*all));
	free(part);
	free(all);
}

static void
what_was_due_meanwhile_has_waited_too(void **state)
{
	struct histogram *histogram = calloc(1, sizeof(*histogram));

	(void)state;
	histogram_add_due(histogram, 100, 30); /* 100, 70, 40, 10 */
	assert_int_equal(histogram->total, 4);
	for (uint64_t value = 10; value <= 100; value += 30)
		assert_int_equal(histogram->count[histogram_bucket(value)], 1);
	histogram_add_due(histogram, 30, 30); /* nothing else was due */
	histogram_add_due(histogram, 1000, 0);
	assert_int_equal(histogram->total, 6);
	assert_int_equal(histogram->most, 1000);
	free(histogram);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_are_in_order_without_gaps),
		cmocka_unit_test(a_value_is_known_to_a_64th),
		cmocka_unit_test(percentiles_are_those_of_the_values),
		cmocka_unit_test(merged_is_as_if_all_were_added_to_one),
		cmocka_unit_test(what_was_due_meanwhile_has_waited_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
