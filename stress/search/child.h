/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process that runs executions, and who waits for it: whatever signals come,
 * and no longer than an execution may take.
 */
#ifndef STRESS_SEARCH_CHILD_H
#define STRESS_SEARCH_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "pmap_sim/types.h"

/* Of a processor's time without a sign of life: it has no end. */
#define CHILD_PATIENCE_S 10

/* As fork().  The child does not outlive its parent.  -1: a line on stderr. */
pid_t child_fork(void);

struct child_watch {
	/* In memory that it shares: another value with each execution at least.
	 * NULL: it runs one. */
	const uint64_t *beat;
	/* In such memory: set at ^C, and the child is to look.  NULL: it is
	 * waited for as if nothing had been. */
	boolean_t *interrupted;
};

/* Its wait status, or CHILD_NO_END: it was killed, an execution having none. */
#define CHILD_NO_END (-2)
int child_wait(pid_t pid, const struct child_watch *watch);

/* It has said why it could not go on, and left with that status. */
boolean_t child_not_started(int status);

/* What became of one for which that was returned, in words. */
void child_death(int status, char *text, size_t size);

/* Seconds of a processor's time that a process has had. */
double child_used_s(pid_t pid);

#endif /* STRESS_SEARCH_CHILD_H */
