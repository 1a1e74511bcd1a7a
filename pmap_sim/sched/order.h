/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What happens before what in a trace, kept while it grows and shrinks at its
 * end.  Rests on access.h; for policies that search (dpor).
 */
#ifndef PMAP_SIM_SCHED_ORDER_H
#define PMAP_SIM_SCHED_ORDER_H

#include "pmap_sim/sched/access.h"
#include "pmap_sim/sched/policy.h"

struct order_event {
	uint32_t place;  /* of its object, in the table */
	int32_t own;     /* the event before it of its task; -1: none */
	int32_t touch;   /* the one before it on its object */
	int32_t change;  /* the one before it that is no read */
	uint32_t object; /* its offset */
	uint8_t task, kind, access;
	bool woke; /* who slept on the object */
};

struct order_place {
	uint32_t object; /* 0: free */
	int32_t touch, change;
};

struct order {
	unsigned tasks;
	uint32_t count; /* events */
	struct order_event *event;
	/* tasks for each event: 1 + the last of each task that happens before
	 * it, itself included; 0: none. */
	uint32_t *clock;
	int32_t own[SCHED_TASKS]; /* the last of each task */
	struct order_place *place;
	uint32_t mask, used;
};

/* For traces of at most `limit` steps of config's tasks, in memory of its kind.
 * FALSE: no memory. */
bool order_init(
    struct order *o, const struct sched_policy_config *config, uint64_t limit);
void order_fini(struct order *o, const struct sched_policy_config *config);
/* Between executions: make room for another of any objects. */
void order_prepare(struct order *o);

/*
 * Another event.  race, if not NULL, is called for each earlier event j that
 * races with it: they conflict, nothing else orders them, and the new one could
 * have come first.  clock is what happens before the new event but for the lock
 * that it takes.
 */
typedef void
order_race_t(void *arg, uint32_t j, unsigned task, const uint32_t *clock);
void order_push(
    struct order *o, const struct sched_op *op, order_race_t *race, void *arg);
/* Forget all but the first `count`. */
void order_cut(struct order *o, uint32_t count);

/* A task waits in vain for a lock, at the trace's end: does that race? */
void order_blocked(const struct order *o, const struct sched_op *wants,
    order_race_t *race, void *arg);

/* A task is about to RELAX: has nothing that it looked at since its last turn
 * been changed by another? */
bool order_awaits(const struct order *o, unsigned task);

static inline const uint32_t *
order_clock(const struct order *o, uint32_t i)
{
	return &o->clock[(size_t)i * o->tasks];
}

#endif /* PMAP_SIM_SCHED_ORDER_H */
