/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strategy "percpu": what a CPU does to memory of its own stays its own.
 *
 * Lookups and references are those of "rcu" (rcu.h).  What "rcu" still shares
 * is touched once for many pages: each CPU keeps some free frames, and some
 * pages that are to become active (core/vm_page_batch.c), and the shared queues
 * see LK_BATCH of them at a time.
 *
 *	role		mechanism			to read		to write
 *	identity	lk->identity_lock[by pager]	RCU section	hold
 *	cache-list	lk->cache_lock			hold		hold
 *	object		object->lk.lock (spins)		hold		hold
 *	object-list	lk->object_list_lock[by CPU]	hold		hold
 *	page-queue	lk->page_queue_lock		hold		hold
 *	per-CPU		p->lock, p the CPU's		hold		hold
 *	page-hash	lk->bucket_lock[by bucket]	hold		hold
 *	free-queue	lk->free_lock			hold		hold
 *	reference	object->ref.count, atomic	load		as rcu
 *
 * Order: contract.h's.  Per-CPU is below the page queues, because who empties
 * batches into them has them locked; and above the free queue, because a
 * magazine is filled and emptied with its CPU's lock held.  No two CPUs' are
 * held together, so no two who help themselves from each other's can wait for
 * each other.  Nothing is taken in an RCU section.
 *
 * It is a lock, not a request that the other CPU answers: to take one's own is
 * an exchange on a line that nobody else has, and a CPU that sleeps or is stuck
 * cannot keep its frames from who needs them.
 *
 * Gives up: the exact order of the active queue, by what each CPU keeps; and to
 * find a frame when there are few costs a visit to every CPU.
 *
 * Retires hash entries, and objects that were ever hashed, by call_rcu, as
 * "rcu" does.  A frame that is freed can be had by all at once, wherever it is.
 */
#ifndef LOCKING_PERCPU_H
#define LOCKING_PERCPU_H

#include "locking/contract.h"

struct lk_ref {
	int count; /* (a) */
};

/* Large, so that a CPU's frames, and what is kept for each, lie in long rows: a
 * processor fetches ahead, over a row's end (docs/measuring.md). */
#define LK_BATCH        256
#define LK_KEPT         512
#define LK_OBJECT_LISTS 64
/* Sixteen to a line: the pages of one object are neighbours. */
#define LK_BUCKET_LOCKS 4096
#define LK_BUCKET_ALIGN 0

struct LK_ROLE("per-CPU") lk_percpu {
	struct sync_spin lock;
};

#define LK_LOCK sync_spin
#include "locking/roles_striped.h"

#include "locking/ref_atomic.h"
#include "locking/retire_rcu.h"

static inline void
lk_percpu_init(struct lk_percpu *p)
{
	sync_spin_init(&p->lock);
}

static inline void
lk_percpu_fini(struct lk_percpu *p)
{
	sync_spin_fini(&p->lock);
}

static inline void
lk_percpu_enter(struct lk_vm *lk, struct lk_percpu *p)
{
	(void)lk;
	sync_spin_take(&p->lock);
}

static inline void
lk_percpu_exit(struct lk_vm *lk, struct lk_percpu *p)
{
	(void)lk;
	sync_spin_drop(&p->lock);
}

#endif /* LOCKING_PERCPU_H */
