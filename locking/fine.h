/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strategy "fine": as many locks as there are things to lock.
 *
 * Identity is striped over mutexes by the pager; the cache list has a lock of
 * its own, taken only where a count goes between 0 and 1; each object has a
 * mutex.  A reference is an atomic count: taking one, and dropping one that is
 * not the last, locks nothing (ref_atomic.h).  An object without a pager has no
 * identity to hold: nobody can look it up.
 *
 *	role		mechanism			to read	to write
 *	identity	lk->identity_lock[by pager]	hold	hold
 *	cache-list	lk->cache_lock			hold	hold
 *	object		object->lk.lock			hold	hold
 *	object-list	lk->object_list_lock		hold	hold
 *	page-queue	lk->page_queue_lock		hold	hold
 *	page-hash	lk->bucket_lock[by bucket]	hold	hold
 *	free-queue	lk->free_lock			hold	hold
 *	reference	object->ref.count, atomic	load	see contract.h
 *
 * Order: contract.h's, to the letter.
 *
 * Gives up: readers of one object still take turns, and a lookup writes a
 * stripe's line even when it only reads.  A waiter sleeps and its CPU idles.
 * Memory retires at once: whoever could find it holds its identity.
 */
#ifndef LOCKING_FINE_H
#define LOCKING_FINE_H

#include "locking/contract.h"

struct lk_ref {
	int count; /* (a) */
};

#define LK_LOCK sync_mutex
#include "locking/roles_striped.h"

#include "locking/ref_atomic.h"
#include "locking/retire_now.h"

#endif /* LOCKING_FINE_H */
