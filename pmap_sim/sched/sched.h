/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The deterministic scheduler: who may call what.
 *
 * TASKS are fibers on one OS thread.  Between two schedule points a task runs
 * alone; at a point it ANNOUNCES the operation it will do next (kind, object)
 * and the policy picks, among all tasks whose announced operation can be done
 * now, the one that goes on.  So at every pick the pending operation of every
 * task is known.  A pick and the operation it lets happen are a STEP.
 *
 * A LINE is what interrupts a task: it has a number like a task, and no stack.
 * While it is up, picking it is a step by which its task, wherever it is, runs
 * a handler first, points and all, and then has its announced operation before
 * it again.
 *
 * A PREEMPTION is a step of another task while the one that ran before could
 * have gone on and did not yield (RELAX, YIELD).
 *
 * An object is named by its offset in the arena, never by its address, so that
 * the trace of a seed is the same everywhere.
 *
 * A scheduler serves the one OS thread that made it.  Words for the code under
 * test: sync.h (sync_ctl.h), sched_fail, sched_expect.  Words for who runs it:
 * sched_create, sched_run.  Policies: policy.h.
 */
#ifndef PMAP_SIM_SCHED_SCHED_H
#define PMAP_SIM_SCHED_SCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pmap_sim/cpu_fiber_sched.h"

#define SCHED_TASKS 64

enum sched_kind {
#define KIND(name, writes, sentence) SCHED_##name,
#include "pmap_sim/sched/kinds.def"
#undef KIND
	SCHED_KINDS
};

/* A set of tasks. */
typedef uint64_t sched_set_t;

enum sched_verdict {
	SCHED_SOUND,
	SCHED_INVARIANT,      /* what is checked at the end is not so */
	SCHED_ASSERTION,      /* a task found something wrong */
	SCHED_RACE,           /* ThreadSanitizer's report */
	SCHED_RETIRED,        /* memory was used after it was retired */
	SCHED_DEADLOCK,       /* tasks wait for each other, or for nobody */
	SCHED_LIVELOCK,       /* all who can move spin, and nothing changes */
	SCHED_STEPS,          /* more steps than allowed */
	SCHED_LEAK,           /* something is left over at the end */
	SCHED_NONDETERMINISM, /* the same seed went another way */
	SCHED_CRASH,          /* the process died of it */
	SCHED_VERDICTS
};
const char *sched_verdict_name(enum sched_verdict verdict);

/* An announced operation, and what its step was. */
struct sched_op {
	uint32_t object; /* offset in the arena; 0: none */
	uint8_t kind;    /* enum sched_kind */
	uint8_t task;
	uint8_t flags; /* SCHED_OP_* */
	uint8_t pad;
};
#define SCHED_OP_WRITES  1
#define SCHED_OP_FORCED  2  /* no other task could move */
#define SCHED_OP_PREEMPT 4  /* a preemption */
#define SCHED_OP_CHANGED 8  /* of one that may fail: it did not */
#define SCHED_OP_WOKE    16 /* somebody who sleeps on its object */

/* A step of a trace. */
struct sched_step {
	struct sched_op op;
	const void *where; /* the code that announced it */
};

struct sched;
struct sched_policy; /* policy.h */

/* A lock's whole state, under the modelled scheduler: in memory of its own
 * user, zero when free. */
struct sched_lock {
	sched_set_t wanted; /* have announced LOCK */
	uint32_t owner;     /* task + 1; 0: free */
	uint32_t unused;
};

/* --- For the code under test --------------------------------------------- */

/* The scheduler whose task the caller is; NULL: none, as on the main stack. */
static inline struct sched *
sched_running(void)
{
	return cpu_fiber_sched;
}

/*
 * Announce and wait to be picked.  Nothing on the main stack.
 *
 * The place of a step, which its story shows, is the code that calls this; of
 * what ends in _at, whatever it is told (a return address, or NULL: none), for
 * words that are made of several.
 */
void sched_point(enum sched_kind kind, const volatile void *object);
void sched_point_at(
    enum sched_kind kind, const volatile void *object, const void *where);
/* What was announced did change something: a spinner may hope again.  For
 * operations of which it is known only afterwards (SWAP, CAS). */
void sched_changed(void);
/* One turn of a spin loop: not runnable until something has changed. */
void sched_relax(void);
/* Let others go first. */
void sched_give_way(void);

