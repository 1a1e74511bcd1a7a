/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * THE RATIO is Hodges and Lehmann's estimate on the logarithms: the median of
 * the ratios of all pairs, one of each side.  Its interval is the one that the
 * rank test of Mann and Whitney does not reject: of the sorted ratios, those
 * at
 *
 *	k = mn/2 - 1.96 sqrt(mn(m + n + 1) / 12)
 *
 * from either end.  Where k is less than one, there are too few measurements
 * to bound it.
 */
#include "stress/statistics.h"

#include <math.h>
#include <stdlib.h>

#include "stress/need.h"

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
statistics_median(double *values, size_t count)
{
	if (count == 0)
		return 0;
	qsort(values, count, sizeof(*values), ascending);
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

struct estimate
statistics_ratio(
    const double *over, size_t overs, const double *under, size_t unders)
{
	size_t pairs = overs * unders;
	double *ratios = need_zeroed(pairs, sizeof(*ratios));
	double m = (double)overs, n = (double)unders;
	double k = m * n / 2 - 1.96 * sqrt(m * n * (m + n + 1) / 12);
	struct estimate estimate = { .bounded = k >= 1 };

	for (size_t i = 0; i < overs; i++)
		for (size_t j = 0; j < unders; j++)
			ratios[i * unders + j] = over[i] / under[j];
	estimate.value = statistics_median(ratios, pairs);
	if (estimate.bounded) {
		estimate.low = ratios[(size_t)k - 1];
		estimate.high = ratios[pairs - (size_t)k];
	}
	free(ratios);
	return estimate;
}
