/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strategy "global": one mutex plays every role.
 *
 * The correctness yardstick: nothing in core/ runs beside anything else, but
 * for what sleeps.  Roles nest, so the mutex counts its owner's depth; a CPU
 * is its owner, because no thread leaves its CPU with a role held.
 *
 *	role		mechanism	to read		to write
 *	every one	lk->giant	hold		hold
 *
 * Order: none to keep, there is one lock.
 *
 * Gives up: all parallelism.  Memory retires at once.
 */
#ifndef LOCKING_GLOBAL_H
#define LOCKING_GLOBAL_H

#include "locking/contract.h"
#include "pmap_sim/cpu.h"

struct lk_vm {
	LK_ROLES;
	_Alignas(SYNC_APART) struct sync_mutex giant;
	struct cpu *owner; /* (a) compared with oneself only */
	unsigned depth;    /* by the owner */
};

#define LK_LOCKS(ONE, EACH) ONE("giant", giant)

struct LK_ROLE("object") lk_object {
};

struct lk_ref {
	int count; /* (o) */
};

#include "locking/ref_plain.h"
#include "locking/retire_now.h"
#include "locking/verbs.h"

static inline void
lk_giant_enter(struct lk_vm *lk)
{
	struct cpu *self = curcpu();

	if (sync_load_relaxed(&lk->owner) != self) {
		sync_mutex_take(&lk->giant);
		sync_store_relaxed(&lk->owner, self);
	}
	lk->depth++;
}

static inline void
lk_giant_exit(struct lk_vm *lk)
{
	if (--lk->depth == 0) {
		sync_store_relaxed(&lk->owner, NULL);
		sync_mutex_drop(&lk->giant);
	}
}

static inline boolean_t
lk_giant_try(struct lk_vm *lk)
{
	struct cpu *self = curcpu();

	if (sync_load_relaxed(&lk->owner) != self) {
		if (!sync_mutex_try(&lk->giant))
			return FALSE;
		sync_store_relaxed(&lk->owner, self);
	}
	lk->depth++;
	return TRUE;
}

static inline void
lk_init(struct lk_vm *lk, struct machine *m)
{
	(void)m;
	sync_mutex_init(&lk->giant);
	lk->owner = NULL;
	lk->depth = 0;
}

static inline void
lk_fini(struct lk_vm *lk)
{
	sync_mutex_fini(&lk->giant);
}

static inline void
lk_object_init(struct lk_object *o)
{
	(void)o;
}

static inline void
lk_object_fini(struct lk_object *o)
{
	(void)o;
}

static inline void
lk_object_enter(struct lk_vm *lk, struct lk_object *o)
{
	(void)o;
	lk_giant_enter(lk);
}

static inline void
lk_object_exit(struct lk_vm *lk, struct lk_object *o)
{
	(void)o;
	lk_giant_exit(lk);
}

static inline boolean_t
lk_object_try(struct lk_vm *lk, struct lk_object *o)
{
	(void)o;
	return lk_giant_try(lk);
}

static inline void
lk_objects_enter(struct lk_vm *lk, unsigned list)
{
	(void)list;
	lk_giant_enter(lk);
}

static inline void
lk_objects_exit(struct lk_vm *lk, unsigned list)
{
	(void)list;
	lk_giant_exit(lk);
}

static inline void
lk_cache_enter(struct lk_vm *lk)
{
	lk_giant_enter(lk);
}

static inline void
lk_cache_exit(struct lk_vm *lk)
{
	lk_giant_exit(lk);
}

static inline void
lk_queues_enter(struct lk_vm *lk)
{
	lk_giant_enter(lk);
}

static inline void
lk_queues_exit(struct lk_vm *lk)
{
	lk_giant_exit(lk);
}

static inline void
lk_freequeue_enter(struct lk_vm *lk)
{
	lk_giant_enter(lk);
}

static inline void
lk_freequeue_exit(struct lk_vm *lk)
{
	lk_giant_exit(lk);
}

static inline void
lk_cache_enter_inner(struct lk_vm *lk)
{
	lk_giant_enter(lk);
}

static inline void
lk_cache_exit_inner(struct lk_vm *lk)
{
	lk_giant_exit(lk);
}

static inline void
lk_pagehash_enter(struct lk_vm *lk, unsigned bucket)
{
	(void)bucket;
	lk_giant_enter(lk);
}

static inline void
lk_pagehash_exit(struct lk_vm *lk, unsigned bucket)
{
	(void)bucket;
	lk_giant_exit(lk);
}

static inline void
lk_identity_enter(struct lk_vm *lk, const void *pager)
{
	(void)pager;
	lk_giant_enter(lk);
}

static inline void
lk_identity_exit(struct lk_vm *lk, const void *pager)
{
	(void)pager;
	lk_giant_exit(lk);
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

#endif /* LOCKING_GLOBAL_H */
