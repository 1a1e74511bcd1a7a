/* SPDX-License-Identifier: BSD-2-Clause */
/* Included by sched.h. */
extern __thread struct sched *cpu_fiber_sched;

static inline struct sched *
sched_running(void)
{
	return cpu_fiber_sched;
}
