/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Before others on this machine, as far as we may.
 *
 * With sched_autogroup a nice value says nothing against other sessions: the
 * session's own has to be raised, too.  A process of its own session is raised
 * without anybody else, and nothing is to be put back when it ends.  Never a
 * real-time class: on two virtual CPUs two that wait for each other at such a
 * priority stop the machine.
 */
#ifndef BENCH_PRIORITY_H
#define BENCH_PRIORITY_H

#include <stdbool.h>

struct priority {
	bool autogroup_raised, nice_raised;
};

/* The calling process leaves its session, and is raised. */
struct priority priority_raise(void);

#endif /* BENCH_PRIORITY_H */
