/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose record the running thread's is.
 *
 * By the side of curcpu() the only thread-local, so that a lock costs no call.
 */
#include "pmap_sim/held.h"

extern __thread struct held *cpu_held;
__thread struct held *cpu_held;

UNSEEN_BEGIN

__attribute__((noinline)) struct held *
held_mine(void)
{
	__asm__ volatile("" ::: "memory");
	return cpu_held;
}

__attribute__((noinline)) void
held_run(struct held *held)
{
	__asm__ volatile("" ::: "memory");
	cpu_held = held;
}

UNSEEN_END
