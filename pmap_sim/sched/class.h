/* SPDX-License-Identifier: BSD-2-Clause */
/* The class of an execution: equal for schedules that differ only in the order
 * of steps that commute (access.h). */
#ifndef PMAP_SIM_SCHED_CLASS_H
#define PMAP_SIM_SCHED_CLASS_H

#include "pmap_sim/sched/sched.h"

struct sched_class;

/* For traces of at most `limit` steps; NULL: no memory. */
struct sched_class *sched_class_create(uint64_t limit);
void sched_class_destroy(struct sched_class *c);

/* Of the scheduler's last execution. */
uint64_t sched_class_hash(struct sched_class *c, const struct sched *s);

/* In that execution, did two of the first `tasks` do something to one object
 * that does not commute? */
bool
sched_class_met(struct sched_class *c, const struct sched *s, unsigned tasks);

#endif /* PMAP_SIM_SCHED_CLASS_H */
