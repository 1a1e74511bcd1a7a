/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table for people.  Regimes stand apart; what was not admitted is shown
 * only where there is nothing else, and says so.  A ratio is taken within each
 * block, whose cells ran next to each other, and the median of these is shown:
 * not what the two medians beside it would give.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/bench_report.h"
#include "stress/need.h"
#include "stress/statistics.h"

/* A part of what was measured. */
struct part {
	const char *regime;
	bool admitted;
};

static const struct part parts[] = {
	{ "near", true },
	{ "far", true },
	{ "single", true },
	{ "near", false },
	{ "far", false },
	{ "mixed", false },
	{ "unknown", false },
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))
#define ANY   (~0u) /* block */

/* The median of the cell's values in that part; 0: there are none. */
static double
cell_median(const struct cell *cell, const struct part *part, unsigned block,
    unsigned *count)
{
	double *some = need_zeroed(cell->value_count, sizeof(*some)), median;

	*count = 0;
	for (unsigned i = 0; i < cell->value_count; i++) {
		const struct value *value = &cell->values[i];

		if (value->admitted == part->admitted &&
		    strcmp(value->regime, part->regime) == 0 &&
		    (block == ANY || value->block == block))
			some[(*count)++] = value->ops_per_s;
	}
	median = statistics_median(some, *count);
	free(some);
	return median;
}

/* Within each block that has both; 0: none has. */
static double
paired_ratio(
    const struct cell *over, const struct cell *under, const struct part *part)
{
	double *ratios = need_zeroed(over->value_count, sizeof(*ratios));
	unsigned count = 0, some, last = ANY;
	double ratio;

	for (unsigned i = 0; i < over->value_count; i++) {
		unsigned block = over->values[i].block;
		double a, b;

		if (block == last)
			continue;
		last = block;
		a = cell_median(over, part, block, &some);
		b = cell_median(under, part, block, &some);
		if (a > 0 && b > 0)
			ratios[count++] = a / b;
	}
	ratio = statistics_median(ratios, count);
	free(ratios);
	return ratio;
}

static const struct cell *
family_cell(const struct family *family, const char *name, unsigned threads)
{
	for (unsigned c = 0; c < family->cell_count; c++)
		if (family->cells[c].threads == threads &&
		    strcmp(family->cells[c].subject->name, name) == 0)
			return &family->cells[c];
	return NULL;
}

static unsigned
part_count(const struct family *family, const struct part *part)
{
	unsigned count, sum = 0;

	for (unsigned c = 0; c < family->cell_count; c++) {
		(void)cell_median(&family->cells[c], part, ANY, &count);
		sum += count;
	}
	return sum;
}

static void
print_ratio(FILE *out, const struct cell *over, const struct cell *under,
    const struct part *part)
{
	double ratio = under != NULL ? paired_ratio(over, under, part) : 0;

	if (ratio > 0)
		fprintf(out, "  %6.2f", ratio);
	else
		fprintf(out, "  %6s", "-");
}

/* What rates are shown in: the fastest is at least 1 of it. */
struct unit {
	const char *name;
	double per;
};

static struct unit
family_unit(const struct family *family)
{
	double most = 0;

	for (unsigned c = 0; c < family->cell_count; c++)
		for (unsigned i = 0; i < family->cells[c].value_count; i++)
			if (family->cells[c].values[i].ops_per_s > most)
				most = family->cells[c].values[i].ops_per_s;
	if (most < 1e3)
		return (struct unit){ "op/s", 1 };
	if (most < 1e6)
		return (struct unit){ "kop/s", 1e-3 };
	return (struct unit){ "Mop/s", 1e-6 };
}

/* All numbers of threads of the subject that cell `first` is the first of. */
static void
print_row(FILE *out, const struct family *family, unsigned first,
    const struct part *part)
{
	const struct cell *one = &family->cells[first], *last = one;
	double per = family_unit(family).per;

	fprintf(out, "    %-15s", one->subject->name);
	for (unsigned c = first; c < family->cell_count; c++) {
		const struct cell *cell = &family->cells[c];
		unsigned count;
		double median;

		if (cell->subject != one->subject)
			break;
		last = cell;
		median = cell_median(cell, part, ANY, &count);
		if (count != 0)
			fprintf(out, "  %8.2f %4u", median * per, count);
		else
			fprintf(out, "  %8s %4u", "-", 0u);
		print_ratio(out, cell,
		    family_cell(family, BENCH_BASELINE, cell->threads), part);
	}
	if (last != one)
		print_ratio(out, last, one, part);
	fputc('\n', out);
}

static void
print_head(FILE *out, const struct family *family, const struct part *part)
{
	const struct cell *one = &family->cells[0], *last = one;
	char label[32];

	snprintf(label, sizeof(label), "%s%s", part->regime,
	    part->admitted ? "" : ", not ours");
	fprintf(out, "    %-15s", label);
	for (unsigned c = 0; c < family->cell_count; c++) {
		last = &family->cells[c];
		if (last->subject != one->subject)
			break;
		fprintf(out, "  %2u thr%s %4s  %6s", last->threads,
		    last->threads == 1 ? ". " : "s.", "n", "/orig.");
	}
	if (family->cell_count > 1 && family->cells[1].subject == one->subject)
		fprintf(out, "  %6s", "by 1");
	fputc('\n', out);
}

