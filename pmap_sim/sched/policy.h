/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who decides: a policy, one a file.
 *
 * pick() is asked at each step with two or more runnable tasks and names one of
 * them.  It sees, in engine.h, what every task is about to do.  All that it
 * decides comes from its configuration and the seed of the execution, so the
 * two repeat it; nothing is carried over from one execution to the next but by
 * the exhaustive ones, whose place in the search is their schedule.
 */
#ifndef PMAP_SIM_SCHED_POLICY_H
#define PMAP_SIM_SCHED_POLICY_H

#include "pmap_sim/sched/sched.h"

/*
 * What is known of a program before it is searched: a few executions at random
 * from fixed seeds, so that every run of a build knows the same.
 */
#define SCHED_PROFILE_OBJECTS 256
struct sched_profile {
	uint64_t steps;              /* the longest */
	uint64_t choices;            /* the most */
	uint64_t count[SCHED_TASKS]; /* steps of each task, the longest */
	/* Objects that two tasks or more touch, and how often each does. */
	unsigned objects;
	struct sched_profile_object {
		uint32_t object;
		uint32_t tasks; /* how many */
		uint32_t total;
		uint16_t count[SCHED_TASKS];
	} object[SCHED_PROFILE_OBJECTS];
};

/*
 * What outlives the process that an execution kills: an exhaustive policy that
 * lies in it, itself and all it allocates, is where it was when another process
 * goes on with it.  Zeroed and shared by whoever makes it, used from its
 * beginning on, given up as a whole.
 */
struct sched_memory {
	size_t size, used;
};

struct sched_policy_config {
	unsigned tasks, lines; /* as sched_config has them */
	unsigned bound;        /* bound: preemptions at most */
	unsigned depth;        /* pct: priority changes + 1; 0: [3] */
	const char *schedule;  /* replay: POINT:TASK,... */
	const struct sched_profile *profile;
	sched_set_t alike; /* bound: tasks that do the same (bound.c) */
	struct sched_memory *memory; /* NULL: the heap */
};

struct sched_policy {
	const struct sched_policy_ops *ops;
	struct sched_policy_config config;
};

/*
 * How far an exhaustive search is.  Its leaves are schedules (bound) or classes
 * of them (dpor), each once.  Not among them: executions that were redundant,
 * and probes, from which the number of all leaves is estimated.
 */
struct sched_search {
	uint64_t leaves, redundant, probes;
	double stands_for;   /* bound: all schedules like them but for names */
	double total, error; /* of all leaves, and its standard error */
	bool whole;          /* no schedule is left out for the bound */
	/* replay: of its schedule; and in an execution it did not take. */
	unsigned turns, untaken;
};

struct sched_policy_ops {
	const char *name, *summary;
	bool draws; /* what it does, from the seed */
	bool
	    exhaustive; /* each execution is another one, until there is none */
	bool deepens;   /* one bound after the other is worth it */
	bool every_step; /* pick() is asked even if there is no choice */
	bool no_lines;   /* it does not know what to make of interrupts */
	/* NULL: no memory, or *why says what is wrong with the config. */
	struct sched_policy *(*create)(
	    const struct sched_policy_config *config, const char **why);
	void (*destroy)(struct sched_policy *policy);
	/*
	 * Before an execution; false: there is none left.  If the one before
	 * did not come to its end(), the process died of it: for an exhaustive
	 * policy it ended where it was.
	 */
	bool (*begin)(struct sched_policy *policy, struct sched *s);
	unsigned (*pick)(struct sched *s);
	/* After it; NULL ok. */
	void (*end)(struct sched_policy *policy, struct sched *s);
	/* Of an exhaustive one, and of replay. */
	void (*tell)(
	    const struct sched_policy *policy, struct sched_search *search);
	/*
	 * Between executions of `from`: what it has not seen yet is given in
	 * part to another of its kind that has nothing left, or has not begun.
	 * False: there is not enough of it.  NULL: it cannot be divided.
	 */
	bool (*divide)(struct sched_policy *from, struct sched_policy *to);
};

/* Each of policies.def, NULL-terminated; and by name, or NULL. */
extern const struct sched_policy_ops *const sched_policies[];
const struct sched_policy_ops *sched_policy_find(const char *name);

struct sched_policy *sched_policy_create(const struct sched_policy_ops *ops,
    const struct sched_policy_config *config, const char **why);
void sched_policy_destroy(struct sched_policy *policy);
/* Memory for a policy's own structure, of which struct sched_policy is the
 * first member. */
void *sched_policy_new(size_t size, const struct sched_policy_config *config);
/* The same for what else it needs, zeroed; NULL: none. */
void *sched_policy_memory(
    const struct sched_policy_config *config, size_t count, size_t size);
void sched_policy_free(const struct sched_policy_config *config, void *memory);

/* Add one execution's trace to what is known.  FALSE: no memory. */
bool sched_profile_add(struct sched_profile *profile, const struct sched *s);
/* After the last: drop what only one task touches, and sum up. */
void sched_profile_done(struct sched_profile *profile);

#endif /* PMAP_SIM_SCHED_POLICY_H */
