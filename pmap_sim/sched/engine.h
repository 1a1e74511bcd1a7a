/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler from within: for policies, and for the engine itself.
 *
 * A policy reads `runnable`, `current`, `yielded`, the pending operations
 * task[i].op, and draws from `random`; it writes nothing but the last.
 */
#ifndef PMAP_SIM_SCHED_ENGINE_H
#define PMAP_SIM_SCHED_ENGINE_H

#include "pmap_sim/cpu_fiber.h"
#include "pmap_sim/sched/policy.h"
#include "pmap_sim/sched/sched.h"

struct sched_task {
	struct sched_op op;       /* pending */
	const void *where;        /* it was announced */
	unsigned held;            /* locks */
	struct sched_lock *wants; /* it has announced LOCK of */
	const void *event;        /* asserted; NULL: none */
	bool asleep, woken;
	unsigned handlers; /* it is in the middle of: interrupts */
	struct fiber fiber;
	struct sched *sched;
};

/* Which task found something wrong, and where. */
struct sched_failure {
	bool known;        /* else it is no task's, or there is none */
	unsigned task;     /* no line */
	const void *where; /* as of a step; NULL: not known */
};

struct sched {
	sched_set_t runnable; /* the pending operation can be done now */
	sched_set_t spinning; /* would be runnable, had anything changed */
	sched_set_t live;     /* have not ended */
	sched_set_t sleepers; /* have asserted an event */
	unsigned current;     /* who runs, or ran last */
	unsigned first_line;  /* the first number that is none of a task */
	bool interrupted;     /* the task that was picked by its line */
	bool yielded;         /* and has just given way */
	unsigned (*pick)(struct sched *s);
	struct sched_policy *policy;
	bool every_step;
	uint64_t random; /* state of sched_random() */
	uint64_t steps, choices, preemptions, hash;
	uint64_t turns; /* of loops, since anything changed */
	struct sched_step *trace;
	const char *arena;
	uint64_t limit; /* of steps */
	uint64_t alarm; /* beyond so many, each step calls sched_alarm() */
	sched_guard_t *guard;

	/* Called on the main stack when pick() says sched_visit(). */
	void (*look)(void *arg);
	void *look_arg;
	bool visited; /* the main stack was switched to for that */

	struct fiber home;     /* the main stack */
	sched_set_t abandoned; /* their stacks are to be begun anew */
	struct sched_config config;
	struct sched_result result;
	const char *text; /* of a verdict, not yet copied */
	struct sched_failure failure;
	char reported[240];
	char edge_start, edge_join; /* addresses that edges hang on */
	struct sched_task task[SCHED_TASKS];
};

/* result.c: a step is taken that is one too many, or has a guard. */
void sched_alarm(struct sched *s);

/* engine.c: who goes on, its step counted; and who has ended lets him. */
unsigned sched_choose(struct sched *s);
void sched_task_ends(struct sched *s);

/* execution.c: a stack for each task, and no more of them. */
bool sched_init_tasks(struct sched *s);
void sched_fini_tasks(struct sched *s);

#define SCHED_BIT(i) ((sched_set_t)1 << (i))

/* 64 random bits: splitmix64, which bears any seed. */
static inline uint64_t
sched_random(struct sched *s)
{
	uint64_t z = (s->random += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* A number below n, n > 0, from 32 random bits. */
static inline unsigned
sched_below(uint32_t bits, unsigned n)
{
	return (unsigned)((uint64_t)bits * n >> 32);
}

/* The n-th task of a set, from 0. */
static inline unsigned
sched_nth(sched_set_t set, unsigned n)
{
	while (n-- > 0)
		set &= set - 1;
	return (unsigned)__builtin_ctzll(set);
}

/* Do two operations, of different tasks, not commute? */
static inline bool
sched_depends(const struct sched_op *a, const struct sched_op *b)
{
	return a->object == b->object && a->object != 0 &&
	       ((a->flags | b->flags) & SCHED_OP_WRITES) != 0;
}

/* Could the running task have gone on, without having given way? */
static inline bool
sched_keeps(const struct sched *s)
{
	return (s->runnable >> s->current & 1) != 0 && !s->yielded;
}

/* The next of the set behind the running task, or its first. */
static inline unsigned
sched_next_in_turn(const struct sched *s, sched_set_t set)
{
	sched_set_t above = set & ~((SCHED_BIT(s->current) << 1) - 1);

	return (unsigned)__builtin_ctzll(above != 0 ? above : set);
}

/*
 * What is usual: the running task goes on; where it cannot, or gives way, the
 * next in turn.  A schedule is written down as what differs from it (bound.c).
 */
unsigned sched_default_pick(const struct sched *s);

/*
 * For policies that repeat the beginning of an execution: is this still the one
 * of which it is known who was runnable then, and the hash of all steps before?
 * If not, it is NONDETERMINISM, and over.
 */
void sched_expect_same(struct sched *s, sched_set_t runnable, uint64_t hash);
/* An execution that has ended before all of that was repeated. */
void sched_ended_early(struct sched *s);

/* From pick(): the main stack looks at everything now, between two steps. */
void sched_visit(struct sched *s);

#endif /* PMAP_SIM_SCHED_ENGINE_H */
