/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verbs, with a note to the watchdog: who takes which role of what, where.
 *
 * Whatever the strategy, core/ says the verbs of verbs.h and gets these, which
 * write the thread's record (pmap_sim/held.h) and then do as the strategy does.
 * So a new strategy is watched for nothing.  Builds without VM_CHECKS have the
 * bare verbs.
 *
 * A record names what core/ asked for, an object or a pager.  A lock that plays
 * several roles is found by its owner, not by name.
 */
#ifndef LOCKING_HELD_H
#define LOCKING_HELD_H

#include LK_STRATEGY_HEADER

#include "pmap_sim/held.h"

#if defined(VM_CHECKS) && !defined(SYNC_CONTROLLED)

/* What a thread holds once at most. */
enum lk_held {
	LK_OBJECTS,
	LK_CACHE,
	LK_QUEUES,
	LK_FREE,
	LK_BUCKET,
	LK_LOOKUP,
	LK_PERCPU,
};

_Static_assert(LK_PERCPU < HELD_SLOTS, "a slot for each");

/* --- object: `at` is where it stands in what core/ calls an object -------- */

LK_UNCHECKED static inline void
lk_held_object_enter(struct lk_vm *lk, struct lk_object *o, size_t at,
    const struct held_site *site) LK_ACQUIRES(*o)
{
	struct held *held = held_take((const char *)o - at, site);

	lk_object_enter(lk, o);
	held_took(held, TRUE);
}

LK_UNCHECKED static inline void
lk_held_object_exit(struct lk_vm *lk, struct lk_object *o, size_t at)
    LK_RELEASES(*o)
{
	held_drop((const char *)o - at);
	lk_object_exit(lk, o);
}

LK_UNCHECKED static inline boolean_t
lk_held_object_try(struct lk_vm *lk, struct lk_object *o, size_t at,
    const struct held_site *site) LK_TRIES(*o)
{
	struct held *held = held_take((const char *)o - at, site);
	boolean_t took = lk_object_try(lk, o);

	held_took(held, took);
	return took;
}

/* --- identity, page-hash ------------------------------------------------- */

LK_UNCHECKED static inline void
lk_held_identity_enter(struct lk_vm *lk, const void *pager,
    const struct held_site *site) LK_ACQUIRES(lk->identity)
{
	struct held *held = pager != NULL ? held_take(pager, site) : NULL;

	lk_identity_enter(lk, pager);
	held_took(held, TRUE);
}

LK_UNCHECKED static inline void
lk_held_identity_exit(struct lk_vm *lk, const void *pager)
    LK_RELEASES(lk->identity)
{
	if (pager != NULL)
		held_drop(pager);
	lk_identity_exit(lk, pager);
}

LK_UNCHECKED static inline void
lk_held_pagehash_enter(struct lk_vm *lk, unsigned bucket,
    const struct held_site *site) LK_ACQUIRES(lk->pagehash)
{
	struct held *held = held_take_slot(LK_BUCKET, site);

	lk_pagehash_enter(lk, bucket);
	held_took_slot(held, LK_BUCKET, site);
}

LK_UNCHECKED static inline void
lk_held_pagehash_exit(struct lk_vm *lk, unsigned bucket)
    LK_RELEASES(lk->pagehash)
{
	held_drop_slot(LK_BUCKET);
	lk_pagehash_exit(lk, bucket);
}

/* --- what there is one of ------------------------------------------------ */

#define LK_HELD(verb, role, key)                                               \
	LK_UNCHECKED static inline void lk_held_##verb##_enter(                \
	    struct lk_vm *lk, const struct held_site *site)                    \
	    LK_ACQUIRES(lk->role)                                              \
	{                                                                      \
		struct held *held = held_take_slot(key, site);                 \
                                                                               \
		lk_##verb##_enter(lk);                                         \
		held_took_slot(held, key, site);                               \
	}                                                                      \
	LK_UNCHECKED static inline void lk_held_##verb##_exit(                 \
	    struct lk_vm *lk) LK_RELEASES(lk->role)                            \
	{                                                                      \
		held_drop_slot(key);                                           \
		lk_##verb##_exit(lk);                                          \
	}
LK_HELD(cache, cache, LK_CACHE)
LK_HELD(queues, queues, LK_QUEUES)
LK_HELD(freequeue, freequeue, LK_FREE)
#undef LK_HELD

LK_UNCHECKED static inline void
lk_held_objects_enter(struct lk_vm *lk, unsigned list,
    const struct held_site *site) LK_ACQUIRES(lk->objects)
{
	struct held *held = held_take_slot(LK_OBJECTS, site);

	lk_objects_enter(lk, list);
	held_took_slot(held, LK_OBJECTS, site);
}

