/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RCU by liburcu's memb flavour.
 *
 * Release builds use its inlined readers.  ThreadSanitizer cannot see into the
 * library, so its build uses the out-of-line ones and is told the edges: what a
 * reader did before it left its section comes before a callback that was queued
 * while the section was open.  The edge drawn is coarse (every reader that has
 * left so far), for we cannot see where liburcu's grace period began.
 */
#include "pmap_sim/sync.h"

#if !defined(SYNC_TSAN) && !defined(_LGPL_SOURCE)
#define _LGPL_SOURCE
#endif
#include <stddef.h>

#include <urcu/urcu-memb.h>

_Static_assert(
    sizeof(((struct sync_rcu_head *)0)->opaque) == sizeof(struct rcu_head),
    "room for the library's head");

#ifdef SYNC_TSAN
static char reader_left; /* an address to hang the readers' edges on */
static char retired;     /* and the callbacks' */

const char *
__tsan_default_suppressions(void)
{
	return "called_from_lib:liburcu-memb.so\n"
	       "called_from_lib:liburcu-common.so\n";
}
#endif

void
sync_rcu_enter(void)
{
	urcu_memb_read_lock();
	SYNC_TSAN_(__tsan_acquire(&retired));
}

void
sync_rcu_exit(void)
{
	SYNC_TSAN_(__tsan_release(&reader_left));
	urcu_memb_read_unlock();
}

static void
sync_rcu_reclaim(struct rcu_head *raw)
{
	struct sync_rcu_head *head = (struct sync_rcu_head *)raw;

	SYNC_TSAN_(__tsan_acquire(head));
	SYNC_TSAN_(__tsan_acquire(&reader_left));
	head->free(head);
}

void
sync_rcu_retire(
    struct sync_rcu_head *head, void (*free)(struct sync_rcu_head *head))
{
	head->free = free;
	SYNC_TSAN_(__tsan_release(&retired));
	SYNC_TSAN_(__tsan_release(head));
	urcu_memb_call_rcu((struct rcu_head *)head->opaque, sync_rcu_reclaim);
}

void
sync_rcu_barrier(void)
{
	cpu_idle_enter();
	urcu_memb_barrier();
	cpu_idle_exit();
}

void
sync_rcu_thread_init(void)
{
	urcu_memb_register_thread();
}

void
sync_rcu_thread_fini(void)
{
	urcu_memb_unregister_thread();
}
