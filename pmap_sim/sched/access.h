/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a step does to its object, as far as the order of two steps matters.
 *
 * Two steps on one object commute if both only read it, or if both only ASSERT,
 * for a set does not show in what order its members came.  An operation that
 * may fail (TRY, CAS, WAKE) has read if it did, and written otherwise; which,
 * the trace says (SCHED_OP_CHANGED), and while it is only announced the worse
 * is taken.  EMPTY stands for a verb that would have guarded what comes next:
 * what comes next is not guarded, so it counts as written.
 *
 * RELAX and YIELD touch nothing.  Nor does WAIT: a task that was woken is on no
 * event any more, so nobody but its waker comes before it (order.c).
 */
#ifndef PMAP_SIM_SCHED_ACCESS_H
#define PMAP_SIM_SCHED_ACCESS_H

#include "pmap_sim/sched/sched.h"

enum sched_access {
	ACCESS_NONE,
	ACCESS_READ,
	ACCESS_ADD, /* commutes with its like */
	ACCESS_WRITE
};

/* Is it known only afterwards whether it writes? */
static inline bool
sched_may_fail(enum sched_kind kind)
{
	return kind == SCHED_TRY || kind == SCHED_CAS || kind == SCHED_SWAP ||
	       kind == SCHED_WAKE;
}

/* Of a step that was done. */
static inline enum sched_access
sched_access(const struct sched_op *op)
{
	if (op->object == 0)
		return ACCESS_NONE;
	switch ((enum sched_kind)op->kind) {
	case SCHED_START:
	case SCHED_RELAX:
	case SCHED_YIELD:
	case SCHED_WAIT:
	case SCHED_PLACE:
	case SCHED_INSTRUCTION:
		return ACCESS_NONE;
	case SCHED_ASSERT:
		return ACCESS_ADD;
	case SCHED_EMPTY:
		return ACCESS_WRITE;
	default:
		break;
	}
	if (sched_may_fail((enum sched_kind)op->kind))
		return (op->flags & SCHED_OP_CHANGED) != 0 ? ACCESS_WRITE
							   : ACCESS_READ;
	return (op->flags & SCHED_OP_WRITES) != 0 ? ACCESS_WRITE : ACCESS_READ;
}

/* Of one that is only announced: the worst it can be. */
static inline enum sched_access
sched_access_announced(const struct sched_op *op)
{
	return sched_may_fail((enum sched_kind)op->kind) && op->object != 0
		   ? ACCESS_WRITE
		   : sched_access(op);
}

/* Does the order of two such accesses to one object matter? */
static inline bool
sched_access_conflict(enum sched_access a, enum sched_access b)
{
	return a != ACCESS_NONE && b != ACCESS_NONE &&
	       (a != b || a == ACCESS_WRITE);
}

#endif /* PMAP_SIM_SCHED_ACCESS_H */
