/* SPDX-License-Identifier: BSD-2-Clause */
/* How much of what a random search draws has it seen?  In memory that workers
 * share, zeroed at first. */
#ifndef STRESS_SEARCH_SPECIES_H
#define STRESS_SEARCH_SPECIES_H

#include <stdint.h>

#define SPECIES_SLOTS (1 << 16)

struct species {
	unsigned lock;
	unsigned halvings;            /* of the classes that are kept */
	uint64_t sampled;             /* executions */
	uint64_t kept;                /* classes in slot[] */
	uint64_t once, twice;         /* of these, seen so often */
	uint64_t slot[SPECIES_SLOTS]; /* a class's hash; how often */
};

/* An execution of that class.  By any worker. */
void species_add(struct species *species, uint64_t class);

/* What may be said of it; of a snapshot that nobody writes, or of the shared
 * one, then roughly. */
struct species_estimate {
	uint64_t sampled, classes, once; /* classes that were seen */
	double unseen;   /* the chance that another execution is of a new one */
	double at_least; /* classes that there are */
};
struct species_estimate species_estimate(const struct species *species);

#endif /* STRESS_SEARCH_SPECIES_H */
