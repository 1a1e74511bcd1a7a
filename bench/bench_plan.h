/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is to be measured: families, a workload with one choice of its axes,
 * and in each the cells that are compared with each other, a subject on a
 * number of threads.
 */
#ifndef BENCH_BENCH_PLAN_H
#define BENCH_BENCH_PLAN_H

#include "bench/measure.h"
#include "bench/subject.h"
#include "pmap_sim/count.h"

#define PLAN_THREADS_MAX 8
#define BENCH_BASELINE   "original" /* what all strategies are compared with */

/* Of latencies, and the greatest of them. */
enum quantile { P50, P99, P999, P_MAX, QUANTILES };

/* What a repetition came to. */
struct value {
	unsigned block;
	unsigned pass;      /* of the run: two to a block, there and back */
	const char *regime; /* repetition_regime's word */
	bool admitted;
	double ops_per_s;
	double quantile_ns[QUANTILES]; /* of latencies */
};

struct cell {
	const struct subject *subject;
	const struct loop *loop;
	unsigned threads;
	unsigned processes; /* begun */
	struct value *values;
	unsigned value_count;
	char why[192]; /* the last that gave no figure gave none; or "" */
	/* of what counts: so many, of so many operations */
	unsigned long events[EVENTS];
	uint64_t counted;
};

struct family {
	const struct loop *loop; /* any subject's: what it says of itself */
	const struct variant *variant;
	struct cell *cells;
	unsigned cell_count;
	unsigned blocks; /* begun */
};

struct bench_plan {
	struct family *families;
	unsigned family_count;
	unsigned cell_count; /* of all */
};

/* How much a tier measures. */
struct tier_limits {
	const char *name;
	unsigned repetitions; /* in a process */
	unsigned passes;      /* of a block: there, and back */
	unsigned enough;      /* repetitions of a pair in each regime; 0: one
				 block will do */
	unsigned processes;   /* that those are of, at least */
	double repetition_s, warm_least_s, warm_most_s;
	double budget_s; /* no block begins after that; 0: whenever */
};

extern const struct tier_limits tiers[]; /* by enum tier */
/* TIER_NONE: there is none of that name. */
enum tier tier_find(const char *name);

/* What the user chose; all lists end with NULL or 0, none: all there are. */
struct choice {
	enum tier tier;
	enum measure measure;
	const char *const *workloads;  /* W1, or lookup_hot */
	const char *const *strategies; /* peers are always there */
	const unsigned *threads;
};

/* Is there a workload or an operation of that name? */
bool bench_has_workload(const char *name);
struct bench_plan *bench_plan_create(const struct choice *choice);
void bench_plan_free(struct bench_plan *plan);

/* Is there no need for more of it?  Of a cell: what `enough` is 0 for says
 * nothing of one. */
bool
family_enough(const struct family *family, const struct tier_limits *limits);
bool cell_enough(const struct family *family, const struct cell *cell,
    const struct tier_limits *limits);
/* How much of what its pairs need in that regime is not there yet, 0 to 1. */
double family_lack(const struct family *family, const char *regime,
    const struct tier_limits *limits);
/* Of those that are wanted, at least one, whose block is to be next.  The
 * regime is the machine's now; NULL: they take turns. */
struct family *family_next(struct family *const *wanted, unsigned count,
    const char *regime, const struct tier_limits *limits);
void cell_note(struct cell *cell, const struct value *value);
/* It gave no figure; why not. */
void cell_note_why(struct cell *cell, const char *why);
/* operation/subject/args/threads:N; the caller's. */
char *cell_name(const struct family *family, const struct cell *cell);

#endif /* BENCH_BENCH_PLAN_H */
