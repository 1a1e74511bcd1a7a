/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A failure in a file: all that it takes to have it again.
 *
 *	vmrace-replay 1			what it is, and of which format
 *	account				scenario, and options as for explore
 *	2:1				the schedule (schedule.h); "-": the
 *					default; or "POLICY SEED DEPTH"
 *	trace 0123456789abcdef 65b0570	the trace's hash; the commit it was
 *					made at, with + if there was more
 *
 * Whether another build still goes that way, only the hash of the trace can
 * tell; the commit is for people.
 */
#ifndef STRESS_SEARCH_REPRODUCER_H
#define STRESS_SEARCH_REPRODUCER_H

#include "stress/search/explore.h"
#include "stress/search/stage.h"

struct reproducer {
	const struct scenario *scenario;
	const struct vm_ops *ops; /* NULL: the scenario has no VM */
	unsigned long as_found;
	struct rcu_model rcu;
	uint64_t step_limit;
	char sanitizer[8]; /* "tsan", "asan": seen only in that build; "" */
	char *schedule;    /* words; NULL: by policy and seed */
	const struct sched_policy_ops *policy;
	uint64_t seed;
	unsigned depth;
	uint64_t hash;
	char commit[24];
	boolean_t unknown; /* while it is read: it names what is not here */
};

/* One that a search has found.  Frees with reproducer_free(). */
void reproducer_of(struct reproducer *r, const struct explore_config *config,
    const struct explore_found *found);
void reproducer_free(struct reproducer *r);

/* What it runs in. */
struct stage_config reproducer_stage(const struct reproducer *r);

/* Its text; the caller's. */
char *reproducer_text(const struct reproducer *r);
/* STATUS_SOUND, or *why, the caller's, says what is wrong with it. */
int reproducer_parse(struct reproducer *r, const char *text, char **why);

/*
 * Write it to DIRECTORY (NULL: the current one), whole or not at all, under a
 * name of scenario, strategy, verdict and trace; that path, the caller's.
 * NULL: a line on stderr says why not.
 */
char *reproducer_save(const struct reproducer *r, const char *directory,
    enum sched_verdict verdict);
/* Read one.  STATUS_SOUND, or a line on stderr says why not. */
int reproducer_load(struct reproducer *r, const char *path);

/* "65b0570+"; of this program. */
void reproducer_commit(char *word, size_t size);
/* The policy that runs it; NULL: *why. */
struct sched_policy *reproducer_policy(const struct reproducer *r,
    const struct sched_profile *profile, const char **why);

#endif /* STRESS_SEARCH_REPRODUCER_H */
