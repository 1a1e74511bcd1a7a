/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A search: one scenario, one strategy, many executions.
 *
 * Execution number i of a search that begins with seed r has seed r + i, under
 * whatever policy, so one execution is repeated by its seed alone.
 */
#ifndef STRESS_SEARCH_EXPLORE_H
#define STRESS_SEARCH_EXPLORE_H

#include "pmap_sim/rcu_model.h"
#include "pmap_sim/sched/policy.h"
#include "stress/scenarios/scenario.h"
#include "stress/search/exposure.h"
#include "stress/search/species.h"
#include "stress/search/stage.h"

#define EXPLORE_POLICIES 16
#define EXPLORE_FOUND    32
#define EXPLORE_SCHEDULE 1024
#define EXPLORE_WORKERS  64
#define EXPLORE_LEVELS   64
#define EXPLORE_STEPS    20000 /* the limit, if none is given */

struct explore_config {
	const struct scenario *scenario;
	const struct vm_ops *ops; /* NULL: the scenario has no VM */
	unsigned long as_found;
	struct rcu_model rcu;
	/* Taken in turns: a slice of time each. */
	const struct sched_policy_ops *policies[EXPLORE_POLICIES];
	unsigned policy_count;
	unsigned bound, depth;
	const char *schedule; /* of policy replay */
	uint64_t seed;
	uint64_t runs;  /* 0: no end */
	double seconds; /* 0: no end */
	uint64_t step_limit;
	unsigned workers;
	boolean_t stop; /* at the first failure */
};

/* A way to fail, however often it was met: the first execution that did. */
struct explore_found {
	enum sched_verdict verdict;
	char text[240];
	uint64_t signature; /* judge.h: of two that are alike, the same */
	uint64_t count;
	uint64_t execution, seed;
	unsigned policy; /* of the config's */
	uint64_t steps, preemptions;
	uint64_t hash;
	double after_s;      /* since the search began */
	uint64_t after_runs; /* executions of all workers until then */
	boolean_t schedule_known;
	char schedule[EXPLORE_SCHEDULE]; /* "": the default, or not known */
	char file[512];                  /* reproducer; "": there is none */
	boolean_t silent;                /* it never came to an end */
};

/* In memory that workers share; atomic what several write. */
struct explore_result {
	uint64_t executions, points, choices, preemptions, failures;
	uint64_t longest;   /* steps */
	uint64_t hash;      /* sum of the traces' */
	uint64_t repeated;  /* executions that were run twice and compared */
	boolean_t complete; /* an exhaustive policy has seen them all */
	/* Of an exhaustive policy; search is of the bound that is searched. */
	struct sched_search search;
	unsigned bound;
	unsigned levels;                /* bounds searched to their end */
	uint64_t level[EXPLORE_LEVELS]; /* schedules of each */
	struct species species;         /* of random ones */
	struct exposure exposure;
	struct stage_times times;
	double wall_s;
	boolean_t interrupted;
	char trouble[160]; /* it could not go on: why; "" */
	boolean_t skipped; /* and nothing has begun: not for this policy */
	unsigned founds;
	struct explore_found found[EXPLORE_FOUND];

	/* The workers' own. */
	uint64_t next;    /* execution to be claimed */
	unsigned sharers; /* of an exhaustive search (exhaust.h) */
	unsigned waiting; /* of those: they have nothing to do */
	boolean_t enough; /* nobody begins another */
	unsigned found_lock;
	struct explore_slot { /* what each is at: known when it dies */
		uint64_t execution, end; /* and of its slice */
		unsigned policy;
		uint64_t beat;
		/* Not yet added to those above. */
		uint64_t executions, points, choices, preemptions, hash;
		struct exposure exposure;
		double begin_s;                  /* 0: has not */
		double used_s[EXPLORE_POLICIES]; /* time each had */
		/* Of an exhaustive search. */
		unsigned part; /* has it one? */
		struct sched_memory *memory;
		struct sched_policy *exhaustive; /* in that memory */
		struct sched_search search;      /* as it told */
	} __attribute__((aligned(64))) slot[EXPLORE_WORKERS];
};

/* Shared memory for it; NULL: no memory.  apart_memory_free() frees it. */
struct explore_result *explore_result_create(void);

/* Run it, in config->workers processes.  Called by a process without threads;
 * look, if not NULL, about ten times a second. */
void explore(const struct explore_config *config, struct explore_result *result,
    void (*look)(void *arg), void *arg);

/* One worker's share, in the calling process. */
void explore_work(const struct explore_config *config,
    struct explore_result *result, unsigned worker);

/* Add what a slot has counted to the result. */
void explore_flush(struct explore_result *result, struct explore_slot *slot);

/* Note a failure; the first of its kind is kept.  By any worker, or for one
 * that died.  NULL: seen before. */
struct explore_found *explore_note(
    struct explore_result *result, const struct explore_found *failure);

#endif /* STRESS_SEARCH_EXPLORE_H */