/* A lock of the model.  Each is a point, and an edge for ThreadSanitizer. */
void sched_lock_take(struct sched_lock *l);
bool sched_lock_try(struct sched_lock *l);
void sched_lock_drop(struct sched_lock *l);
/* By anybody; no point. */
static inline bool
sched_lock_held(const struct sched_lock *l)
{
	return l->owner != 0;
}

/*
 * Sleep and wake.  sched_wait_on puts the task among those who sleep on event,
 * sched_wait_not takes it away; sched_sleep is where it stops, at once over if
 * it was woken meanwhile.  All are points.
 */
void sched_wait_on(const void *event);
void sched_wait_on_at(const void *event, const void *where);
void sched_wait_not(void);
void sched_sleep(void);
void sched_sleep_at(const void *where);
void sched_wake(const void *event);
void sched_wake_at(const void *event, const void *where);
/* The same as part of an operation on that object that was announced as
 * another; of a wait only if it is begun again until what it waits for is so,
 * and what that is changes by announced operations alone. */
void sched_wake_quietly(const void *event);
void sched_wait_on_quietly(const void *event);
/* How many sleep on event or are about to; a point. */
unsigned sched_sleepers(const void *event);

/* Does task i wait for a lock that another holds?  As a spinner does, who is
 * interrupted meanwhile. */
bool sched_waits(unsigned i);
/*
 * Task i may be interrupted from now on, or no longer; object is what its line
 * is.  It must not be asleep then, nor at its end.  No point; nothing if the
 * program has no lines.
 */
void sched_line(unsigned i, bool up, const volatile void *object);
/* The running task's number.  Not on the main stack. */
unsigned sched_self(void);

/*
 * From now on, until the execution ends, the guard is shown each step when it
 * is picked, before it is done: if it returns a text, that is a verdict,
 * SCHED_RETIRED.  It runs on the stack of the task before, has no points and
 * allocates nothing.  NULL: no more.
 */
typedef const char *sched_guard_t(const struct sched_op *op);
void sched_guard(sched_guard_t *guard);

/*
 * The execution ends here with that verdict; what the text says must stay
 * readable until another execution begins.  Returns only on the main stack.
 */
void sched_fail(enum sched_verdict verdict, const char *text);
/* The same; its place is that (a return address, or NULL: none), for words that
 * are made of several. */
void
sched_fail_at(enum sched_verdict verdict, const char *text, const void *where);
/* The same unless it holds. */
#define sched_expect(condition)                                                \
	((condition) ? (void)0 : sched_fail(SCHED_ASSERTION, #condition))

/* --- For who runs executions --------------------------------------------- */

struct sched_config {
	unsigned tasks; /* lines included */
	unsigned lines; /* the last of them; line i is task i's */
	/* Task number i; returning is its end. */
	void (*body)(void *arg, unsigned i);
	/* What task i does when it is interrupted. */
	void (*interrupt)(void *arg, unsigned i);
	void *arg;
	const void *arena; /* objects are numbered from here */
	uint64_t step_limit;
};

/* NULL: no memory. */
struct sched *sched_create(const struct sched_config *config);
void sched_destroy(struct sched *s);

/* What an execution came to. */
struct sched_result {
	enum sched_verdict verdict;
	char text[240];
	uint64_t steps;       /* points at which a task was picked */
	uint64_t choices;     /* of those, with more than one to pick from */
	uint64_t preemptions; /* see above */
	uint64_t hash;        /* of the whole trace */
};

/* One execution of all tasks, under the policy, from that seed.  FALSE: none
 * took place, the policy has seen them all. */
bool sched_run(struct sched *s, struct sched_policy *policy, uint64_t seed);
/* Of the last execution; sched_fail on the main stack may still change it. */
const struct sched_result *sched_result(struct sched *s);
/* Its trace: *count steps, the first first. */
const struct sched_step *sched_trace(const struct sched *s, uint64_t *count);
/* Those whom its deadlock or livelock is about; none otherwise. */
sched_set_t sched_stuck(const struct sched *s);
/* The code that they are stuck in, as a number: the same for the same places,
 * whoever is there.  0: they are not stuck. */
uint64_t sched_place(const struct sched *s);
/* In that execution a sanitizer reported: by its callback, any stack. */
void sched_reported(struct sched *s, const char *text);

const char *sched_kind_name(enum sched_kind kind);

#endif /* PMAP_SIM_SCHED_SCHED_H */
