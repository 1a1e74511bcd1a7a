/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's own clock, for what a call of the kernel's would be too much.
 * How long a tick is, is found out by who uses it, against now_ns(), over the
 * same time that he measures.
 */
#ifndef BENCH_TICKS_H
#define BENCH_TICKS_H

#include <stdint.h>

#include "stress/clock.h"

static inline uint64_t
ticks_now(void)
{
#if defined(__x86_64__)
	unsigned cpu;

	/* Not before what stands before it has been done. */
	return __builtin_ia32_rdtscp(&cpu);
#elif defined(__aarch64__)
	uint64_t ticks;

	__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks));
	return ticks;
#else
	return now_ns();
#endif
}

#endif /* BENCH_TICKS_H */
