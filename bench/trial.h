/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One fresh process's measurement of one cell: the world is made, warmed up,
 * measured some times over with a look at the machine between, and checked.
 *
 * COUNTS are of one thread, and of no machine in particular: so many operations
 * to warm up, so many that are counted, and no look at anything.  Where another
 * CPU matters, the loop plays it (vm_pair.h).
 */
#ifndef BENCH_TRIAL_H
#define BENCH_TRIAL_H

#include "bench/measure.h"
#include "bench/priority.h"
#include "pmap_sim/count.h"
#include "pmap_sim/types.h"
#include "stress/judge.h"
#include "stress/regime.h"

#define REPETITIONS_MAX 16

struct trial {
	const struct subject *subject;
	const struct loop *loop;
	struct request request;
	enum measure measure;
	unsigned repetitions;
	uint64_t repetition_ns, warm_least_ns, warm_most_ns;
	bool raise; /* before others, if we may */
};

struct repetition {
	struct reading reading;
	struct regime_sample before, after;
	double steal_share; /* of all processors' time; negative: not known */
	double load1;       /* likewise */
	long rss_kb;
	struct latencies latencies;   /* of MEASURE_LATENCY */
	unsigned long events[EVENTS]; /* of MEASURE_COUNT */
};

/* Shared between the trial's process and the one that started it. */
struct trial_result {
	boolean_t finished;
	struct evidence evidence;
	enum verdict verdict;
	char note[256];
	unsigned long beat;
	bool warmed, steady; /* had it a warm-up; was that over when it was? */
	unsigned done;       /* repetitions that are whole */
	int left;            /* crew_close's */
	struct priority priority;
	struct aftermath after;
	struct repetition repetition[REPETITIONS_MAX];
};

/* In a process of its own; fills *result, whatever becomes of it. */
void trial_apart(const struct trial *trial, struct trial_result *result);
/* In this one, and nothing of the machine: for who measures on his own. */
boolean_t trial_once(const struct trial *trial, struct reading *reading,
    struct aftermath *after);

/* near, far, mixed or unknown: by distance alone. */
const char *repetition_regime(const struct repetition *repetition);
/* Why it is to be left out, in words of the caller's; false: it is not. */
bool
repetition_refused(const struct repetition *repetition, char *why, size_t size);

#endif /* BENCH_TRIAL_H */
