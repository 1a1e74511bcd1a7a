/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of `vmrace stress`. */
#ifndef STRESS_STRESS_OPTIONS_H
#define STRESS_STRESS_OPTIONS_H

#include "stress/stress.h"

#define STRESS_ROWS_MAX 64

struct stress_options {
	const struct stress *drivers[STRESS_ROWS_MAX];
	unsigned driver_count;
	const struct vm_ops *strategies[STRESS_ROWS_MAX];
	unsigned strategy_count;
	struct stress_config base; /* what all rows have in common */
	boolean_t frames_given, cache_given, weights_given;
	boolean_t json, stacks;
	const char *weights;   /* NAME=N,... or NULL */
	const char *directory; /* for records, or NULL */
};

/* Misuse ends the program with status 64. */
void
stress_options_parse(struct stress_options *options, int argc, char **argv);

/* Objects that the persistent cache may hold. */
unsigned stress_cache_max(const struct stress_config *config);
/* The first line of a trial, and the command that repeats it; the caller's. */
char *stress_identity(const struct stress_config *config);
char *stress_replay_line(const struct stress_config *config);

#endif /* STRESS_STRESS_OPTIONS_H */
