/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of `vmrace bench`: what ran has a line, with its figure or with why
 * it has none.
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

static const struct subject swift = { .name = "swift" };
static const struct subject moved = { .name = "moved" };
static const struct subject wrong = { .name = "wrong" };
static const struct subject late = { .name = "late" };

static const struct variant variant = { "objects:1", TIER_SMOKE };
static const struct loop loop = {
	.workload = "W1",
	.operation = "lookup_hot",
	.sentence = "a test's",
	.variants = &variant,
};

static struct value near_value = { .regime = "near",
	.admitted = true,
	.ops_per_s = 2e6,
	.quantile_ns = { 10, 20, 30, 40 } };
static struct value mixed_value = {
	.regime = "mixed", .ops_per_s = 1e6, .quantile_ns = { 11, 21, 31, 41 }
};

typedef void print_fn(FILE *out, const struct bench_plan *plan);

/* What it prints of those cells; the caller's. */
static char *
printed(print_fn *print, struct cell *cells, unsigned count)
{
	struct family family = { .loop = &loop,
		.variant = &variant,
		.cells = cells,
		.cell_count = count,
		.blocks = 1 };
	struct bench_plan plan = { &family, 1, count };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	print(out, &plan);
	fclose(out);
	return text;
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static print_fn *const prints[] = { bench_print, bench_print_latencies };

static void
test_each_has_a_line(void **state)
{
	struct cell cells[] = {
		{ &swift, &loop, 1, 1, &near_value, 1, "", { 0 }, 0 },
		{ &moved, &loop, 1, 1, &mixed_value, 1,
		    "the CPUs moved: 70 ns, then 300", { 0 }, 0 },
		{ &wrong, &loop, 1, 1, NULL, 0, "one reference too many", { 0 },
		    0 },
		{ &late, &loop, 1, 0, NULL, 0, "", { 0 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(prints) / sizeof(prints[0]); i++) {
		char *text = printed(prints[i], cells, 4);

		assert_has(text, "\n    swift  ");
		assert_has(text,
		    "\n    moved            no figure of 1 thread: "
		    "the CPUs moved: 70 ns, then 300\n");
		assert_has(text,
		    "\n    wrong            no figure of 1 thread: "
		    "one reference too many\n");
		assert_has(text,
		    "\n    late             no figure of 1 thread: "
		    "its turn did not come\n");
		assert_null(strstr(text, "swift            no figure"));
		assert_null(strstr(text, "not ours"));
		free(text);
	}
}

/* The row is there, of one thread; two threads' part of it is empty. */
static void
test_half_a_row(void **state)
{
	struct cell cells[] = {
		{ &swift, &loop, 1, 1, &near_value, 1, "", { 0 }, 0 },
		{ &swift, &loop, 2, 1, &mixed_value, 1, "busy", { 0 }, 0 },
	};
	char *text = printed(bench_print, cells, 2);

	(void)state;
	assert_has(text, "\n    swift                2.00    1 ");
	assert_has(
	    text, "\n    swift            no figure of 2 threads: busy\n");
	free(text);
}

/* With nothing better, what was not admitted is shown as that. */
static void
test_nothing_admitted(void **state)
{
	struct cell cells[] = {
		{ &moved, &loop, 1, 1, &mixed_value, 1, "busy", { 0 }, 0 },
		{ &wrong, &loop, 1, 1, NULL, 0, "too many", { 0 }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(prints) / sizeof(prints[0]); i++) {
		char *text = printed(prints[i], cells, 2);

		assert_has(text, "not ours");
		assert_has(text, "\n    moved  ");
		assert_null(strstr(text, "busy"));
		assert_has(text,
		    "\n    wrong            no figure of 1 thread: too many\n");
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_has_a_line),
		cmocka_unit_test(test_half_a_row),
		cmocka_unit_test(test_nothing_admitted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
