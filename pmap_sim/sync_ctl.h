/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of sync.h under the deterministic scheduler: controlled back end.
 *
 * Each word announces itself first and is done when its task is picked
 * (sched/sched.h).  An atomic word is then the same C11 operation on the
 * variable itself, with the same order, so that ThreadSanitizer sees what it
 * sees natively.  A lock is modelled, not executed: an owner and who wants it,
 * the next owner the policy's choice; spin lock and mutex are one thing, for
 * whoever waits is simply not runnable.
 *
 * No points: statistics (sync_count), which order nothing and are read at rest;
 * the words that are unseen by the sanitizer, whose sections are one with what
 * their callers announce.
 *
 * Nothing announces itself on the main stack: building a scene and looking at
 * what became of it are no part of an execution.
 */
#ifndef PMAP_SIM_SYNC_CTL_H
#define PMAP_SIM_SYNC_CTL_H

#include <stdbool.h>
#include <stdint.h>

#include "pmap_sim/sanitizer.h"
#include "pmap_sim/sched/sched.h"
#include "pmap_sim/unseen.h"

#define SYNC_TSAN_(call) SANITIZER_TSAN_(call)

/* The CPU's side of a wait: pmap_sim/cpu_ctl.c. */
void cpu_relax_after(unsigned spins);
void cpu_idle_enter(void);
void cpu_idle_exit(void);

/* A wait of one turn: for who polls in a loop. */
#define sync_pause()    sched_relax()
#define sync_give_way() sched_relax()

/* --- Atomic words ------------------------------------------------------- */

/* Arguments first: they are the task's own, and may be words themselves. */
#define SYNC_LOAD_(p, order)                                                   \
	(__extension__({                                                       \
		__auto_type sync_p = (p);                                      \
		sched_point(SCHED_LOAD, sync_p);                               \
		__atomic_load_n(sync_p, order);                                \
	}))
#define SYNC_CHANGE_(kind, operation, p, v, order)                             \
	(__extension__({                                                       \
		__auto_type sync_p = (p);                                      \
		__typeof__(((void)0, *sync_p)) sync_v = (v);                   \
		sched_point(kind, sync_p);                                     \
		operation(sync_p, sync_v, order);                              \
	}))
#define SYNC_STORE_(p, v, order)                                               \
	SYNC_CHANGE_(SCHED_STORE, __atomic_store_n, p, v, order)
/* A change only if the word is another then. */
#define SYNC_SWAP_(operation, p, v)                                            \
	(__extension__({                                                       \
		__auto_type sync_p = (p);                                      \
		__typeof__(((void)0, *sync_p)) sync_v = (v), sync_old;         \
		sched_point(SCHED_SWAP, sync_p);                               \
		sync_old = operation(sync_p, sync_v, __ATOMIC_SEQ_CST);        \
		if (sync_old != __atomic_load_n(sync_p, __ATOMIC_RELAXED))     \
			sched_changed();                                       \
		sync_old;                                                      \
	}))
#define SYNC_RMW_(operation, p, v, order)                                      \
	SYNC_CHANGE_(SCHED_RMW, operation, p, v, order)

#define sync_load(p)             SYNC_LOAD_(p, __ATOMIC_ACQUIRE)
#define sync_load_relaxed(p)     SYNC_LOAD_(p, __ATOMIC_RELAXED)
#define sync_store(p, v)         SYNC_STORE_(p, v, __ATOMIC_RELEASE)
#define sync_store_relaxed(p, v) SYNC_STORE_(p, v, __ATOMIC_RELAXED)
#define sync_add(p, v)           SYNC_RMW_(__atomic_add_fetch, p, v, __ATOMIC_ACQ_REL)
#define sync_add_release(p, v)                                                 \
	SYNC_RMW_(__atomic_add_fetch, p, v, __ATOMIC_RELEASE)
#define sync_add_relaxed(p, v)                                                 \
	SYNC_RMW_(__atomic_add_fetch, p, v, __ATOMIC_RELAXED)
#define sync_swap(p, v) SYNC_SWAP_(__atomic_exchange_n, p, v)
#define sync_or(p, v)   SYNC_SWAP_(__atomic_fetch_or, p, v)
#define sync_and(p, v)  SYNC_SWAP_(__atomic_fetch_and, p, v)
#define sync_ack(p)                                                            \
	SYNC_CHANGE_(SCHED_ACK, __atomic_store_n, p, 0, __ATOMIC_RELEASE)
