/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a failure to the least execution that fails likewise, and a word on
 * whether there is a lesser one.
 */
#ifndef STRESS_SEARCH_SHRINK_H
#define STRESS_SEARCH_SHRINK_H

#include "stress/search/attempt.h"

#define SHRINK_LEVELS 16

/* Points that may be spent: what shrinking costs does not depend on the
 * machine, so its outcome does not. */
#define SHRINK_POINTS  10000000u
#define CERTIFY_POINTS 200000000u

/* In memory that processes share. */
struct shrunk {
	boolean_t failed; /* the schedule did fail; else nothing below is so */
	struct judgement before, after;
	unsigned turns_before, turns;
	boolean_t schedule_known;        /* FALSE: too long for words */
	char schedule[EXPLORE_SCHEDULE]; /* of after */
	uint64_t executions, points;     /* that it took to get there */
	double shrink_s, certify_s;
	/*
	 * Every schedule of at most `certified` - 1 preemptions was run, and
	 * none failed likewise; 0: not even those without any.
	 */
	unsigned certified;
	uint64_t schedules;        /* of those */
	uint64_t schedules_before; /* of the bound before that; 0: none */
	double stands_for; /* schedules, tasks that are alike told apart */
	/* Of the next bound, if it was too large: how many there are, about (0:
	 * not known), and how many were run. */
	double estimate;
	uint64_t schedules_run;
	boolean_t endless; /* one of them has no end, and was the last */
	uint64_t certify_executions;
	boolean_t interrupted; /* ^C: all that as far as it got */
	boolean_t not_started; /* and so: a line on stderr said why */
	uint64_t beat;         /* grows with each execution */
};

/* Less preemptions, then turns, then steps. */
boolean_t shrink_is_less(const struct judgement *a, unsigned a_turns,
    const struct judgement *b, unsigned b_turns);

/*
 * Shrink it and look for a certificate, which takes so many points at most (0:
 * none is looked for).  In processes of its own: a crash is a failure like
 * another.  After ^C (interrupt.h) it comes to no more than to have the failure
 * once again.
 */
void shrink(const struct reproducer *from, uint64_t certify_points,
    struct shrunk *shrunk);

/* "certified: none with fewer preemptions", or how far that was looked into. */
void shrink_certificate(const struct shrunk *shrunk, char *text, size_t size);

#endif /* STRESS_SEARCH_SHRINK_H */
