/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * THE ORDER.  A machine drifts: it warms up, its neighbours come and go.  So
 * every round runs every cell, in an order drawn from the seed, and the next
 * round runs the same order backwards (A B C, C B A).  A drift that is steady
 * over the two rounds then costs every cell the same.
 *
 * THE TABLE never pools regimes.  A cell has a line for each regime that it was
 * seen in, and its ratio is to the fewest CPUs of the same strategy in the same
 * regime.
 */
#include "stress/rounds.h"

#include <stdlib.h>
#include <string.h>

#include "stress/need.h"
#include "stress/random.h"
#include "stress/statistics.h"

void
rounds_init(
    struct rounds *rounds, unsigned count, unsigned cells, uint64_t seed)
{
	*rounds = (struct rounds){
		.count = count,
		.seed = seed,
		.cell_count = cells,
		.cells = need_zeroed(cells, sizeof(*rounds->cells)),
	};
	for (unsigned i = 0; i < cells; i++)
		for (unsigned r = 0; r < REGIMES; r++)
			rounds->cells[i].values[r] =
			    need_zeroed(count, sizeof(double));
}

void
rounds_fini(struct rounds *rounds)
{
	for (unsigned i = 0; i < rounds->cell_count; i++)
		for (unsigned r = 0; r < REGIMES; r++)
			free(rounds->cells[i].values[r]);
	free(rounds->cells);
}

void
rounds_order(const struct rounds *rounds, unsigned round, unsigned *order)
{
	struct random_stream stream = random_stream(rounds->seed, round / 2);
	unsigned last = rounds->cell_count - 1;

	for (unsigned i = 0; i <= last; i++) {
		unsigned to = (unsigned)random_below(&stream, i + 1);

		order[i] = order[to];
		order[to] = i;
	}
	if (round % 2 == 0)
		return;
	for (unsigned i = 0; i < last - i; i++) {
		unsigned other = order[last - i];

		order[last - i] = order[i];
		order[i] = other;
	}
}

void
rounds_note(struct rounds *rounds, unsigned cell, enum regime regime,
    double events_per_s)
{
	struct rounds_cell *noted = &rounds->cells[cell];

	if (events_per_s > 0)
		noted->values[regime][noted->counts[regime]++] = events_per_s;
	else
		rounds->unsound++;
}

/* --- The table ---------------------------------------------------------- */

/* Is it one whose figures mean something? */
static bool
is_counted(enum regime regime)
{
	return regime == REGIME_NEAR || regime == REGIME_FAR ||
	       regime == REGIME_SINGLE;
}

static unsigned
seen_in(const struct rounds *rounds, enum regime regime)
{
	unsigned seen = 0;

	for (unsigned i = 0; i < rounds->cell_count; i++)
		seen += rounds->cells[i].counts[regime];
	return seen;
}

/* The strategy's cell of the fewest CPUs. */
static const struct rounds_cell *
base_of(const struct rounds *rounds, const struct rounds_cell *cell)
{
	const struct rounds_cell *base = cell;

	for (unsigned i = 0; i < rounds->cell_count; i++)
		if (strcmp(rounds->cells[i].strategy, cell->strategy) == 0 &&
		    rounds->cells[i].cpus < base->cpus)
			base = &rounds->cells[i];
	return base;
}

static void
print_ratio(FILE *out, const struct rounds_cell *cell,
    const struct rounds_cell *base, enum regime regime)
{
	struct estimate ratio;

	if (base == cell || base->counts[regime] == 0)
		return;
	ratio = statistics_ratio(cell->values[regime], cell->counts[regime],
	    base->values[regime], base->counts[regime]);
	fprintf(out, "  %u:%u  %5.2f", cell->cpus, base->cpus, ratio.value);
	if (ratio.bounded)
		fprintf(out, "  %.2f .. %.2f", ratio.low, ratio.high);
	else
		fputs("  too few", out);
}

static void
print_cell(FILE *out, const struct rounds *rounds,
    const struct rounds_cell *cell, enum regime regime)
{
	unsigned count = cell->counts[regime];
	double *values = cell->values[regime];

	fprintf(out, "  %-12s %4u  %-7s %3u", cell->strategy, cell->cpus,
	    regime_name(regime), count);
	if (count != 0) {
		double median = statistics_median(values, count);

		fprintf(out, "  %15.0f  %9.0f .. %9.0f", median, values[0],
		    values[count - 1]);
		print_ratio(out, cell, base_of(rounds, cell), regime);
	}
	fputc('\n', out);
}

void
rounds_print(FILE *out, const struct rounds *rounds)
{
	fprintf(out, "\n  %-12s %4s  %-7s %3s  %15s  %22s  %10s  %s\n",
	    "strategy", "CPUs", "regime", "n", "median events/s", "min .. max",
	    "ratio", "95 %");
	for (enum regime regime = 0; regime < REGIMES; regime++) {
		if (!is_counted(regime) || seen_in(rounds, regime) == 0)
			continue;
		for (unsigned i = 0; i < rounds->cell_count; i++)
			print_cell(out, rounds, &rounds->cells[i], regime);
	}
	for (enum regime regime = 0; regime < REGIMES; regime++) {
		unsigned seen = seen_in(rounds, regime);

		if (!is_counted(regime) && seen != 0)
			fprintf(out, "  left out: %u run%s, %s\n", seen,
			    seen == 1 ? "" : "s", regime_name(regime));
		else if (seen == 0 &&
			 (regime == REGIME_NEAR || regime == REGIME_FAR) &&
			 seen_in(rounds, REGIME_SINGLE) == 0)
			fprintf(
			    out, "  not observed: %s\n", regime_name(regime));
	}
	if (rounds->unsound != 0)
		fprintf(out, "  left out: %u run%s, not sound\n",
		    rounds->unsound, rounds->unsound == 1 ? "" : "s");
}