#define sync_user_load(p)                                                      \
	(__extension__({                                                       \
		__auto_type sync_p = (p);                                      \
		sched_point(SCHED_USER_LOAD, sync_p);                          \
		__atomic_load_n(sync_p, __ATOMIC_RELAXED);                     \
	}))
#define sync_user_store(p, v)                                                  \
	SYNC_CHANGE_(SCHED_USER_STORE, __atomic_store_n, p, v, __ATOMIC_RELAXED)
/* A verb that does nothing is a place where others run. */
#define sync_empty(p) sched_point(SCHED_EMPTY, (p))
/* Hardware looks at its own lines: no point, and nothing is ordered. */
#define sync_peek(p) __atomic_load_n((p), __ATOMIC_RELAXED)
#define sync_want(p) ((void)(p))
/* Whoever is to go on is chosen; time does nothing for anybody. */
#define SYNC_BACKOFF_LEAST 0u
#define sync_back_off(p)   ((void)(p))
/* On failure *e holds what was found. */
#define sync_cas(p, e, v)                                                      \
	(__extension__({                                                       \
		__auto_type sync_p = (p);                                      \
		__auto_type sync_e = (e);                                      \
		__typeof__(((void)0, *sync_p)) sync_v = (v);                   \
		sched_point(SCHED_CAS, sync_p);                                \
		bool sync_done = __atomic_compare_exchange_n(sync_p, sync_e,   \
		    sync_v, 0, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE);            \
		if (sync_done)                                                 \
			sched_changed();                                       \
		sync_done;                                                     \
	}))

#define sync_count(p) ((void)__atomic_add_fetch((p), 1, __ATOMIC_RELAXED))
#define sync_count_own(p)                                                      \
	__atomic_store_n(                                                      \
	    (p), __atomic_load_n((p), __ATOMIC_RELAXED) + 1, __ATOMIC_RELAXED)

/* --- Spin locks and mutexes --------------------------------------------- */

struct sync_spin {
	struct sched_lock held;
};

#define SYNC_SPIN_INIT                                                         \
	{                                                                      \
		{                                                              \
			0                                                      \
		}                                                              \
	}

static inline void
sync_spin_init(struct sync_spin *s)
{
	s->held = (struct sched_lock){ 0 };
}

static inline void
sync_spin_fini(struct sync_spin *s)
{
	(void)s;
}

#define sync_spin_try(s)  sched_lock_try(&(s)->held)
#define sync_spin_take(s) sched_lock_take(&(s)->held)
#define sync_spin_drop(s) sched_lock_drop(&(s)->held)
/* Held by anybody: for who only waits for it to be free. */
#define sync_spin_is_held(s)                                                   \
	(sched_point(SCHED_LOAD, &(s)->held), sched_lock_held(&(s)->held))

/* The section is one step with what its caller does: a point, no lock.  Its
 * place is where the caller is called. */
static inline __attribute__((always_inline)) void
sync_spin_take_unseen(struct sync_spin *s)
{
	sched_point_at(SCHED_RMW, s, __builtin_return_address(0));
}

static inline void
sync_spin_drop_unseen(struct sync_spin *s)
{
	(void)s;
}

struct sync_mutex {
	struct sched_lock held;
};

static inline void
sync_mutex_init(struct sync_mutex *s)
{
	s->held = (struct sched_lock){ 0 };
}

static inline void
sync_mutex_fini(struct sync_mutex *s)
{
	(void)s;
}

#define sync_mutex_try(s)  sched_lock_try(&(s)->held)
#define sync_mutex_take(s) sched_lock_take(&(s)->held)
#define sync_mutex_drop(s) sched_lock_drop(&(s)->held)

/* --- RCU: sync_rcu_ctl.c ------------------------------------------------- */

/* What waits for a grace period. */
struct sync_rcu_grace {
	sched_set_t waits; /* for the ends of these tasks' sections */
	uint64_t number;   /* of what was asked for, in turn */
	bool asked, ended;
};

struct sync_rcu_head {
	void (*free)(struct sync_rcu_head *head);
	struct sync_rcu_head *next; /* the model's, as is what follows */
	struct sync_rcu_grace grace;
};

/* As in sync.h. */
void sync_rcu_enter(void);
void sync_rcu_exit(void);
void sync_rcu_retire(
    struct sync_rcu_head *head, void (*free)(struct sync_rcu_head *head));
void sync_rcu_barrier(void);
void sync_rcu_thread_init(void);
void sync_rcu_thread_fini(void);

#endif /* PMAP_SIM_SYNC_CTL_H */
