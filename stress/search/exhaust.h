/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An exhaustive search: where each worker is in it, how they share what is
 * left, and how one bound follows another.
 */
#ifndef STRESS_SEARCH_EXHAUST_H
#define STRESS_SEARCH_EXHAUST_H

#include "stress/search/explore.h"

/* Is that what the config asks for? */
boolean_t exhaust_is_asked(const struct explore_config *config);
/* How many may work on it: one, if the policy cannot be divided. */
unsigned exhaust_workers(const struct explore_config *config);

/* Memory for an exhaustive policy of so many tasks, which outlives a process
 * that an execution kills; NULL: none. */
struct sched_memory *exhaust_memory(unsigned tasks, uint64_t step_limit);
void exhaust_memory_free(struct sched_memory *memory); /* NULL ok */
/* A search of that bound, in such memory.  NULL: *why. */
struct sched_policy *exhaust_make(const struct explore_config *config,
    unsigned bound, struct sched_memory *memory, const char **why);

/* --- Whoever looks on, before and after the workers -------------------- */

/* A search of result->bound, in memory that outlives a worker.  FALSE: there is
 * none; result->trouble says so. */
boolean_t exhaust_begin(
    const struct explore_config *config, struct explore_result *result);
/* What all workers have told so far, summed up in result->search. */
void
exhaust_sum(const struct explore_config *config, struct explore_result *result);
/* No worker is left.  TRUE: all of the bound was seen, and another, to be
 * begun, is in result->bound. */
boolean_t
exhaust_end(const struct explore_config *config, struct explore_result *result);

/* --- A worker ---------------------------------------------------------- */

/* Its policy; where another died, as he left it. */
struct sched_policy *
exhaust_policy(struct explore_result *result, unsigned worker);
/* Until there is something for it to do, if any has something left and nobody
 * has had enough.  FALSE: that is all. */
boolean_t exhaust_wait(struct explore_result *result, unsigned worker);
/* It has nothing left. */
void exhaust_done(struct explore_result *result, unsigned worker);
/* Between two executions: to somebody who waits, if there is one. */
void exhaust_give(struct explore_result *result, unsigned worker);

#endif /* STRESS_SEARCH_EXHAUST_H */
