/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of rounds, and what their table says of given numbers. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stress/rounds.h"
#include "stress/statistics.h"

#define CELLS 8

static void
assert_close(double found, double expected)
{
	assert_true(fabs(found - expected) <= 1e-9 * fabs(expected));
}

/* --- Statistics --------------------------------------------------------- */

static void
medians(void **state)
{
	double odd[] = { 9, 1, 5 }, even[] = { 8, 1, 4, 2 };

	(void)state;
	assert_close(statistics_median(odd, 3), 5);
	assert_close(statistics_median(even, 4), 3);
	assert_true(statistics_median(NULL, 0) == 0);
}

static void
a_ratio_is_the_median_of_all_pairs(void **state)
{
	const double over[] = { 5, 1, 3, 2, 4 };
	const double under[] = { 1, 10, 100, 1000, 10000 };
	struct estimate ratio = statistics_ratio(over, 5, under, 5);

	(void)state;
	assert_close(ratio.value, 0.03);
	/* Five against five: the third from either end. */
	assert_true(ratio.bounded);
	assert_close(ratio.low, 0.0003);
	assert_close(ratio.high, 3);
}

static void
too_few_pairs_bound_nothing(void **state)
{
	const double over[] = { 10, 20, 40 }, under[] = { 1, 2 };

	(void)state;
	assert_close(statistics_ratio(over, 3, under, 2).value, 15);
	assert_false(statistics_ratio(over, 3, under, 2).bounded);
}

/* --- The order ---------------------------------------------------------- */

static void
every_second_round_is_the_first_backwards(void **state)
{
	unsigned there[CELLS], back[CELLS], next[CELLS], seen;
	struct rounds rounds;
	unsigned alike = 0;

	(void)state;
	rounds_init(&rounds, 20, CELLS, 7);
	for (unsigned round = 0; round < 20; round += 2) {
		rounds_order(&rounds, round, there);
		rounds_order(&rounds, round + 1, back);
		rounds_order(&rounds, round + 2, next);
		seen = 0;
		for (unsigned i = 0; i < CELLS; i++) {
			seen |= 1u << there[i];
			assert_int_equal(there[i], back[CELLS - 1 - i]);
		}
		assert_int_equal(seen, (1u << CELLS) - 1);
		alike += memcmp(there, next, sizeof(there)) == 0;
	}
	assert_int_equal(alike, 0);
	rounds_fini(&rounds);
}

static void
the_seed_decides_the_order(void **state)
{
	unsigned first[CELLS], again[CELLS], other[CELLS];
	struct rounds rounds;

	(void)state;
	rounds_init(&rounds, 1, CELLS, 7);
	rounds_order(&rounds, 0, first);
	rounds_order(&rounds, 0, again);
	rounds.seed = 8;
	rounds_order(&rounds, 0, other);
	rounds_fini(&rounds);
	assert_memory_equal(first, again, sizeof(first));
	assert_memory_not_equal(first, other, sizeof(first));
}

/* --- The table ---------------------------------------------------------- */

/* Two cells: a on one CPU and on two. */
static void
two_cells(struct rounds *rounds)
{
	rounds_init(rounds, 10, 2, 1);
	for (unsigned i = 0; i < 2; i++) {
		rounds->cells[i].strategy = "a";
		rounds->cells[i].cpus = i + 1;
	}
}

/* What is printed; ends the rounds. */
static char *
table(struct rounds *rounds)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	rounds_print(out, rounds);
	fclose(out);
	rounds_fini(rounds);
	return text;
}

static void
regimes_are_never_pooled(void **state)
{
	struct rounds rounds;
	char *text;

	(void)state;
	two_cells(&rounds);
	for (unsigned i = 0; i < 5; i++) {
		rounds_note(&rounds, 0, REGIME_NEAR, 1000);
		rounds_note(&rounds, 1, REGIME_NEAR, 1600);
		rounds_note(&rounds, 1, REGIME_FAR, 700);
		rounds_note(&rounds, 1, REGIME_MIXED, 5);
	}
	rounds_note(&rounds, 0, REGIME_FAR, 1000);
	rounds_note(&rounds, 0, REGIME_NOT_ADMITTED, 5);
	rounds_note(&rounds, 0, REGIME_NEAR, 0);
	text = table(&rounds);
	assert_non_null(strstr(text, "2:1   1.60  1.60 .. 1.60\n"));
	assert_non_null(strstr(text, "2:1   0.70  too few\n"));
	assert_non_null(strstr(text, "left out: 5 runs, mixed\n"));
	assert_non_null(strstr(text, "left out: 1 run, not admitted\n"));
	assert_non_null(strstr(text, "left out: 1 run, not sound\n"));
	assert_null(strstr(text, "not observed"));
	free(text);
}

static void
a_regime_that_did_not_come_is_named(void **state)
{
	struct rounds rounds;
	char *text;

	(void)state;
	two_cells(&rounds);
	rounds_note(&rounds, 1, REGIME_NEAR, 1600);
	text = table(&rounds);
	assert_non_null(strstr(text, "not observed: far\n"));
	assert_null(strstr(text, "2:1"));
	free(text);
	two_cells(&rounds);
	rounds_note(&rounds, 0, REGIME_SINGLE, 1000);
	rounds_note(&rounds, 1, REGIME_SINGLE, 900);
	text = table(&rounds);
	assert_non_null(strstr(text, "2:1   0.90  too few\n"));
	assert_null(strstr(text, "not observed"));
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(medians),
		cmocka_unit_test(a_ratio_is_the_median_of_all_pairs),
		cmocka_unit_test(too_few_pairs_bound_nothing),
		cmocka_unit_test(every_second_round_is_the_first_backwards),
		cmocka_unit_test(the_seed_decides_the_order),
		cmocka_unit_test(regimes_are_never_pooled),
		cmocka_unit_test(a_regime_that_did_not_come_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
