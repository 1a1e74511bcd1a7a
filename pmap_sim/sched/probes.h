/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How large is a tree of which only a part was seen?  (Knuth, Mathematics of
 * Computation 29, 1975.)
 *
 * Go down from the root, at each node to a child drawn at random.  The leaf
 * that is reached stands for 1/p leaves, if p was the chance to come there:
 * with all children of a node alike, the product of their numbers.  On the
 * average of all ways down that is exactly how many leaves there are, whatever
 * the tree's shape and whatever the chances.  What the average hides is how far
 * single values scatter: where chances fit the tree badly, few values carry
 * most of the sum, and as long as none of those was drawn the mean is too small
 * and its standard error, too.
 */
#ifndef PMAP_SIM_SCHED_PROBES_H
#define PMAP_SIM_SCHED_PROBES_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* A space so small that it is searched before this is not probed. */
#define PROBES_AFTER 4096
/* Of the executions beyond that, one of so many is a probe. */
#define PROBES_EVERY 16

struct probes {
	uint64_t count;
	double mean, squares; /* of the deviations, summed (Welford) */
	double weight;        /* of the one that is on its way down */
};

/* Is execution number i, from 0, one? */
static inline bool
probes_due(uint64_t i)
{
	return i >= PROBES_AFTER && i % PROBES_EVERY == 0;
}

/* It has come to a leaf that counts, or not. */
static inline void
probes_add(struct probes *p, bool counts)
{
	double value = counts ? p->weight : 0, off = value - p->mean;

	p->count++;
	p->mean += off / (double)p->count;
	p->squares += off * (value - p->mean);
}

/* The mean's standard error. */
static inline double
probes_error(const struct probes *p)
{
	return p->count < 2 ? 0
			    : sqrt(p->squares / (double)(p->count - 1) /
				   (double)p->count);
}

#endif /* PMAP_SIM_SCHED_PROBES_H */
