/* SPDX-License-Identifier: BSD-2-Clause */
/* Nanoseconds that only ever grow. */
#ifndef STRESS_CLOCK_H
#define STRESS_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline double
seconds_now(void)
{
	return (double)now_ns() * 1e-9;
}

#endif /* STRESS_CLOCK_H */
