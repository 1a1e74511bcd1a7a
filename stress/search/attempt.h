/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Executions, one by one, each noted as a schedule, whatever becomes of it.
 *
 * APART: each in a process of its own, so that one that crashes is a verdict
 * like another.  It costs a fork; use it where a crash is to be expected.
 */
#ifndef STRESS_SEARCH_ATTEMPT_H
#define STRESS_SEARCH_ATTEMPT_H

#include "pmap_sim/sched/schedule.h"
#include "stress/search/judge.h"
#include "stress/search/reproducer.h"

struct attempts {
	struct stage_config config;
	struct judge judge;           /* has no stage: attempts_stage() */
	struct sched_profile profile; /* once asked for */
	struct sched_note *note;      /* of the latest; shared memory */
	boolean_t apart;
	struct judgement *shared;
	uint64_t executions, points; /* so far */
	uint64_t *beat; /* who waits for this process looks there; NULL ok */
};

void attempts_begin(struct attempts *a, const struct stage_config *config);
void attempts_end(struct attempts *a);

/* Where this process runs them; it has none after attempt_fork() under
 * ThreadSanitizer, and gets one here. */
struct stage *attempts_stage(struct attempts *a);

/* stage_profile() of it, which stays; and how many tasks it has. */
const struct sched_profile *attempts_profile(struct attempts *a);
unsigned attempts_tasks(const struct attempts *a);

/* The policy with its doing noted; destroying it leaves the other alone. */
struct sched_policy *
attempts_noted(const struct attempts *a, struct sched_policy *policy);

/* A policy for sched_replay_set(). */
struct sched_policy *attempts_turns(const struct attempts *a);

/* One is done. */
static inline void
attempts_beat(const struct attempts *a)
{
	if (a->beat != NULL)
		__atomic_fetch_add(a->beat, 1, __ATOMIC_RELAXED);
}

/* By such a policy.  FALSE: none took place, it has seen them all. */
boolean_t attempt(struct attempts *a, struct sched_policy *noted, uint64_t seed,
    struct judgement *judgement);

/*
 * For what runs many in one process that one of them may kill: ATTEMPT_CHILD in
 * that process, which has a stage and ends with status 0; in the caller its
 * wait status (child.h), and if that is not 0, what it died of is what the
 * latest execution came to.  It runs policies that are noted, for by the note
 * it is watched.
 */
#define ATTEMPT_CHILD (-1)
int attempt_fork(struct attempts *a);
void attempt_mourn(
    const struct attempts *a, int status, struct judgement *judgement);

#endif /* STRESS_SEARCH_ATTEMPT_H */
