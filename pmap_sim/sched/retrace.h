/* SPDX-License-Identifier: BSD-2-Clause */
/* From an execution to the schedule that repeats it. */
#ifndef PMAP_SIM_SCHED_RETRACE_H
#define PMAP_SIM_SCHED_RETRACE_H

#include "pmap_sim/sched/policy.h"

/* A policy that goes the trace of the last execution again; NULL: no memory. */
struct sched_policy *sched_retrace_create(const struct sched *s);
/* After it has been run: STEP:TASK,... as policy "replay" reads it, "" if it
 * does not fit; returns how many there are. */
uint64_t
sched_retrace_words(const struct sched_policy *policy, char *text, size_t size);

#endif /* PMAP_SIM_SCHED_RETRACE_H */
