/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of latencies and of counts.  A latency shown is the median of what
 * the repetitions have, each regime apart; what was not admitted is shown where
 * there is nothing else.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/bench_report.h"
#include "stress/need.h"
#include "stress/statistics.h"

void
repetition_quantiles(const struct repetition *repetition, double ns[QUANTILES])
{
	static const double shares[QUANTILES] = { 0.5, 0.99, 0.999, 1 };
	const struct latencies *latencies = &repetition->latencies;

	for (enum quantile i = 0; i < QUANTILES; i++)
		ns[i] = (double)histogram_quantile(
			    &latencies->histogram, shares[i]) *
			latencies->ns_per_tick;
}

/* --- Latencies ---------------------------------------------------------- */

/* The median of the cell's in that regime; the number of them. */
static unsigned
cell_quantile(const struct cell *cell, const char *regime, bool admitted,
    enum quantile quantile, double *median)
{
	double *some = need_zeroed(cell->value_count, sizeof(*some));
	unsigned count = 0;

	for (unsigned i = 0; i < cell->value_count; i++)
		if (cell->values[i].admitted == admitted &&
		    strcmp(cell->values[i].regime, regime) == 0)
			some[count++] = cell->values[i].quantile_ns[quantile];
	*median = statistics_median(some, count);
	free(some);
	return count;
}

static unsigned
print_latency_part(
    FILE *out, const struct family *family, const char *regime, bool admitted)
{
	unsigned rows = 0;

	for (unsigned c = 0; c < family->cell_count; c++) {
		const struct cell *cell = &family->cells[c];
		double ns[QUANTILES];
		unsigned count = 0;

		for (enum quantile i = 0; i < QUANTILES; i++)
			count =
			    cell_quantile(cell, regime, admitted, i, &ns[i]);
		if (count == 0)
			continue;
		if (rows++ == 0)
			fprintf(out, "    %-15s %8s %4s %10s %10s %10s %12s\n",
			    regime, "threads", "n", "p50", "p99", "p99.9",
			    "longest");
		fprintf(out, "    %-15s %8u %4u %10.0f %10.0f %10.0f %12.0f\n",
		    cell->subject->name, cell->threads, count, ns[P50], ns[P99],
		    ns[P999], ns[P_MAX]);
	}
	return rows;
}

static void
print_family_name(FILE *out, const struct family *family, const char *unit)
{
	fprintf(out, "\n  %s %s %s: %s; %s\n", family->loop->workload,
	    family->loop->operation, family->variant->args,
	    family->loop->sentence, unit);
}

void
bench_print_latencies(FILE *out, const struct bench_plan *plan)
{
	static const char *const regimes[] = { "near", "far", "single", "mixed",
		"unknown", NULL };

	for (unsigned f = 0; f < plan->family_count; f++) {
		const struct family *family = &plan->families[f];
		unsigned rows = 0;

		if (family->blocks == 0)
			continue;
		print_family_name(out, family, "ns");
		for (unsigned r = 0; regimes[r] != NULL; r++)
			rows +=
			    print_latency_part(out, family, regimes[r], true);
		if (rows == 0)
			fputs("    not ours:\n", out);
		for (unsigned r = 0; regimes[r] != NULL && rows == 0; r++)
			(void)print_latency_part(
			    out, family, regimes[r], false);
		bench_print_missing(out, family);
	}
}

/* --- Counts ------------------------------------------------------------- */

/* A family's: events down, subjects across; of an event that none has, no
 * row. */
static bool
has_event(const struct family *family, enum event event)
{
	for (unsigned c = 0; c < family->cell_count; c++)
		if (family->cells[c].events[event] != 0)
			return true;
	return false;
}

static void
print_count(FILE *out, const struct cell *cell, enum event event)
{
	if (cell->counted == 0)
		fprintf(out, " %10s", "");
	else if (cell->events[event] == 0)
		fprintf(out, " %10s", "-");
	else
		fprintf(out, " %10.5g",
		    (double)cell->events[event] / (double)cell->counted);
}

static void
print_count_row(FILE *out, const struct family *family, enum event event)
{
	fprintf(out, "    %-14s", event_name(event));
	for (unsigned c = 0; c < family->cell_count; c++)
		print_count(out, &family->cells[c], event);
	fputc('\n', out);
}

static void
print_count_head(FILE *out, const struct family *family)
{
	fprintf(out, "    %-14s", "");
	for (unsigned c = 0; c < family->cell_count; c++)
		fprintf(out, " %10s", family->cells[c].subject->name);
	fputc('\n', out);
}

void
bench_print_counts(FILE *out, const struct bench_plan *plan)
{
	for (unsigned f = 0; f < plan->family_count; f++) {
		const struct family *family = &plan->families[f];

		if (family->blocks == 0)
			continue;
		print_family_name(out, family, "events an operation");
		print_count_head(out, family);
		for (enum event i = 0; i < EVENTS; i++)
			if (has_event(family, i))
				print_count_row(out, family, i);
		bench_print_missing(out, family);
	}
}
