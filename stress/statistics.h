/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said of a handful of measurements, without assuming that they are
 * normal: they are not. */
#ifndef STRESS_STATISTICS_H
#define STRESS_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

/* An estimate, and the ends of its 95 % interval. */
struct estimate {
	double value, low, high;
	bool bounded; /* there were enough measurements for an interval */
};

/* Sorts them.  0: of nothing. */
double statistics_median(double *values, size_t count);

/* How many times as large the values of the one are as those of the other; all
 * positive, at least one of each. */
struct estimate statistics_ratio(
    const double *over, size_t overs, const double *under, size_t unders);

#endif /* STRESS_STATISTICS_H */
