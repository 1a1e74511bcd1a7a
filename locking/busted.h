/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strategy "busted": no locking.  The positive control of every suite.
 *
 * Every verb is empty and every count is plain.  With one CPU and no daemon it
 * must pass whatever the others pass; with two, ThreadSanitizer and the oracles
 * must convict it.  Map locks, busy pages, event queues and the pmap are not
 * the strategy's and keep working: it breaks the module, not the harness.
 *
 *	role		mechanism	to read		to write
 *	every one	none		just do		just do
 */
#ifndef LOCKING_BUSTED_H
#define LOCKING_BUSTED_H

#include "locking/contract.h"

struct lk_vm {
	LK_ROLES;
};

struct LK_ROLE("object") lk_object {
};

struct lk_ref {
	int count;
};

#include "locking/ref_plain.h"
#include "locking/retire_now.h"
#include "locking/verbs.h"

static inline void
lk_init(struct lk_vm *lk, struct machine *m)
{
	(void)lk;
	(void)m;
}

static inline void
lk_fini(struct lk_vm *lk)
{
	(void)lk;
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
	sync_empty(lk);
	(void)o;
}

static inline void
lk_object_exit(struct lk_vm *lk, struct lk_object *o)
{
	sync_empty(lk);
	(void)o;
}

static inline boolean_t
lk_object_try(struct lk_vm *lk, struct lk_object *o)
{
	sync_empty(lk);
	(void)o;
	return TRUE;
}

static inline void
lk_objects_enter(struct lk_vm *lk, unsigned list)
{
	(void)list;
	sync_empty(lk);
}

static inline void
lk_objects_exit(struct lk_vm *lk, unsigned list)
{
	(void)list;
	sync_empty(lk);
}

static inline void
lk_cache_enter(struct lk_vm *lk)
{
	sync_empty(lk);
}

static inline void
lk_cache_exit(struct lk_vm *lk)
{
	sync_empty(lk);
}

static inline void
lk_queues_enter(struct lk_vm *lk)
{
	sync_empty(lk);
}

static inline void
lk_queues_exit(struct lk_vm *lk)
{
	sync_empty(lk);
}

static inline void
lk_freequeue_enter(struct lk_vm *lk)
{
	sync_empty(lk);
}

static inline void
lk_freequeue_exit(struct lk_vm *lk)
{
	sync_empty(lk);
}

static inline void
lk_cache_enter_inner(struct lk_vm *lk)
{
	sync_empty(lk);
}

static inline void
lk_cache_exit_inner(struct lk_vm *lk)
{
	sync_empty(lk);
}

static inline void
lk_pagehash_enter(struct lk_vm *lk, unsigned bucket)
{
	sync_empty(lk);
	(void)bucket;
}

static inline void
lk_pagehash_exit(struct lk_vm *lk, unsigned bucket)
{
	sync_empty(lk);
	(void)bucket;
}

static inline void
lk_identity_enter(struct lk_vm *lk, const void *pager)
{
	sync_empty(lk);
	(void)pager;
}

static inline void
lk_identity_exit(struct lk_vm *lk, const void *pager)
{
	sync_empty(lk);
	(void)pager;
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
	ref->count++;
	return TRUE;
}

static inline boolean_t
lk_ref_put_fast(struct lk_ref *ref)
{
	if (ref->count == 1)
		return FALSE;
	ref->count--;
	return TRUE;
}

#endif /* LOCKING_BUSTED_H */
