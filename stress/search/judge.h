/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One execution and what is said of it, a sanitizer's word included.
 *
 * A failure's SIGNATURE is its kind and its place: what was said, numbers left
 * out, or for one that is stuck the code it is stuck in.  Two failures of one
 * signature are the same failure.
 */
#ifndef STRESS_SEARCH_JUDGE_H
#define STRESS_SEARCH_JUDGE_H

#include "stress/races.h"
#include "stress/search/stage.h"

struct judgement {
	enum sched_verdict verdict;
	char text[240];
	uint64_t signature; /* 0: sound */
	uint64_t steps, choices, preemptions, hash;
};

struct judge {
	struct stage *stage;
	struct races races;    /* of the last execution that had any */
	unsigned long reports; /* of a sanitizer, so far */
	unsigned long noticed; /* of those, before the execution */
};

/* In the process that runs the executions; one at a time. */
void judge_begin(struct judge *judge, struct stage *stage);
void judge_end(struct judge *judge);

/* FALSE: none took place, the policy has seen them all. */
boolean_t judge_run(struct judge *judge, struct sched_policy *policy,
    uint64_t seed, struct judgement *judgement);

/* What became of a process whose wait status that is, in words. */
void judge_death(int status, char *text, size_t size);

uint64_t
judge_signature(enum sched_verdict verdict, const char *text, uint64_t place);

#endif /* STRESS_SEARCH_JUDGE_H */
