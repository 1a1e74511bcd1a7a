/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strategy "original": the seed's locks and their order, as real simple locks.
 *
 * What 4.4BSD wrote down and never compiled with more than one CPU.  One cache
 * lock covers the pager hash, the list of cached objects and every reference
 * that is dropped (seed 203-217): a deallocation anywhere waits for any other
 * (hazard A13).  One lock covers all buckets of the page hash.
 *
 *	role		mechanism		to read	to write
 *	identity	lk->cache_lock		hold	hold
 *	cache-list	lk->cache_lock		hold	hold
 *	object		object->lk.lock		hold	hold
 *	object-list	lk->object_list_lock	hold	hold
 *	page-queue	lk->page_queue_lock	hold	hold
 *	page-hash	lk->bucket_lock		hold	hold
 *	free-queue	lk->free_lock		hold	hold
 *
 * Order: contract.h's; identity and cache-list being one lock, the inner way
 * into the cache list takes nothing.
 *
 * Gives up: everything but simplicity.  Memory retires at once: whoever could
 * find it holds the cache lock.
 */
#ifndef LOCKING_ORIGINAL_H
#define LOCKING_ORIGINAL_H

#include "locking/contract.h"

struct lk_vm {
	LK_ROLES;
	_Alignas(SYNC_APART) struct sync_spin cache_lock;
	struct {
		_Alignas(SYNC_APART) struct sync_spin m;
	} object_list_lock[1];
	_Alignas(SYNC_APART) struct sync_spin page_queue_lock;
	_Alignas(SYNC_APART) struct sync_spin bucket_lock;
	_Alignas(SYNC_APART) struct sync_spin free_lock;
};

#define LK_LOCKS(ONE, EACH)                                                    \
	ONE("identity and cache-list", cache_lock)                             \
	ONE("object-list", object_list_lock)                                   \
	ONE("page-queue", page_queue_lock)                                     \
	ONE("page-hash", bucket_lock)                                          \
	ONE("free-queue", free_lock)

struct LK_ROLE("object") lk_object {
	struct sync_spin lock;
};

struct lk_ref {
	int count; /* (o) */
};

#include "locking/verbs.h"

#define LK_LOCK sync_spin
#include "locking/roles_apart.h"

#include "locking/ref_plain.h"
#include "locking/retire_now.h"

static inline void
lk_init(struct lk_vm *lk, struct machine *m)
{
	(void)m;
	lk_apart_init(lk);
	sync_spin_init(&lk->cache_lock);
	sync_spin_init(&lk->bucket_lock);
}

static inline void
lk_fini(struct lk_vm *lk)
{
	lk_apart_fini(lk);
	sync_spin_fini(&lk->cache_lock);
	sync_spin_fini(&lk->bucket_lock);
}

static inline void
lk_cache_enter(struct lk_vm *lk)
{
	sync_spin_take(&lk->cache_lock);
}

static inline void
lk_cache_exit(struct lk_vm *lk)
{
	sync_spin_drop(&lk->cache_lock);
}

static inline void
lk_cache_enter_inner(struct lk_vm *lk)
{
	(void)lk;
}

static inline void
lk_cache_exit_inner(struct lk_vm *lk)
{
	(void)lk;
}

static inline void
lk_pagehash_enter(struct lk_vm *lk, unsigned bucket)
{
	(void)bucket;
	sync_spin_take(&lk->bucket_lock);
}

static inline void
lk_pagehash_exit(struct lk_vm *lk, unsigned bucket)
{
	(void)bucket;
	sync_spin_drop(&lk->bucket_lock);
}

static inline void
lk_identity_enter(struct lk_vm *lk, const void *pager)
{
	(void)pager;
	sync_spin_take(&lk->cache_lock);
}

static inline void
lk_identity_exit(struct lk_vm *lk, const void *pager)
{
	(void)pager;
	sync_spin_drop(&lk->cache_lock);
}

static inline boolean_t
lk_identity_covers(const void *a, const void *b)
{
	(void)a;
	(void)b;
	return TRUE;
}

static inline boolean_t
lk_ref_get_fast(struct lk_ref *ref)
{
	(void)ref;
	return FALSE;
}

static inline boolean_t
lk_ref_put_fast(struct lk_ref *ref)
{
	(void)ref;
	return FALSE;
}

#endif /* LOCKING_ORIGINAL_H */
