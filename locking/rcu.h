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
 *	reference	object->ref.count, atomic	load		see
 *contract.h
 *
 * Order: contract.h's.  Nothing is taken inside an RCU section.
 *
 * Gives up: memory comes back late.  Hash entries and objects that were ever
 * hashed go through call_rcu; whoever needs it back at once calls the barrier.
 */
#ifndef LOCKING_RCU_H
#define LOCKING_RCU_H

#include "locking/contract.h"

#define LK_STRIPES         64
#define LK_LOOKUP_LOCKFREE 1

struct lk_vm {
	LK_ROLES;
	_Alignas(64) struct sync_spin cache_lock;
	_Alignas(64) struct sync_spin object_list_lock;
	_Alignas(64) struct sync_spin page_queue_lock;
	_Alignas(64) struct sync_spin free_lock;
	struct {
		_Alignas(64) struct sync_spin m;
	} identity_lock[LK_STRIPES], bucket_lock[LK_STRIPES];
};

struct LK_ROLE("object") lk_object {
	struct sync_spin lock;
};

struct lk_ref {
	int count; /* (a) */
};

#include "locking/ref_atomic.h"
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
	sync_spin_init(&lk->cache_lock);
	sync_spin_init(&lk->object_list_lock);
	sync_spin_init(&lk->page_queue_lock);
	sync_spin_init(&lk->free_lock);
	for (unsigned i = 0; i < LK_STRIPES; i++) {
		sync_spin_init(&lk->identity_lock[i].m);
		sync_spin_init(&lk->bucket_lock[i].m);
	}
}

static inline void
lk_fini(struct lk_vm *lk)
{
	sync_spin_fini(&lk->cache_lock);
	sync_spin_fini(&lk->object_list_lock);
	sync_spin_fini(&lk->page_queue_lock);
	sync_spin_fini(&lk->free_lock);
	for (unsigned i = 0; i < LK_STRIPES; i++) {
		sync_spin_fini(&lk->identity_lock[i].m);
		sync_spin_fini(&lk->bucket_lock[i].m);
	}
}

static inline void
lk_objects_enter(struct lk_vm *lk)
{
	sync_spin_take(&lk->object_list_lock);
}

static inline void
lk_objects_exit(struct lk_vm *lk)
{
	sync_spin_drop(&lk->object_list_lock);
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
	sync_spin_take(&lk->page_queue_lock);
}

static inline void
lk_queues_exit(struct lk_vm *lk)
{
	sync_spin_drop(&lk->page_queue_lock);
}

static inline void
lk_freequeue_enter(struct lk_vm *lk)
{
	sync_spin_take(&lk->free_lock);
}

static inline void
lk_freequeue_exit(struct lk_vm *lk)
{
	sync_spin_drop(&lk->free_lock);
}

static inline void
lk_pagehash_enter(struct lk_vm *lk, unsigned bucket)
{
	sync_spin_take(&lk->bucket_lock[bucket % LK_STRIPES].m);
}

static inline void
lk_pagehash_exit(struct lk_vm *lk, unsigned bucket)
{
	sync_spin_drop(&lk->bucket_lock[bucket % LK_STRIPES].m);
}

static inline void
lk_identity_enter(struct lk_vm *lk, const void *pager)
{
	if (pager != NULL)
		sync_spin_take(&lk->identity_lock[lk_identity_stripe(pager)].m);
}

static inline void
lk_identity_exit(struct lk_vm *lk, const void *pager)
{
	if (pager != NULL)
		sync_spin_drop(&lk->identity_lock[lk_identity_stripe(pager)].m);
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
	sync_spin_init(&o->lock);
}

static inline void
lk_object_fini(struct lk_object *o)
{
	sync_spin_fini(&o->lock);
}

static inline void
lk_object_enter(struct lk_vm *lk, struct lk_object *o)
{
	(void)lk;
	sync_spin_take(&o->lock);
}

static inline void
lk_object_exit(struct lk_vm *lk, struct lk_object *o)
{
	(void)lk;
	sync_spin_drop(&o->lock);
}

static inline boolean_t
lk_object_try(struct lk_vm *lk, struct lk_object *o)
{
	(void)lk;
	return sync_spin_try(&o->lock);
}

static inline void
lk_lookup_begin(struct lk_vm *lk)
{
	(void)lk;
	sync_rcu_enter();
}

static inline void
lk_lookup_end(struct lk_vm *lk)
{
	(void)lk;
	sync_rcu_exit();
}

static inline void
lk_retire(struct lk_vm *lk, struct sync_rcu_head *head,
    void (*reclaim)(struct sync_rcu_head *head))
{
	(void)lk;
	sync_rcu_retire(head, reclaim);
}

static inline void
lk_retire_barrier(struct lk_vm *lk)
{
	(void)lk;
	sync_rcu_barrier();
}

#endif /* LOCKING_RCU_H */
