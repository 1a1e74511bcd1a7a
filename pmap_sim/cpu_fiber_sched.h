/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which scheduler's task the running fiber is: the controlled CPUs' only
 * thread-locals.
 */
#ifndef PMAP_SIM_CPU_FIBER_SCHED_H
#define PMAP_SIM_CPU_FIBER_SCHED_H

struct sched;

extern __thread struct sched *cpu_fiber_sched; /* NULL: on the main stack */
extern __thread struct sched *cpu_fiber_made;  /* by this OS thread */

#endif /* PMAP_SIM_CPU_FIBER_SCHED_H */
