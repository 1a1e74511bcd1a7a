/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RCU under the scheduler: modelled, not executed.
 *
 * A retirement asks for a grace period of its own, which begins at that very
 * step and may end as soon as every section open then has ended: the earliest
 * end that is legal, and no implementation is as fast.  Callbacks run in a task
 * of their own, the RECLAIMER, first in, first out; it is scheduled like any
 * other, so each may run at once or very late.
 *
 * EDGES are precise.  A section notes how many retirements there were when it
 * began, and acquires what they have released; at its end it releases into the
 * slot of that number.  Callback number r acquires the slots up to r: those of
 * sections that began before it was retired, whether they had ended then or
 * not, and no others.  So a pointer kept from one section and used in a later
 * one is a race with the callback, in every schedule in which it is used at
 * all.
 */
#include <stddef.h>

#include "pmap_sim/cpu.h"
#include "pmap_sim/machine.h"
#include "pmap_sim/rcu_ctl.h"
#include "pmap_sim/sched/arena.h"

#define SLOTS 64 /* if more retirements are pending, too much is ordered */

struct waiting { /* in struct sync_rcu_head */
	struct sync_rcu_head *next;
	sched_set_t sections; /* still open of those that were */
};

#define waiting(head) ((struct waiting *)(head)->opaque)

_Static_assert(
    sizeof(struct waiting) <= sizeof(((struct sync_rcu_head *)0)->opaque),
    "room for what is waited for");

/* In the arena: rcu_ctl_create(). */
struct rcu_ctl {
	unsigned depth[SCHED_TASKS];
	sched_set_t open;
	struct sync_rcu_head *first, *last;
	uint64_t retired, reclaimed;
	bool closed; /* no task is left that may retire */
	uint64_t noted[SCHED_TASKS];
	uint64_t drawn; /* slots below are acquired: the reclaimer's */
	/* Addresses that edges hang on. */
	char removed, ended[SLOTS];
};

/* The arena's root. */
#define rcu ((struct rcu_ctl *)arena_root())

UNSEEN_BEGIN

void
rcu_ctl_open(struct rcu_ctl *state)
{
	arena_set_root(state);
}

size_t
rcu_ctl_size(void)
{
	return sizeof(struct rcu_ctl);
}

void
sync_rcu_enter(void)
{
	unsigned me;

	if (sched_running() == NULL)
		return;
	me = sched_self();
	if (rcu->depth[me]++ > 0)
		return;
	sched_point(SCHED_RCU_ENTER, rcu);
	rcu->open |= (sched_set_t)1 << me;
	rcu->noted[me] = rcu->retired;
	SYNC_TSAN_(__tsan_acquire(&rcu->removed));
}

void
sync_rcu_exit(void)
{
	unsigned self;
	sched_set_t me;

	if (sched_running() == NULL)
		return;
	self = sched_self();
	if (--rcu->depth[self] > 0)
		return;
	sched_point(SCHED_RCU_EXIT, rcu);
	me = (sched_set_t)1 << self;
	rcu->open &= ~me;
	for (struct sync_rcu_head *h = rcu->first; h != NULL;
	     h = waiting(h)->next)
		waiting(h)->sections &= ~me;
	SYNC_TSAN_(__tsan_release(&rcu->ended[rcu->noted[self] % SLOTS]));
	sched_wake_quietly(rcu);
}

void
sync_rcu_retire(
    struct sync_rcu_head *head, void (*free)(struct sync_rcu_head *head))
{
	head->free = free;
	if (sched_running() == NULL) {
		(*free)(head);
		return;
	}
	sched_point(SCHED_RCU_RETIRE, rcu);
	waiting(head)->next = NULL;
	waiting(head)->sections = rcu->open;
	if (rcu->last != NULL)
		waiting(rcu->last)->next = head;
	else
		rcu->first = head;
	rcu->last = head;
	rcu->retired++;
	SYNC_TSAN_(__tsan_release(head));
	SYNC_TSAN_(__tsan_release(&rcu->removed));
	sched_wake_quietly(rcu);
}

void
sync_rcu_barrier(void)
{
	uint64_t retired;

	if (sched_running() == NULL)
		return;
	sched_point(SCHED_LOAD, rcu);
	retired = rcu->retired;
	cpu_idle_enter();
	for (;;) {
		sched_point(SCHED_LOAD, &rcu->reclaimed);
		if (rcu->reclaimed >= retired)
			break;
		sched_wait_on_quietly(&rcu->reclaimed);
		sched_sleep();
	}
	SYNC_TSAN_(__tsan_acquire(&rcu->reclaimed));
	cpu_idle_exit();
}

void
rcu_ctl_close(void)
{
	rcu->closed = true;
	sched_wake_quietly(rcu);
}

/* The reclaimer's next, whose grace period has ended; NULL: no more. */
static struct sync_rcu_head *
rcu_next(void)
{
	struct sync_rcu_head *head;

	while ((head = rcu->first) == NULL || waiting(head)->sections != 0) {
		if (head == NULL && rcu->closed)
			return NULL;
		sched_wait_on_quietly(rcu);
		sched_sleep();
	}
	sched_point(SCHED_RCU_RECLAIM, rcu);
	rcu->first = waiting(head)->next;
	if (rcu->first == NULL)
		rcu->last = NULL;
	SYNC_TSAN_(__tsan_acquire(head));
	/* It is number `reclaimed`: they come in their turn. */
	for (; rcu->drawn <= rcu->reclaimed; rcu->drawn++)
		SYNC_TSAN_(__tsan_acquire(&rcu->ended[rcu->drawn % SLOTS]));
	return head;
}

static void
rcu_reclaimed(void)
{
	sched_point(SCHED_RCU_RECLAIM, &rcu->reclaimed);
	rcu->reclaimed++;
	SYNC_TSAN_(__tsan_release(&rcu->reclaimed));
	sched_wake_quietly(&rcu->reclaimed);
}

UNSEEN_END

void
rcu_ctl_reclaim(void)
{
	struct sync_rcu_head *head;

	while ((head = rcu_next()) != NULL) {
		void (*reclaim)(struct sync_rcu_head *) = head->free;

		reclaim(head);
		rcu_reclaimed();
	}
}

void
sync_rcu_thread_init(void)
{
}

void
sync_rcu_thread_fini(void)
{
}
