/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RCU by liburcu's memb flavour.
 *
 * Its readers are inlined, but for ThreadSanitizer: there they must stay in the
 * library, which it does not look into, and sync_rcu_tsan.c says what they
 * order.
 *
 * All callbacks go through the library's default worker, one thread with one
 * queue, first in, first out.  So a barrier is a callback of its own: when it
 * runs, all that were retired before have run.  (The library's barrier frees
 * its counters in an order that only its own assembly knows.)
 */
#include "pmap_sim/sync_rcu_tsan.h"

#ifdef SYNC_TSAN
#if defined(_LGPL_SOURCE) || defined(URCU_INLINE_SMALL_FUNCTIONS)
#error "liburcu's inlined readers are false races to ThreadSanitizer"
#endif
#elif !defined(_LGPL_SOURCE)
#define _LGPL_SOURCE
#endif
#include <stddef.h>

#include <urcu/urcu-memb.h>

#include "pmap_sim/held.h"

_Static_assert(
    sizeof(((struct sync_rcu_head *)0)->opaque) == sizeof(struct rcu_head),
    "room for the library's head");

void
sync_rcu_enter(void)
{
	event_count(EVENT_sections);
	urcu_memb_read_lock();
	SYNC_TSAN_(sync_rcu_tsan_enter());
}

void
sync_rcu_exit(void)
{
	SYNC_TSAN_(sync_rcu_tsan_exit());
	urcu_memb_read_unlock();
}

static void
sync_rcu_reclaim(struct rcu_head *raw)
{
	struct sync_rcu_head *head = (struct sync_rcu_head *)raw;

	SYNC_TSAN_(sync_rcu_tsan_reclaim(head));
	head->free(head);
}

void
sync_rcu_retire(
    struct sync_rcu_head *head, void (*free)(struct sync_rcu_head *head))
{
	event_count(EVENT_retired);
	event_count(EVENT_rmw); /* the library's queue */
	head->free = free;
	SYNC_TSAN_(sync_rcu_tsan_retire(head));
	urcu_memb_call_rcu((struct rcu_head *)head->opaque, sync_rcu_reclaim);
}

struct barrier {
	struct sync_rcu_head head;
	pthread_mutex_t lock;
	pthread_cond_t passed;
	bool reached; /* under lock */
};

static void
barrier_reach(struct sync_rcu_head *head)
{
	struct barrier *barrier = (struct barrier *)head;

	pthread_mutex_lock(&barrier->lock);
	barrier->reached = true;
	pthread_cond_signal(&barrier->passed);
	pthread_mutex_unlock(&barrier->lock);
}

void
sync_rcu_barrier(void)
{
	struct barrier barrier = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.passed = PTHREAD_COND_INITIALIZER,
	};
	struct held *held = held_wait(HELD_GRACE, NULL, NULL);

	event_count(EVENT_graces);
	cpu_idle_enter();
	sync_rcu_retire(&barrier.head, barrier_reach);
	pthread_mutex_lock(&barrier.lock);
	while (!barrier.reached)
		pthread_cond_wait(&barrier.passed, &barrier.lock);
	pthread_mutex_unlock(&barrier.lock);
	pthread_cond_destroy(&barrier.passed);
	pthread_mutex_destroy(&barrier.lock);
	held_wait_over(held);
	cpu_idle_exit();
}

void
sync_rcu_thread_init(void)
{
	SYNC_TSAN_(sync_rcu_tsan_library_enter());
	urcu_memb_register_thread();
	SYNC_TSAN_(sync_rcu_tsan_library_exit());
}

void
sync_rcu_thread_fini(void)
{
	SYNC_TSAN_(sync_rcu_tsan_library_enter());
	urcu_memb_unregister_thread();
	SYNC_TSAN_(sync_rcu_tsan_library_exit());
}
