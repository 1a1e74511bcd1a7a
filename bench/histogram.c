/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/histogram.h"

#include <math.h>

uint64_t
histogram_upper(unsigned bucket)
{
	unsigned shift;
	uint64_t first;

	if (bucket < 2 * HISTOGRAM_EACH)
		return bucket;
	shift = bucket / HISTOGRAM_EACH - 1;
	first = (uint64_t)(bucket % HISTOGRAM_EACH + HISTOGRAM_EACH) << shift;
	return first + ((UINT64_C(1) << shift) - 1);
}

void
histogram_add_due(
    struct histogram *histogram, uint64_t value, uint64_t interval)
{
	histogram_add(histogram, value);
	if (interval == 0)
		return;
	while (value > interval) {
		value -= interval;
		histogram_add(histogram, value);
	}
}

void
histogram_merge(struct histogram *into, const struct histogram *from)
{
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		into->count[i] += from->count[i];
	into->total += from->total;
	if (from->most > into->most)
		into->most = from->most;
}

uint64_t
histogram_quantile(const struct histogram *histogram, double share)
{
	uint64_t rank = (uint64_t)ceil(share * (double)histogram->total);
	uint64_t below = 0;

	if (histogram->total == 0)
		return 0;
	if (rank == 0)
		rank = 1;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		uint64_t upper = histogram_upper(i);

		below += histogram->count[i];
		if (below >= rank)
			return upper < histogram->most ? upper
						       : histogram->most;
	}
	return histogram->most;
}
