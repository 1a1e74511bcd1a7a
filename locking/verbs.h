/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verbs, with their contracts.  Included by a strategy's header after its
 * structures and before its bodies.  `lk` is the VM's struct lk_vm.
 *
 * A strategy also says, as constants:
 *
 *	LK_LOOKUP_LOCKFREE	vm_object_lookup first tries without identity
 *	LK_BATCH		frames, and pages, that a CPU moves at a time
 *				between the shared queues and what it keeps to
 *				itself; not said: it keeps nothing
 *	LK_KEPT			how many of each it keeps at most: two batches
 *				or more
 *	LK_OBJECT_LISTS		how many lists the objects are on; not said: one
 */
#ifndef LOCKING_VERBS_H
#define LOCKING_VERBS_H

#ifndef LK_BATCH
#define LK_BATCH 0
#endif
#ifndef LK_OBJECT_LISTS
#define LK_OBJECT_LISTS 1
#endif

/* The whole VM's locks; one thread. */
static inline void lk_init(struct lk_vm *lk, struct machine *m);
static inline void lk_fini(struct lk_vm *lk);

/* --- object: the original's object lock --------------------------------- */

static inline void lk_object_init(struct lk_object *o);
static inline void lk_object_fini(struct lk_object *o);
LK_UNCHECKED static inline void
lk_object_enter(struct lk_vm *lk, struct lk_object *o) LK_ACQUIRES(*o);
LK_UNCHECKED static inline void
lk_object_exit(struct lk_vm *lk, struct lk_object *o) LK_RELEASES(*o);
/* TRUE if taken: the only way to go against the order. */
LK_UNCHECKED static inline boolean_t
lk_object_try(struct lk_vm *lk, struct lk_object *o) LK_TRIES(*o);

/* --- object-list, cache-list, page-queue, page-hash, free-queue --------- */

/* One of the lists; never two at a time. */
LK_UNCHECKED static inline void
lk_objects_enter(struct lk_vm *lk, unsigned list) LK_ACQUIRES(lk->objects);
LK_UNCHECKED static inline void
lk_objects_exit(struct lk_vm *lk, unsigned list) LK_RELEASES(lk->objects);

/* To pick a victim, with nothing held. */
LK_UNCHECKED static inline void
lk_cache_enter(struct lk_vm *lk) LK_ACQUIRES(lk->cache);
LK_UNCHECKED static inline void
lk_cache_exit(struct lk_vm *lk) LK_RELEASES(lk->cache);
/* At 0 <-> 1, with identity and object held: nothing where identity and cache
 * list are one lock. */
LK_UNCHECKED static inline void lk_cache_enter_inner(struct lk_vm *lk)
    LK_HOLDS(lk->identity) LK_ACQUIRES(lk->cache);
LK_UNCHECKED static inline void lk_cache_exit_inner(struct lk_vm *lk)
    LK_HOLDS(lk->identity) LK_RELEASES(lk->cache);

LK_UNCHECKED static inline void
lk_queues_enter(struct lk_vm *lk) LK_ACQUIRES(lk->queues);
LK_UNCHECKED static inline void
lk_queues_exit(struct lk_vm *lk) LK_RELEASES(lk->queues);

LK_UNCHECKED static inline void
lk_pagehash_enter(struct lk_vm *lk, unsigned bucket) LK_ACQUIRES(lk->pagehash);
LK_UNCHECKED static inline void
lk_pagehash_exit(struct lk_vm *lk, unsigned bucket) LK_RELEASES(lk->pagehash);

LK_UNCHECKED static inline void
lk_freequeue_enter(struct lk_vm *lk) LK_ACQUIRES(lk->freequeue);
LK_UNCHECKED static inline void
lk_freequeue_exit(struct lk_vm *lk) LK_RELEASES(lk->freequeue);

/* --- per-CPU: the frames and pages that one CPU keeps to itself ---------- */

#if LK_BATCH
static inline void lk_percpu_init(struct lk_percpu *p);
static inline void lk_percpu_fini(struct lk_percpu *p);
/* One CPU's, by whatever CPU; never two at a time. */
LK_UNCHECKED static inline void
lk_percpu_enter(struct lk_vm *lk, struct lk_percpu *p) LK_ACQUIRES(*p);
LK_UNCHECKED static inline void
lk_percpu_exit(struct lk_vm *lk, struct lk_percpu *p) LK_RELEASES(*p);
#endif

/* --- identity: from a pager to its object ------------------------------- */

/*
 * Hold still what is known of one pager.  NULL is the pager of objects that
 * have none: a strategy may hold nothing for it, for they cannot be found.
 * At most one identity is held at a time.
 */
LK_UNCHECKED static inline void lk_identity_enter(
    struct lk_vm *lk, const void *pager) LK_ACQUIRES(lk->identity);
LK_UNCHECKED static inline void
lk_identity_exit(struct lk_vm *lk, const void *pager) LK_RELEASES(lk->identity);
/* Does holding the identity of a hold that of b too? */
static inline boolean_t lk_identity_covers(const void *a, const void *b);

/* --- lookup and retirement ---------------------------------------------- */

/* What is found between begin and end is not freed before end.  Nothing that
 * sleeps may stand between them.  Lock-free strategies only. */
static inline void lk_lookup_begin(struct lk_vm *lk);
static inline void lk_lookup_end(struct lk_vm *lk);

/* Free it by and by: when no lookup that may have seen it is left. */
static inline void lk_retire(struct lk_vm *lk, struct sync_rcu_head *head,
    void (*reclaim)(struct sync_rcu_head *head));
/* Everything retired has been reclaimed. */
static inline void lk_retire_barrier(struct lk_vm *lk);

/* --- references --------------------------------------------------------- */

static inline void lk_ref_init(struct lk_ref *ref, int count);
/* A stable answer needs the object role; 0 <-> 1 is stable under identity. */
static inline int lk_ref_read(struct lk_ref *ref);

/* One more, for a caller that has one.  TRUE: done.  FALSE: the strategy wants
 * the object role for it, and lk_ref_get. */
static inline boolean_t lk_ref_get_fast(struct lk_ref *ref);
/* One more, object role held. */
static inline void lk_ref_get(struct lk_ref *ref);

/* One less.  TRUE: this was not the last, done, nothing held.  FALSE: not yet,
 * and lk_ref_put has to follow; till then the reference counts. */
static inline boolean_t lk_ref_put_fast(struct lk_ref *ref);
/* One less, identity and object held, after lk_ref_put_fast has said FALSE;
 * returns what is left. */
static inline int lk_ref_put(struct lk_ref *ref);
/* One less unless it is the last, object role held.  TRUE: done. */
static inline boolean_t lk_ref_put_shared(struct lk_ref *ref);

/* One more unless there is none, inside a lookup section or with identity held.
 * FALSE, always, where a count needs the object role. */
static inline boolean_t lk_ref_get_live(struct lk_ref *ref);

/* Collapse: 1 -> 0, object role held.  FALSE: it was not 1. */
static inline boolean_t lk_ref_claim(struct lk_ref *ref);

#endif /* LOCKING_VERBS_H */
