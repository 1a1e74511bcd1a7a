/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When there is enough of a cell, and what is wanted most.
 *
 * WHAT IS WANTED IS RATIOS, and a ratio is taken within a block, between
 * processes of one pass through its order: they ran next to each other.  So
 * what has to be enough is not what a cell has but what a PAIR has: repetitions
 * of both in the same pass and the same regime, so many of them (an interval
 * needs them), from so many passes (a process keeps its luck for all of its
 * repetitions; more of the same tell nothing new of it).
 *
 * WHICH PAIRS.  Each cell with the baseline on as many threads; with its own
 * subject on other numbers of threads; a strategy with each peer and ceiling on
 * as many threads; and each with itself, for who is alone.  Two peers are not
 * compared, nor two strategies but by what each is to the baseline; unless the
 * family has no baseline: then all are, that are on as many threads.
 *
 * WHO IS LEFT OUT.  A cell of whose pairs each has enough, near and far, is
 * left out of the blocks to come.  That breaks no ratio: what a pair still
 * lacks keeps both of its cells in, so a block has all partners of whoever is
 * in it, as far as they are still wanted; and the baseline stays to the last.
 * To stop a cell at what it has itself would leave a partner that had less luck
 * with repetitions that nobody ran next to.
 *
 * WHAT IS NEXT.  The CPUs stay near or far for seconds, a block takes some ten:
 * what they are before it is what they are likely to be in most of it.  So the
 * family is taken whose pairs lack most of that regime.  None gets far ahead of
 * the others, for a run that is cut short is to have some of everything; and
 * where no repetition is admitted, all lack as much, and take turns.
 */
#include <string.h>

#include "bench/bench_plan.h"

#define AHEAD 2u /* blocks that a family may be ahead of another */

static bool
is_baseline(const struct cell *cell)
{
	return strcmp(cell->subject->name, BENCH_BASELINE) == 0;
}

static bool
has_baseline(const struct family *family)
{
	for (unsigned c = 0; c < family->cell_count; c++)
		if (is_baseline(&family->cells[c]))
			return true;
	return false;
}

static bool
are_compared(
    const struct family *family, const struct cell *a, const struct cell *b)
{
	if (a->subject == b->subject)
		return true;
	if (a->threads != b->threads)
		return false;
	return is_baseline(a) || is_baseline(b) || !has_baseline(family) ||
	       (a->subject->kind == SUBJECT_STRATEGY) !=
		   (b->subject->kind == SUBJECT_STRATEGY);
}

/* --- Pairs -------------------------------------------------------------- */

/* How many repetitions of that pass are admitted in that regime.  *at goes past
 * them: passes come in order. */
static unsigned
pass_count(
    const struct cell *cell, unsigned *at, unsigned pass, const char *regime)
{
	unsigned count = 0;

	for (; *at < cell->value_count; (*at)++) {
		const struct value *value = &cell->values[*at];

		if (value->pass > pass)
			break;
		count += value->pass == pass && value->admitted &&
			 strcmp(value->regime, regime) == 0;
	}
	return count;
}

static double
least(double a, double b)
{
	return a < b ? a : b;
}

/* How much of what the pair needs in that regime it has, 0 to 1. */
static double
pair_share_in(const struct cell *a, const struct cell *b, const char *regime,
    const struct tier_limits *limits)
{
	unsigned repetitions = 0, processes = 0;

	for (unsigned i = 0, j = 0; i < a->value_count;) {
		unsigned pass = a->values[i].pass;
		unsigned mine = pass_count(a, &i, pass, regime);
		unsigned other = pass_count(b, &j, pass, regime);
		unsigned both = mine < other ? mine : other;

		repetitions += both;
		processes += both != 0;
	}
	return least(1, least((double)repetitions / limits->enough,
			    (double)processes / limits->processes));
}

/* With one CPU there is no distance, and that counts as either. */
static double
pair_share(const struct cell *a, const struct cell *b, const char *regime,
    const struct tier_limits *limits)
{
	double share = pair_share_in(a, b, regime, limits);

	return share > 0 ? share : pair_share_in(a, b, "single", limits);
}

/* --- What is enough ----------------------------------------------------- */

bool
cell_enough(const struct family *family, const struct cell *cell,
    const struct tier_limits *limits)
{
	for (unsigned c = 0; c < family->cell_count; c++) {
		const struct cell *other = &family->cells[c];

		if (are_compared(family, cell, other) &&
		    (pair_share(cell, other, "near", limits) < 1 ||
			pair_share(cell, other, "far", limits) < 1))
			return false;
	}
	return true;
}

bool
family_enough(const struct family *family, const struct tier_limits *limits)
{
	if (limits->enough == 0)
		return family->blocks != 0;
	for (unsigned c = 0; c < family->cell_count; c++)
		if (!cell_enough(family, &family->cells[c], limits))
			return false;
	return true;
}

/* --- What is next ------------------------------------------------------- */

double
family_lack(const struct family *family, const char *regime,
    const struct tier_limits *limits)
{
	unsigned pairs = 0;
	double lack = 0;

	for (unsigned i = 0; i < family->cell_count; i++)
		for (unsigned j = i; j < family->cell_count; j++) {
			const struct cell *a = &family->cells[i];
			const struct cell *b = &family->cells[j];

			if (!are_compared(family, a, b))
				continue;
			lack += 1 - pair_share(a, b, regime, limits);
			pairs++;
		}
	return lack / pairs;
}

/* In that regime; or in both, if it is neither. */
static double
lack_now(const struct family *family, const char *regime,
    const struct tier_limits *limits)
{
	if (strcmp(regime, "near") == 0 || strcmp(regime, "far") == 0)
		return family_lack(family, regime, limits);
	return family_lack(family, "near", limits) +
	       family_lack(family, "far", limits);
}

static bool
is_before(const struct family *a, const struct family *b, const char *regime,
    const struct tier_limits *limits)
{
	if (regime != NULL) {
		double lack_a = lack_now(a, regime, limits);
		double lack_b = lack_now(b, regime, limits);

		if (lack_a != lack_b)
			return lack_a > lack_b;
	}
	return a->blocks < b->blocks;
}

struct family *
family_next(struct family *const *wanted, unsigned count, const char *regime,
    const struct tier_limits *limits)
{
	struct family *next = NULL;
	unsigned fewest = ~0u;

	for (unsigned f = 0; f < count; f++)
		if (wanted[f]->blocks < fewest)
			fewest = wanted[f]->blocks;
	for (unsigned f = 0; f < count; f++)
		if (wanted[f]->blocks < fewest + AHEAD &&
		    (next == NULL ||
			is_before(wanted[f], next, regime, limits)))
			next = wanted[f];
	return next;
}
