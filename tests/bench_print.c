/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `vmrace bench` says at the end, of plans that are made by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/bench_report.h"

const struct subject *const subjects[] = { NULL };

static const struct subject original = { .name = "original" };
static const struct subject rcu = { .name = "rcu" };
static const struct loop lookup_hot = {
	.workload = "W1", .operation = "lookup_hot", .sentence = "looked up"
};
static const struct variant variant = { "objects:1", TIER_SMOKE };

static char *
printed(void (*print)(FILE *, const struct bench_plan *), struct cell *cells,
    unsigned count)
{
	struct family family = { &lookup_hot, &variant, cells, count, 1 };
	struct bench_plan plan = { &family, 1, count };
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	print(out, &plan);
	fclose(out);
	return text;
}

static void
counts_are_a_matrix(void **state)
{
	struct cell cells[] = {
		{ &original, &lookup_hot, 1, .counted = 128 },
		{ &rcu, &lookup_hot, 1, .counted = 128 },
	};
	char *text;

	(void)state;
	cells[0].events[EVENT_locks] = 512;
	cells[0].events[EVENT_rmw] = 129;
	cells[1].events[EVENT_rmw] = 256;
	cells[1].events[EVENT_graces] = 1;
	text = printed(bench_print_counts, cells, 2);
	/* No row of what nobody has. */
	assert_string_equal(text,
	    "\n  W1 lookup_hot objects:1: looked up; events an operation\n"
	    "                     original        rcu\n"
	    "    locks                   4          -\n"
	    "    rmw                1.0078          2\n"
	    "    graces                  -  0.0078125\n");
	free(text);
}

static void
note(struct cell *cell, const char *regime, bool admitted, double rate)
{
	struct value value = {
		.regime = regime, .admitted = admitted, .ops_per_s = rate
	};

	cell_note(cell, &value);
}

static void
why_there_is_no_figure_is_said(void **state)
{
	struct cell cells[] = {
		{ &original, &lookup_hot, .threads = 2 },
		{ &rcu, &lookup_hot, .threads = 2 },
	};
	char *text;

	(void)state;
	note(&cells[0], "near", true, 20e6);
	note(&cells[0], "far", false, 9e6);
	note(&cells[1], "near", true, 40e6);
	text = printed(bench_print, cells, 2);
	assert_non_null(strstr(text, "not admitted: far (1 refused)\n"));
	assert_non_null(strstr(text,
	    "; alone not measured; near 20.0 by 15.0; far not admitted\n"));
	free(text);
	cells[0].value_count = 1;
	text = printed(bench_print, cells, 2);
	assert_non_null(strstr(text, "not observed: far\n"));
	assert_non_null(strstr(text, "; far not observed\n"));
	free(text);
	for (unsigned c = 0; c < 2; c++)
		free(cells[c].values);
}

static void
one_cpu_has_a_yardstick(void **state)
{
	struct cell cell = { &original, &lookup_hot, .threads = 1 };
	char *text;

	(void)state;
	note(&cell, "single", true, 50e6);
	text = printed(bench_print, &cell, 1);
	assert_non_null(strstr(text,
	    "; alone 50.0 by 40.0; near not measured; far not measured\n"));
	free(text);
	free(cell.values);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_a_matrix),
		cmocka_unit_test(why_there_is_no_figure_is_said),
		cmocka_unit_test(one_cpu_has_a_yardstick),
	};

	return cmocka_run_group_tests_name("bench_print", tests, NULL, NULL);
}
