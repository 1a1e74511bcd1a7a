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

#define LK_STRIPES 64

struct lk_vm {
	LK_ROLES;
	_Alignas(64) struct sync_mutex cache_lock;
	_Alignas(64) struct sync_mutex object_list_lock;
	_Alignas(64) struct sync_mutex page_queue_lock;
	_Alignas(64) struct sync_mutex free_lock;
	struct {
		_Alignas(64) struct sync_mutex m;
	} identity_lock[LK_STRIPES], bucket_lock[LK_STRIPES];
};

struct LK_ROLE("object") lk_object {
	struct sync_mutex lock;
};

struct lk_ref {
	int count; /* (a) */
};

#include "locking/ref_atomic.h"
#include "locking/retire_now.h"
#include "locking/verbs.h"

static inline unsigned
lk_identity_stripe(const void *pager)
{
	return (unsigned)(LK_IDENTITY_HASH(pager) % LK_STRIPES);
}

static inline void
lk_init(struct lk_vm *lk, struct machine *m)
{
	(void)m;
	sync_mutex_init(&lk->cache_lock);
	sync_mutex_init(&lk->object_list_lock);
	sync_mutex_init(&lk->page_queue_lock);
	sync_mutex_init(&lk->free_lock);
	for (unsigned i = 0; i < LK_STRIPES; i++) {
		sync_mutex_init(&lk->identity_lock[i].m);
		sync_mutex_init(&lk->bucket_lock[i].m);
	}
}

static inline void
lk_fini(struct lk_vm *lk)
{
	sync_mutex_fini(&lk->cache_lock);
	sync_mutex_fini(&lk->object_list_lock);
	sync_mutex_fini(&lk->page_queue_lock);
	sync_mutex_fini(&lk->free_lock);
	for (unsigned i = 0; i < LK_STRIPES; i++) {
		sync_mutex_fini(&lk->identity_lock[i].m);
		sync_mutex_fini(&lk->bucket_lock[i].m);
	}
}

static inline void
lk_objects_enter(struct lk_vm *lk)
{
	sync_mutex_take(&lk->object_list_lock);
}

static inline void
lk_objects_exit(struct lk_vm *lk)
{
	sync_mutex_drop(&lk->object_list_lock);
}

static inline void
lk_cache_enter(struct lk_vm *lk)
{
	sync_mutex_take(&lk->cache_lock);
}

static inline void
lk_cache_exit(struct lk_vm *lk)
{
	sync_mutex_drop(&lk->cache_lock);
}

static inline void
lk_cache_enter_inner(struct lk_vm *lk)
{
	lk_cache_enter(lk);
}

static inline void
lk_cache_exit_inner(struct lk_vm *lk)
{
	lk_cache_exit(lk);
}

static inline void
lk_queues_enter(struct lk_vm *lk)
{
	sync_mutex_take(&lk->page_queue_lock);
}

static inline void
lk_queues_exit(struct lk_vm *lk)
{
	sync_mutex_drop(&lk->page_queue_lock);
}

static inline void
lk_freequeue_enter(struct lk_vm *lk)
{
	sync_mutex_take(&lk->free_lock);
}

static inline void
lk_freequeue_exit(struct lk_vm *lk)
{
	sync_mutex_drop(&lk->free_lock);
}

static inline void
lk_pagehash_enter(struct lk_vm *lk, unsigned bucket)
{
	sync_mutex_take(&lk->bucket_lock[bucket % LK_STRIPES].m);
}

static inline void
lk_pagehash_exit(struct lk_vm *lk, unsigned bucket)
{
	sync_mutex_drop(&lk->bucket_lock[bucket % LK_STRIPES].m);
}

static inline void
lk_identity_enter(struct lk_vm *lk, const void *pager)
{
	if (pager != NULL)
		sync_mutex_take(
		    &lk->identity_lock[lk_identity_stripe(pager)].m);
}

static inline void
lk_identity_exit(struct lk_vm *lk, const void *pager)
{
	if (pager != NULL)
		sync_mutex_drop(
		    &lk->identity_lock[lk_identity_stripe(pager)].m);
}

static inline boolean_t
lk_identity_covers(const void *a, const void *b)
{
	if (b == NULL)
		return TRUE; /* cannot be found: nothing to hold */
	return a != NULL && lk_identity_stripe(a) == lk_identity_stripe(b);
}

static inline void
lk_object_init(struct lk_object *o)
{
	sync_mutex_init(&o->lock);
}

static inline void
lk_object_fini(struct lk_object *o)
{
	sync_mutex_fini(&o->lock);
}

static inline void
lk_object_enter(struct lk_vm *lk, struct lk_object *o)
{
	(void)lk;
	sync_mutex_take(&o->lock);
}

static inline void
lk_object_exit(struct lk_vm *lk, struct lk_object *o)
{
	(void)lk;
	sync_mutex_drop(&o->lock);
}

static inline boolean_t
lk_object_try(struct lk_vm *lk, struct lk_object *o)
{
	(void)lk;
	return sync_mutex_try(&o->lock);
}

#endif /* LOCKING_FINE_H */
