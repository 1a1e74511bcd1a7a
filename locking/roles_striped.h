/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Identity and page-hash striped, the cache list under a lock of its own; the
 * other roles as in roles_apart.h.
 *
 * An object without a pager has no identity to hold: nobody can look it up.
 * The kind of lock is LK_LOCK, sync_spin or sync_mutex.
 */
#ifndef LOCKING_ROLES_STRIPED_H
#define LOCKING_ROLES_STRIPED_H

#define LK_STRIPES 64

/* Page-hash locks: as many, each on a line of its own, unless the strategy says
 * otherwise.  Neighbouring buckets have neighbouring locks. */
#ifndef LK_BUCKET_LOCKS
#define LK_BUCKET_LOCKS LK_STRIPES
#define LK_BUCKET_ALIGN SYNC_APART
#endif

#ifndef LK_OBJECT_LISTS
#define LK_OBJECT_LISTS 1
#endif

struct lk_vm {
	LK_ROLES;
	_Alignas(SYNC_APART) struct LK_LOCK cache_lock;
	struct {
		_Alignas(SYNC_APART) struct LK_LOCK m;
	} object_list_lock[LK_OBJECT_LISTS];
	_Alignas(SYNC_APART) struct LK_LOCK page_queue_lock;
	_Alignas(SYNC_APART) struct LK_LOCK free_lock;
	struct {
		_Alignas(SYNC_APART) struct LK_LOCK m;
	} identity_lock[LK_STRIPES];
	struct {
		_Alignas(LK_BUCKET_ALIGN) struct LK_LOCK m;
	} bucket_lock[LK_BUCKET_LOCKS];
};

#define LK_LOCKS(ONE, EACH)                                                    \
	ONE("cache-list", cache_lock)                                          \
	EACH("object-list", object_list_lock)                                  \
	ONE("page-queue", page_queue_lock)                                     \
	ONE("free-queue", free_lock)                                           \
	EACH("identity", identity_lock)                                        \
	EACH("page-hash", bucket_lock)

struct LK_ROLE("object") lk_object {
	struct LK_LOCK lock;
};

#include "locking/verbs.h"

#include "locking/roles_apart.h"

static inline unsigned
lk_identity_stripe(const void *pager)
{
	return (unsigned)(LK_IDENTITY_HASH(pager) % LK_STRIPES);
}

static inline void
lk_init(struct lk_vm *lk, struct machine *m)
{
	(void)m;
	lk_apart_init(lk);
	lk_lock_init(&lk->cache_lock);
	for (unsigned i = 0; i < LK_STRIPES; i++)
		lk_lock_init(&lk->identity_lock[i].m);
	for (unsigned i = 0; i < LK_BUCKET_LOCKS; i++)
		lk_lock_init(&lk->bucket_lock[i].m);
}

static inline void
lk_fini(struct lk_vm *lk)
{
	lk_apart_fini(lk);
	lk_lock_fini(&lk->cache_lock);
	for (unsigned i = 0; i < LK_STRIPES; i++)
		lk_lock_fini(&lk->identity_lock[i].m);
	for (unsigned i = 0; i < LK_BUCKET_LOCKS; i++)
		lk_lock_fini(&lk->bucket_lock[i].m);
}

static inline void
lk_cache_enter(struct lk_vm *lk)
{
	lk_lock_take(&lk->cache_lock);
}

static inline void
lk_cache_exit(struct lk_vm *lk)
{
	lk_lock_drop(&lk->cache_lock);
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
lk_pagehash_enter(struct lk_vm *lk, unsigned bucket)
{
	lk_lock_take(&lk->bucket_lock[bucket % LK_BUCKET_LOCKS].m);
}

static inline void
lk_pagehash_exit(struct lk_vm *lk, unsigned bucket)
{
	lk_lock_drop(&lk->bucket_lock[bucket % LK_BUCKET_LOCKS].m);
}

static inline void
lk_identity_enter(struct lk_vm *lk, const void *pager)
{
	if (pager != NULL)
		lk_lock_take(&lk->identity_lock[lk_identity_stripe(pager)].m);
}

static inline void
lk_identity_exit(struct lk_vm *lk, const void *pager)
{
	if (pager != NULL)
		lk_lock_drop(&lk->identity_lock[lk_identity_stripe(pager)].m);
}

static inline boolean_t
lk_identity_covers(const void *a, const void *b)
{
	if (b == NULL)
		return TRUE; /* cannot be found: nothing to hold */
	return a != NULL && lk_identity_stripe(a) == lk_identity_stripe(b);
}

#endif /* LOCKING_ROLES_STRIPED_H */
