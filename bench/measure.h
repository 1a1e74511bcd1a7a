/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that take turns at a loop for a fixed time.
 *
 *	crew_open      they come, each pinned to a CPU of its own
 *	crew_warm_up   until it is steady
 *	crew_run       for so long; what each of them did
 *	crew_close     they go
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "bench/histogram.h"
#include "bench/subject.h"

#define THREADS_MAX 62

struct reading {
	uint64_t ops, wall_ns;
	uint64_t thread_ops[THREADS_MAX];
	uint64_t
	    longest_ns; /* that a thread was busy with some 20 us of work */
	unsigned threads;
};

/* What a run is for.  Each has runs of its own: to look at a clock at each
 * operation, or to count, costs more than most operations. */
enum measure { MEASURE_THROUGHPUT, MEASURE_LATENCY, MEASURE_COUNT, MEASURES };

const char *measure_name(enum measure measure);

/* How long each operation took: of every one its own turn. */
struct latencies {
	uint64_t interval_ns; /* in: a thread begins one each; 0: at once */
	double ns_per_tick;
	struct histogram histogram; /* of ticks, all threads' */
};

struct crew;

/* NULL: no threads to be had; a line on stderr. */
struct crew *
crew_open(const struct loop *loop, struct world *world, unsigned threads);
/* At least so long, then until two windows in a row differ by less than 2 %,
 * but no longer than most_ns.  Did they? */
bool crew_warm_up(struct crew *crew, uint64_t least_ns, uint64_t most_ns);
void crew_run(struct crew *crew, uint64_t ns, struct reading *reading);
/* The same, a clock around each operation. */
void crew_time(struct crew *crew, uint64_t ns, struct reading *reading,
    struct latencies *latencies);
/* While they rest: KiB that those have which are processes, beside ours. */
long crew_own_kb(const struct crew *crew);
/* 0, or the wait status of one that is a process and did not leave with 0: what
 * it was to check when it left is not known. */
int crew_close(struct crew *crew);

/* 1: all alike; 1/N: one had it all. */
double reading_jain(const struct reading *reading);
/* 0: one of them did nothing. */
double reading_max_min(const struct reading *reading);
double reading_ops_per_s(const struct reading *reading);

#endif /* BENCH_MEASURE_H */
