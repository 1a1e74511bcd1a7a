/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of `vmrace bench`. */
#ifndef BENCH_BENCH_OPTIONS_H
#define BENCH_BENCH_OPTIONS_H

#include "bench/bench_plan.h"
#include "pmap_sim/types.h"

#define NAMES_MAX 64

struct bench_options {
	enum tier tier;
	enum measure measure;
	const char *workloads[NAMES_MAX + 1];
	const char *strategies[NAMES_MAX + 1];
	unsigned threads[PLAN_THREADS_MAX + 1];
	unsigned workload_count, strategy_count, thread_count;
	uint64_t seed;
	unsigned blocks; /* of each family, exactly; 0: the tier's */
	double budget_s, repetition_s; /* likewise */
	boolean_t no_raise, json, list, dry_run;
	const char *directory; /* or NULL */
	char **google;         /* behind "--", or NULL */
	int google_count;
};

/* Or leaves, with status 64. */
void bench_options_parse(struct bench_options *options, int argc, char **argv);
/* What the tier says, with what was asked otherwise. */
struct tier_limits bench_limits(const struct bench_options *options);

#endif /* BENCH_BENCH_OPTIONS_H */
