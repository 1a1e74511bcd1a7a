/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sanitizers' reports as data.
 *
 * A race is a pair: what kind, and for each side the innermost function of ours
 * and whether it reads or writes.  Function names, the strategy's prefix off:
 * lines move.  A race is one row however often it is seen, symbolised once.
 */
#ifndef STRESS_RACES_H
#define STRESS_RACES_H

#include "core/probe.h"
#include "pmap_sim/types.h"

#define RACES_MAX  64
#define RACE_NAME  64
#define RACE_STACK 1024

struct race_side {
	char function[RACE_NAME];  /* innermost of ours */
	char where[RACE_NAME * 2]; /* file:line of it */
	boolean_t write, atomic;
	unsigned size;
	unsigned long halves;   /* on its stack: a bit for each half */
	char stack[RACE_STACK]; /* "function file:line\n"... */
};

struct race {
	char kind[32];            /* "data-race", "heap-use-after-free", ... */
	struct race_side side[2]; /* the second's function may be "" */
	unsigned long count;
};

struct races {
	unsigned count;
	unsigned long lost; /* for want of room */
	struct race race[RACES_MAX];
};

/* From now on this process's reports go there. */
void races_collect(struct races *races);
/* No more of them: what leaks is found at exit, and printed. */
void races_collected(void);

/* From now on its reports, printed as ever, are counted there. */
void races_count(unsigned long *count);

#endif /* STRESS_RACES_H */
