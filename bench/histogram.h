/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How often each length of time came, in a fixed number of buckets.
 *
 * LOG-LINEAR.  Each power of two is divided into 64 buckets of the same width,
 * and what is below 128 has a bucket for each value.  So a bucket is at most
 * 1/64 of the values in it wide, whatever their size: a value is known to 1.6 %
 * from a nanosecond to centuries, in 30 KB, and to add one is a shift and an
 * increment.  Buckets are those of every other histogram, so that two of them
 * are merged by adding, and a percentile of the merged one is exact to the same
 * 1.6 %; percentiles themselves can not be merged.
 *
 * OMITTED WAITING.  Who does one thing after another, and was to begin one each
 * `interval`, measures one long time where all that he should have begun
 * meanwhile would have waited, too: the first for nearly all of it, the next
 * for an interval less, and so on.  histogram_add_due adds these.  Only where
 * there is a schedule is there something to add.
 */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BITS    6
#define HISTOGRAM_EACH    (1u << HISTOGRAM_BITS) /* buckets of a power of two */
#define HISTOGRAM_BUCKETS ((64u - HISTOGRAM_BITS + 1) * HISTOGRAM_EACH)

struct histogram {
	uint64_t total;
	uint64_t most; /* the greatest value, exactly */
	uint64_t count[HISTOGRAM_BUCKETS];
};

/* The bucket that a value falls into. */
static inline unsigned
histogram_bucket(uint64_t value)
{
	unsigned shift;

	if (value < 2 * HISTOGRAM_EACH)
		return (unsigned)value;
	shift = 63 - (unsigned)__builtin_clzll(value) - HISTOGRAM_BITS;
	return shift * HISTOGRAM_EACH + (unsigned)(value >> shift);
}

static inline void
histogram_add(struct histogram *histogram, uint64_t value)
{
	histogram->count[histogram_bucket(value)]++;
	histogram->total++;
	if (value > histogram->most)
		histogram->most = value;
}

/* The greatest value that falls into a bucket. */
uint64_t histogram_upper(unsigned bucket);
/* With those that were due each `interval` meanwhile; 0: none were. */
void histogram_add_due(
    struct histogram *histogram, uint64_t value, uint64_t interval);
void histogram_merge(struct histogram *into, const struct histogram *from);
/* The value that a share of all, from 0 to 1, is not greater than: the upper
 * bound of its bucket, or the greatest value; 0 of an empty histogram. */
uint64_t histogram_quantile(const struct histogram *histogram, double share);

#endif /* BENCH_HISTOGRAM_H */
