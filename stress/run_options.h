/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of `vmrace run`. */
#ifndef STRESS_RUN_OPTIONS_H
#define STRESS_RUN_OPTIONS_H

#include "stress/run.h"

#define RUN_STRATEGIES_MAX 32
#define RUN_CPUS_MAX       32

struct run_options {
	const char *trace; /* as given */
	const struct vm_ops *strategies[RUN_STRATEGIES_MAX];
	unsigned strategy_count;
	unsigned cpus[RUN_CPUS_MAX];
	unsigned cpus_count;
	unsigned rounds;        /* 0: not asked for */
	struct run_config base; /* what all runs have in common */
	boolean_t json;
	const char *directory; /* for records, or NULL */
};

/* Misuse ends the program with status 64. */
void run_options_parse(struct run_options *options, int argc, char **argv);

#endif /* STRESS_RUN_OPTIONS_H */
