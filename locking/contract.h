/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a locking strategy provides.
 *
 * core/ asks for roles, never for mutexes.  A role says who may touch what; a
 * strategy decides what that costs.  A strategy is one header that tells its
 * whole story, defines three structures (struct lk_vm, struct lk_object,
 * struct lk_ref), includes locking/verbs.h for the contracts, and then gives
 * the verbs their bodies.
 *
 * KEYS, on every shared field in core/:
 *
 *	(i)	immutable once a second thread can reach it
 *	(o)	object role of the object that holds the field
 *	(l)	object-list role
 *	(d)	identity role of the pager (pager -> object)
 *	(c)	cache-list role
 *	(q)	page-queue role
 *	(h)	page-hash role of the bucket
 *	(f)	free-queue role
 *	(p)	per-CPU role of the CPU whose frames or pages they are
 *	(m)	the map's sleep lock, which is no role: alike everywhere
 *	(b)	whoever has the page busy
 *	(a)	atomic
 *	(x+y)	write with both, read with either
 *
 * ORDER, outermost first:
 *
 *	map
 *	  identity
 *	    object, before what it shadows
 *	      cache-list, object-list, page-queue
 *	        per-CPU
 *	          page-hash, free-queue
 *
 * Against the grain only by trying.  No two of one line's neighbours separated
 * by a comma are held together.  A strategy may let one lock play neighbouring
 * roles; it may not reorder them.  pmap locks are leaves below everything.
 * No role is held across a sleep: vm_object_sleep lets go of the object's
 * first.
 *
 * COUNTS.  Every change of a reference count between 0 and 1 holds identity
 * (where the object has a pager) and object.  Other changes may be free of
 * locks; that is the strategy's choice.
 *
 * The attributes cost nothing and make the order of calls a matter of compile
 * time.  They check that core/ keeps the contract, not that a verb does
 * anything: "busted" compiles clean.
 */
#ifndef LOCKING_CONTRACT_H
#define LOCKING_CONTRACT_H

#include "pmap_sim/sync.h"
#include "pmap_sim/types.h"

struct machine;

#if defined(__clang__)
#define LK_ATTR(x) __attribute__((x))
#else
#define LK_ATTR(x)
#endif

#define LK_ROLE(name)    LK_ATTR(capability(name))
#define LK_ACQUIRES(...) LK_ATTR(acquire_capability(__VA_ARGS__))
#define LK_RELEASES(...) LK_ATTR(release_capability(__VA_ARGS__))
#define LK_TRIES(r)      LK_ATTR(try_acquire_capability(1, r))
#define LK_HOLDS(...)    LK_ATTR(requires_capability(__VA_ARGS__))
#define LK_WITHOUT(...)  LK_ATTR(locks_excluded(__VA_ARGS__))
#define LK_UNCHECKED     LK_ATTR(no_thread_safety_analysis)

/*
 * How many identities there are: the original's hash buckets, unless a build of
 * core/ says otherwise (bench/ has a second one, with a wide table).  A
 * strategy may merge them, not split them.
 */
#ifndef LK_IDENTITIES
#define LK_IDENTITIES 157
#endif
#define LK_IDENTITY_HASH(pager) ((uintptr_t)(pager) / 64 % LK_IDENTITIES)

/* A role as the compiler sees it: a name without size. */
struct LK_ROLE("role") lk_role {
};

/* Every strategy's struct lk_vm begins with these. */
#define LK_ROLES                                                               \
	struct lk_role identity;                                               \
	struct lk_role cache;                                                  \
	struct lk_role objects;                                                \
	struct lk_role queues;                                                 \
	struct lk_role pagehash;                                               \
	struct lk_role freequeue

/*
 * Names for people, where a lock has to be named (docs/replay.md):
 * LK_LOCKS(ONE, EACH) has ONE(role, member) for each lock of struct lk_vm and
 * EACH(role, array) for each array of them, the role as above.  A strategy that
 * has none has no such names.
 */

#endif /* LOCKING_CONTRACT_H */
