/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `run --rounds`: the same cells over and over, a cell being a strategy on a
 * number of CPUs, and the table of it.
 */
#ifndef STRESS_ROUNDS_H
#define STRESS_ROUNDS_H

#include <stdint.h>
#include <stdio.h>

#include "stress/regime.h"

struct rounds_cell {
	const char *strategy;
	unsigned cpus;
	double *values[REGIMES]; /* [rounds] events per second */
	unsigned counts[REGIMES];
};

struct rounds {
	unsigned count; /* of rounds */
	uint64_t seed;  /* of the order */
	unsigned cell_count;
	struct rounds_cell *cells;
	unsigned unsound; /* runs whose speed says nothing */
};

void rounds_init(
    struct rounds *rounds, unsigned count, unsigned cells, uint64_t seed);
void rounds_fini(struct rounds *rounds);
/* The order of a round's cells. */
void rounds_order(const struct rounds *rounds, unsigned round, unsigned *order);
/* A run of that cell; events_per_s is 0 if it was not sound. */
void rounds_note(struct rounds *rounds, unsigned cell, enum regime regime,
    double events_per_s);
/* The table of what has been noted so far. */
void rounds_print(FILE *out, const struct rounds *rounds);

#endif /* STRESS_ROUNDS_H */
