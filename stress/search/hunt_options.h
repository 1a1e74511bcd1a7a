/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of `vmrace hunt`. */
#ifndef STRESS_SEARCH_HUNT_OPTIONS_H
#define STRESS_SEARCH_HUNT_OPTIONS_H

#include "stress/search/explore.h"

#define HUNT_ROWS_MAX 1024

/* What is hunted: one row. */
struct hunt_target {
	const struct scenario *scenario;
	const struct vm_ops *ops; /* NULL: it has no VM */
	const char *hazard;       /* given back; NULL: none */
	boolean_t wrong;          /* it is expected to fail */
};

struct hunt_options {
	struct hunt_target target[HUNT_ROWS_MAX];
	unsigned targets;
	struct explore_config base; /* what all rows have in common */
	uint64_t certify_points;
	boolean_t json;
	const char *directory; /* NULL: the current one */
};

/* Misuse ends the program with status 64. */
void hunt_options_parse(struct hunt_options *options, int argc, char **argv);

#endif /* STRESS_SEARCH_HUNT_OPTIONS_H */
