/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strategy "rcu": lookups that write nothing but the count they came for.
 *
 * The pager hash is read in an RCU section: an entry holds its own key, so a
 * walk touches no other object.  What is found is taken by "one more unless
 * there is none"; a count of 0 means cached or dying, and the lookup falls back
 * to identity, which settles which.  After the count is taken the pager is
 * compared again, for the entry may have been unlinked meanwhile.  Identity is
 * striped and taken by those who change it, and at 0 <-> 1.
 *
 *	role		mechanism			to read		to write
 *	identity	lk->identity_lock[by pager]	RCU section	hold
 *	cache-list	lk->cache_lock			hold		hold
 *	object		object->lk.lock (spins)		hold		hold
 *	object-list	lk->object_list_lock		hold		hold
 *	page-queue	lk->page_queue_lock		hold		hold
 *	page-hash	lk->bucket_lock[by bucket]	hold		hold
 *	free-queue	lk->free_lock			hold		hold
 *	reference	object->ref.count, atomic	load		below
 *
 * Order, and how to count: contract.h's.  Nothing is taken in an RCU section.
 *
 * Gives up: memory comes back late.  Hash entries and objects that were ever
 * hashed go through call_rcu; whoever needs it back at once calls the barrier.
 *
 * What ThreadSanitizer is told of it: docs/rcu-tsan.md.
 */
#ifndef LOCKING_RCU_H
#define LOCKING_RCU_H

#include "locking/contract.h"

struct lk_ref {
	int count; /* (a) */
};

#define LK_LOCK sync_spin
#include "locking/roles_striped.h"

#include "locking/ref_atomic.h"
#include "locking/retire_rcu.h"

#endif /* LOCKING_RCU_H */