/* Has the subject that cell `first` is the first of no values there? */
static bool
row_is_empty(
    const struct family *family, unsigned first, const struct part *part)
{
	const struct subject *subject = family->cells[first].subject;
	unsigned count, sum = 0;

	for (unsigned c = first;
	     c < family->cell_count && family->cells[c].subject == subject;
	     c++) {
		(void)cell_median(&family->cells[c], part, ANY, &count);
		sum += count;
	}
	return sum == 0;
}

static void
print_part(FILE *out, const struct family *family, const struct part *part)
{
	print_head(out, family, part);
	for (unsigned c = 0; c < family->cell_count; c++)
		if ((c == 0 || family->cells[c].subject !=
				   family->cells[c - 1].subject) &&
		    !row_is_empty(family, c, part))
			print_row(out, family, c, part);
}

/* Why there is nothing of that regime. */
static void
print_absent(FILE *out, const struct family *family, const struct part *part)
{
	struct part refused = { part->regime, false };
	unsigned count = part_count(family, &refused);

	if (count != 0)
		fprintf(out, "    not admitted: %s (%u refused)\n",
		    part->regime, count);
	else
		fprintf(out, "    not observed: %s\n", part->regime);
}

static void
print_family(FILE *out, const struct family *family)
{
	unsigned admitted = 0;

	fprintf(out, "\n  %s %s %s: %s; %s\n", family->loop->workload,
	    family->loop->operation, family->variant->args,
	    family->loop->sentence, family_unit(family).name);
	for (unsigned p = 0; p < PARTS; p++) {
		unsigned count = part_count(family, &parts[p]);

		if (parts[p].admitted)
			admitted += count;
		if (count != 0 && (parts[p].admitted || admitted == 0))
			print_part(out, family, &parts[p]);
	}
	bench_print_missing(out, family);
	for (unsigned p = 0; p < 2 && admitted != 0; p++)
		if (part_count(family, &parts[p]) == 0 &&
		    part_count(family, &parts[2]) == 0)
			print_absent(out, family, &parts[p]);
}

/* --- The yardstick ------------------------------------------------------ */

#define YARDSTICK_LEAST 0.7

/* The baseline's rate in that part of the repetitions; 0 and why: none. */
static double
yardstick_part(const struct family *family, const struct part *part,
    unsigned threads, const char **why)
{
	const struct cell *cell = family_cell(family, BENCH_BASELINE, threads);
	struct part refused = { part->regime, false };
	unsigned count;

	*why = "not measured";
	if (cell == NULL || cell->value_count == 0)
		return 0;
	(void)cell_median(cell, &refused, ANY, &count);
	*why = count != 0 ? "not admitted" : "not observed";
	return cell_median(cell, part, ANY, &count) * 1e-6;
}

static void
print_yardstick_one(FILE *out, const char *what, double measured,
    double prototype, const char *why)
{
	if (measured > 0)
		fprintf(out, "; %s %.1f by %.1f%s", what, measured, prototype,
		    measured < YARDSTICK_LEAST * prototype
			? " (below 70 %: ratios are void)"
			: "");
	else
		fprintf(out, "; %s %s", what, why);
}

/* A lone thread has no distance: it is taken from where there is any. */
static void
print_yardstick_alone(FILE *out, const struct family *family)
{
	const char *why = "", *said = "not observed";
	double alone = 0;

	for (unsigned p = 0; parts[p].admitted && alone == 0; p++) {
		alone = yardstick_part(family, &parts[p], 1, &why);
		if (strcmp(why, "not observed") != 0)
			said = why;
	}
	print_yardstick_one(out, "alone", alone, 40, said);
}

static void
print_yardstick_two(FILE *out, const struct family *family,
    const struct part *part, double prototype)
{
	const char *why;
	double two = yardstick_part(family, part, 2, &why);

	print_yardstick_one(out, part->regime, two, prototype, why);
}

/* The original's figures here, by those of a prototype on the machine that the
 * goals were set on. */
static void
print_yardstick(FILE *out, const struct bench_plan *plan)
{
	for (unsigned f = 0; f < plan->family_count; f++) {
		const struct family *family = &plan->families[f];

		if (strcmp(family->loop->operation, "lookup_hot") != 0)
			continue;
		fputs("\nyardstick: " BENCH_BASELINE "'s W1, Mop/s, by the "
		      "prototype's",
		    out);
		print_yardstick_alone(out, family);
		print_yardstick_two(out, family, &parts[0], 15);
		print_yardstick_two(out, family, &parts[1], 11);
		fputc('\n', out);
		return;
	}
}

void
bench_print(FILE *out, const struct bench_plan *plan)
{
	for (unsigned f = 0; f < plan->family_count; f++)
		if (plan->families[f].blocks != 0)
			print_family(out, &plan->families[f]);
	print_yardstick(out, plan);
}
