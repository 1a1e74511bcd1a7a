/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verbs, counted by role: in builds with VMRACE_COUNT (pmap_sim/count.h).
 * What is counted is what core/ asked for.  What that cost is counted below:
 * a strategy may have nothing to do for it.
 */
#ifndef LOCKING_COUNTED_H
#define LOCKING_COUNTED_H

#include LK_STRATEGY_HEADER

#if defined(VMRACE_COUNT) && !defined(SYNC_CONTROLLED)

#include "pmap_sim/count.h"

#ifdef VM_CHECKS
#error "a build counts or checks: locking/held.h has the verbs already"
#endif

LK_UNCHECKED static inline boolean_t
lk_counted_object_try(struct lk_vm *lk, struct lk_object *o) LK_TRIES(*o)
{
	event_count(EVENT_role_object);
	return lk_object_try(lk, o);
}

#define lk_object_try(lk, o) lk_counted_object_try((lk), (o))
#define lk_object_enter(lk, o)                                                 \
	(event_count(EVENT_role_object), lk_object_enter((lk), (o)))
#define lk_identity_enter(lk, pager)                                           \
	(event_count(EVENT_role_identity), lk_identity_enter((lk), (pager)))
#define lk_cache_enter(lk) (event_count(EVENT_role_cache), lk_cache_enter(lk))
#define lk_cache_enter_inner(lk)                                               \
	(event_count(EVENT_role_cache), lk_cache_enter_inner(lk))
#define lk_objects_enter(lk, list)                                             \
	(event_count(EVENT_role_objects), lk_objects_enter((lk), (list)))
#define lk_queues_enter(lk)                                                    \
	(event_count(EVENT_role_queues), lk_queues_enter(lk))
#define lk_pagehash_enter(lk, bucket)                                          \
	(event_count(EVENT_role_pagehash), lk_pagehash_enter((lk), (bucket)))
#define lk_freequeue_enter(lk)                                                 \
	(event_count(EVENT_role_freequeue), lk_freequeue_enter(lk))

#endif

#endif /* LOCKING_COUNTED_H */
