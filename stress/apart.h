/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work in a process of its own, so that its crash or hang is a verdict on it
 * alone.  What it has to say it writes to memory shared with the one that
 * started it.
 */
#ifndef STRESS_APART_H
#define STRESS_APART_H

#include <stddef.h>

#include "pmap_sim/types.h"
#include "stress/judge.h"

/* Zeroed, shared with processes forked from here on; NULL: none. */
void *apart_memory(size_t size);
void apart_memory_free(void *memory, size_t size);

/*
 * The child's pulse, in memory that it shares.  Its own watchdog is a thread of
 * it, and cannot bark if the process as a whole has stopped.
 */
struct apart_watch {
	const unsigned long *beat; /* relaxed; grows as long as it lives */
	double patience_s;         /* with it as it is */
	boolean_t silent;          /* it did not grow, and was killed */
	/* Called with apart's arg, in the parent, at once and each second; NULL
	 * ok. */
	void (*look)(void *arg);
};

/* What the parent grants beyond the patience of the child's own watchdog. */
#define APART_MARGIN_S 5

/*
 * Call body(arg) in a child, which exits with the status it returns; the
 * child's wait status, or -1 if there was none to be had (a line on stderr).
 * ^C is passed on; a child that does not end after it is killed, and so is one
 * without a pulse.
 */
int apart(int (*body)(void *arg), void *arg, struct apart_watch *watch);

/* End a process that was forked, and say no more: a sanitizer's _exit() tells
 * what it has seen, and makes a status of that. */
void apart_leave(int status) __attribute__((noreturn));

/* Add what a wait status says of a child; finished: it has said all it had to
 * say. */
void apart_evidence(const struct apart_watch *watch, int status, int finished,
    struct evidence *evidence);

#endif /* STRESS_APART_H */
