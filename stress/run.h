/* SPDX-License-Identifier: BSD-2-Clause */
/* What one run of a trace is told, and what it tells. */
#ifndef STRESS_RUN_H
#define STRESS_RUN_H

#include "core/ops.h"
#include "pmap_sim/machine.h"
#include "stress/judge.h"
#include "stress/regime.h"

struct plan;

/* What is planted to see an oracle fire; in builds with VM_CHECKS. */
enum plant {
	PLANT_NOTHING,
	PLANT_WRONG_VALUE, /* a page's first byte changes behind the VM */
	PLANT_REFUSAL,     /* the VM refuses a fault that it should resolve */
	PLANT_LEAK,        /* an address space is never freed */
	PLANT_HANG,        /* a process sleeps for ever */
	PLANT_CRASH,       /* a null pointer */
	PLANT_RACE,        /* two CPUs write one word */
	PLANTS
};

struct run_config {
	const char *trace_name; /* as given */
	const struct vm_ops *ops;
	unsigned cpus, copies;
	uint64_t seed;
	double seconds;          /* repeat until then; 0: once */
	unsigned frames;         /* 0: enough for everything */
	unsigned frames_percent; /* of the measured peak; 0: not asked */
	unsigned cache_max;
	unsigned quantum; /* mean events of a slice */
	const char *shootdown;
	boolean_t swap_async, verify, yardstick;
	boolean_t regime; /* measure what the machine's CPUs are just now */
	unsigned watchdog_s;
	enum plant plant;
	unsigned round;       /* from 1; 0: not in rounds */
	const char *identity; /* the first line */
	const char *replay;   /* the line that repeats the run */
};

enum unreplayed {
#define UNREPLAYED(name, sentence) UNREPLAYED_##name,
#include "stress/unreplayed.def"
#undef UNREPLAYED
	UNREPLAYED_REASONS
};

/* The names of the plants. */
extern const char *const run_plants[];

/* The first line of a run, and the command that repeats it; the caller's. */
char *run_identity(const struct run_config *config);
char *run_replay_line(const struct run_config *config);

/* Shared between the run's process and the one that started it. */
struct run_result {
	boolean_t finished; /* the rest is whole */
	struct evidence evidence;
	enum verdict verdict;  /* the parent's */
	unsigned long beat;    /* relaxed; counts as long as it is watched */
	char note[640];        /* why, if it is not sound */
	boolean_t interrupted; /* before its end */
	unsigned long reports; /* of a sanitizer, so far */

	unsigned long events, processes, repetitions;
	unsigned long trace_events; /* that the trace has, all copies */
	unsigned long unreplayed[UNREPLAYED_REASONS];
	uint64_t wall_ns;
	unsigned long warmup_events; /* of them, those that are not timed */
	uint64_t warmup_ns;
	unsigned long overlap_looks, overlap_seen;
	unsigned long model_reads; /* values compared */
	unsigned frames, peak_frames;
	double kernel_faults_per_s[2]; /* before, after */
	struct regime_sample regime[2];
	struct vm_statistics vm;
	struct machine_stats machine;
	struct vm_census left;
};

/* Events a second after the warm-up, and the share of events that met another
 * CPU. */
double run_events_per_s(const struct run_result *result);
double run_overlap_share(const struct run_result *result);
/* Objects that the persistent cache may hold. */
unsigned run_cache_max(const struct run_config *config);
unsigned long run_unreplayed(const struct run_result *result);

/*
 * Replay the trace once, or until the time is up, in this process.  Fills
 * *result, which may be read by another process at any time.
 */
void run_trace(const struct plan *plan, const struct run_config *config,
    struct run_result *result);

#endif /* STRESS_RUN_H */