LK_UNCHECKED static inline void
lk_held_objects_exit(struct lk_vm *lk, unsigned list) LK_RELEASES(lk->objects)
{
	held_drop_slot(LK_OBJECTS);
	lk_objects_exit(lk, list);
}

LK_UNCHECKED static inline void
lk_held_cache_enter_inner(struct lk_vm *lk, const struct held_site *site)
    LK_HOLDS(lk->identity) LK_ACQUIRES(lk->cache)
{
	struct held *held = held_take_slot(LK_CACHE, site);

	lk_cache_enter_inner(lk);
	held_took_slot(held, LK_CACHE, site);
}

LK_UNCHECKED static inline void
lk_held_cache_exit_inner(struct lk_vm *lk) LK_HOLDS(lk->identity)
    LK_RELEASES(lk->cache)
{
	held_drop_slot(LK_CACHE);
	lk_cache_exit_inner(lk);
}

#if LK_BATCH
LK_UNCHECKED static inline void
lk_held_percpu_enter(struct lk_vm *lk, struct lk_percpu *p,
    const struct held_site *site) LK_ACQUIRES(*p)
{
	struct held *held = held_take_slot(LK_PERCPU, site);

	lk_percpu_enter(lk, p);
	held_took_slot(held, LK_PERCPU, site);
}

LK_UNCHECKED static inline void
lk_held_percpu_exit(struct lk_vm *lk, struct lk_percpu *p) LK_RELEASES(*p)
{
	held_drop_slot(LK_PERCPU);
	lk_percpu_exit(lk, p);
}
#endif

static inline void
lk_held_lookup_begin(struct lk_vm *lk, const struct held_site *site)
{
	struct held *held = held_take_slot(LK_LOOKUP, site);

	lk_lookup_begin(lk);
	held_took_slot(held, LK_LOOKUP, site);
}

static inline void
lk_held_lookup_end(struct lk_vm *lk)
{
	held_drop_slot(LK_LOOKUP);
	lk_lookup_end(lk);
}

/* --- The words that core/ says ------------------------------------------- */

/* struct vm_object is known where these are used. */
#define LK_OBJECT_AT offsetof(struct vm_object, lk)

#define lk_object_enter(lk, o)                                                 \
	lk_held_object_enter(                                                  \
	    (lk), (o), LK_OBJECT_AT, HELD_SITE("object", HELD_OF))
#define lk_object_exit(lk, o) lk_held_object_exit((lk), (o), LK_OBJECT_AT)
#define lk_object_try(lk, o)                                                   \
	lk_held_object_try(                                                    \
	    (lk), (o), LK_OBJECT_AT, HELD_SITE("object", HELD_OF))
#define lk_identity_enter(lk, pager)                                           \
	lk_held_identity_enter(                                                \
	    (lk), (pager), HELD_SITE("identity of pager", HELD_OF))
#define lk_identity_exit(lk, pager) lk_held_identity_exit((lk), (pager))
#define lk_pagehash_enter(lk, bucket)                                          \
	lk_held_pagehash_enter(                                                \
	    (lk), (bucket), HELD_SITE("page hash", HELD_ONLY))
#define lk_pagehash_exit(lk, bucket) lk_held_pagehash_exit((lk), (bucket))
#define lk_objects_enter(lk, list)                                             \
	lk_held_objects_enter((lk), (list), HELD_SITE("object list", HELD_ONLY))
#define lk_objects_exit(lk, list) lk_held_objects_exit((lk), (list))
#define lk_cache_enter(lk)                                                     \
	lk_held_cache_enter((lk), HELD_SITE("cache list", HELD_ONLY))
#define lk_cache_exit(lk) lk_held_cache_exit(lk)
#define lk_cache_enter_inner(lk)                                               \
	lk_held_cache_enter_inner((lk), HELD_SITE("cache list", HELD_ONLY))
#define lk_cache_exit_inner(lk) lk_held_cache_exit_inner(lk)
#define lk_queues_enter(lk)                                                    \
	lk_held_queues_enter((lk), HELD_SITE("page queues", HELD_ONLY))
#define lk_queues_exit(lk) lk_held_queues_exit(lk)
#define lk_freequeue_enter(lk)                                                 \
	lk_held_freequeue_enter((lk), HELD_SITE("free queue", HELD_ONLY))
#define lk_freequeue_exit(lk) lk_held_freequeue_exit(lk)
#define lk_percpu_enter(lk, p)                                                 \
	lk_held_percpu_enter((lk), (p), HELD_SITE("per-CPU", HELD_ONLY))
#define lk_percpu_exit(lk, p) lk_held_percpu_exit((lk), (p))
#define lk_lookup_begin(lk)                                                    \
	lk_held_lookup_begin((lk), HELD_SITE("lookup section", HELD_READING))
#define lk_lookup_end(lk) lk_held_lookup_end(lk)

#endif /* VM_CHECKS */

#endif /* LOCKING_HELD_H */
