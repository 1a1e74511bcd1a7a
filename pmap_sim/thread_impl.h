/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What thread.c, event.c and cpu.c share.
 */
#ifndef PMAP_SIM_THREAD_IMPL_H
#define PMAP_SIM_THREAD_IMPL_H

#include "pmap_sim/thread.h"

/* Whoever waits no longer waits: run, or do not sleep. */
void thread_setrun(struct thread *thread);

/* The bound thread of an OS thread that attaches a CPU. */
struct thread *thread_create_bound(struct cpu *cpu);

#endif /* PMAP_SIM_THREAD_IMPL_H */
