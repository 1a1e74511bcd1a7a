/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What two CPUs of this machine are to each other while something is being
 * measured: a figure means nothing without it.
 *
 *	before = regime_probe();
 *	... measure ...
 *	after = regime_probe();
 *	label = regime_of(&before, &after);
 *
 * Figures of two regimes are never pooled; those of a mixed one, or of one
 * that was not admitted, are no figures.
 */
#ifndef STRESS_REGIME_H
#define STRESS_REGIME_H

#include <stdbool.h>

/* A cache line's way there and back, in nanoseconds. */
#define REGIME_NEAR_NS 150.0 /* near: less */
#define REGIME_FAR_NS  250.0 /* far: more */
/* What two CPUs do together, as a multiple of what one does alone: admitted
 * between these. */
#define REGIME_DISJOINT      1.9
#define REGIME_DISJOINT_MOST 2.1

enum regime {
	REGIME_SINGLE, /* there is one CPU to run on, and no distance */
	REGIME_NEAR,
	REGIME_FAR,
	REGIME_MIXED,        /* neither, or one before and another after */
	REGIME_NOT_ADMITTED, /* the CPUs were not ours alone */
	REGIMES
};

struct regime_sample {
	unsigned cpus;         /* that we may run on; of 1, the rest is 0 */
	double pingpong_ns;    /* there and back; 0: it never came back */
	double disjoint_ratio; /* 0: there were no threads to be had */
};

/* Takes about 30 ms, on the first two CPUs that the caller may run on; from a
 * thread that has nothing else running. */
struct regime_sample regime_probe(void);

/* How many CPUs the calling thread may run on. */
unsigned regime_cpus(void);
/* Pin it to number `index` of them.  False: it stays as it was. */
bool regime_pin(unsigned index);

enum regime regime_of(
    const struct regime_sample *before, const struct regime_sample *after);
/* The lower of the two: what admission went by. */
double regime_disjoint_ratio(
    const struct regime_sample *before, const struct regime_sample *after);
const char *regime_name(enum regime regime);

#endif /* STRESS_REGIME_H */
