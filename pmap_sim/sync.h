/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only words anyone above may use to synchronise: native back end.  Built
 * with SYNC_CONTROLLED they are the same words, and the scheduler's
 * (sync_ctl.h).
 *
 * A CPU that waits must go on answering shootdown interrupts, or an initiator
 * that holds what it waits for never gets its acknowledgement (hazard G11).
 * So every wait here is of one of two kinds:
 *
 *	polled	sync_spin_take: spins in cpu_relax(), which serves the
 *		mailbox of the CPU that spins;
 *	idle	sync_mutex_take, sync_rcu_barrier: cannot poll, so the CPU goes
 *		idle for the length of the wait and initiators skip it.
 *
 * After SYNC_SPINS tries a spinner gives its core away: a CPU is not
 * preempted, the OS thread that plays it is.
 *
 * All atomics are C11 operations on the variable itself.  There is no bare
 * fence in the tree: ThreadSanitizer does not model one.
 */
#ifndef PMAP_SIM_SYNC_H
#define PMAP_SIM_SYNC_H

/* So many bytes apart stands what two CPUs write at a time: processors fetch
 * lines in pairs, and a pair goes to and fro as a line does.  Where one runs at
 * a time a line will do: what is put back before each run is the less. */
#ifdef SYNC_CONTROLLED
#define SYNC_APART 64
#else
#define SYNC_APART 128
#endif

#ifdef SYNC_CONTROLLED
#include "pmap_sim/sync_ctl.h"
#else

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "pmap_sim/count.h"
#include "pmap_sim/unseen.h"

#include "pmap_sim/sanitizer.h"

#ifdef SANITIZER_TSAN
#define SYNC_TSAN 1
#endif
#define SYNC_TSAN_(call) SANITIZER_TSAN_(call)

/* The CPU's side of a wait: pmap_sim/cpu.c. */
void cpu_relax_after(unsigned spins);
void cpu_idle_enter(void);
void cpu_idle_exit(void);

/* A wait of one turn: a moment's pause; and the core, to another thread. */
static inline void
sync_pause(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

static inline void
sync_give_way(void)
{
	sched_yield();
}

/* --- Atomic words ------------------------------------------------------- */

#define sync_load(p)             __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define sync_load_relaxed(p)     __atomic_load_n((p), __ATOMIC_RELAXED)
#define sync_store(p, v)         __atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define sync_store_relaxed(p, v) __atomic_store_n((p), (v), __ATOMIC_RELAXED)
#define SYNC_RMW(p, call)        (event_rmw(p), (call))
#define sync_swap(p, v)                                                        \
	SYNC_RMW((p), __atomic_exchange_n((p), (v), __ATOMIC_SEQ_CST))
#define sync_add(p, v)                                                         \
	SYNC_RMW((p), __atomic_add_fetch((p), (v), __ATOMIC_ACQ_REL))
#define sync_add_release(p, v)                                                 \
	SYNC_RMW((p), __atomic_add_fetch((p), (v), __ATOMIC_RELEASE))
#define sync_add_relaxed(p, v)                                                 \
	SYNC_RMW((p), __atomic_add_fetch((p), (v), __ATOMIC_RELAXED))
#define sync_or(p, v)                                                          \
	SYNC_RMW((p), __atomic_fetch_or((p), (v), __ATOMIC_SEQ_CST))
#define sync_and(p, v)                                                         \
	SYNC_RMW((p), __atomic_fetch_and((p), (v), __ATOMIC_SEQ_CST))
/* On failure *e holds what was found. */
#define sync_cas(p, e, v)                                                      \
	event_cas((p), __atomic_compare_exchange_n((p), (e), (v), 0,           \
			   __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE))

/*
 * What p points to will be read, and written next.  Its line comes once, to be
 * written; a load alone would fetch a copy, and the write would have to ask for
 * the line again.  Far, that second journey is 100 ns.
 */
static inline void
sync_want(const void *p)
{
#if defined(__x86_64__)
	__asm__ volatile("prefetchw %0" : : "m"(*(const char *)p));
#else
	__builtin_prefetch(p, 1);
#endif
}

/*
 * After a compare-and-swap that another CPU was ahead of: longer each time, up
 * to a bound (Anderson, 1990).  Who tries again at once takes the line from who
 * has just got it, and gives it back unused; left alone, that one does some
 * dozen operations while it has the line.
 */
#define SYNC_BACKOFF_LEAST    32u /* pauses; of 23 ns each on a Zen 5 */
#define SYNC_BACKOFF_MOST     256u

static inline void
sync_back_off(unsigned *pauses)
{
	for (unsigned i = 0; i < *pauses; i++)
		sync_pause();
	if (*pauses < SYNC_BACKOFF_MOST)
		*pauses *= 2;
}

/* A CPU says that it has stopped. */
#define sync_ack(p)           sync_store((p), 0)
/* Of a user instruction. */
#define sync_user_load(p)     sync_load_relaxed(p)
#define sync_user_store(p, v) sync_store_relaxed((p), (v))

/* A verb that does nothing: under the scheduler, a place where others run. */
#define sync_empty(p)         ((void)(p))

/* Hardware looks at its own lines: nothing is ordered. */
#define sync_peek(p)          __atomic_load_n((p), __ATOMIC_RELAXED)

/* A statistic: counts by anyone, exact when all is quiet, orders nothing. */
#define sync_count(p)         ((void)sync_add_relaxed((p), 1))
/* A statistic of one writer: no locked instruction. */
#define sync_count_own(p)                                                      \
	do {                                                                   \
		__typeof__(p) count_ = (p);                                    \
                                                                               \
		__atomic_store_n(count_,                                       \
		    __atomic_load_n(count_, __ATOMIC_RELAXED) + 1,             \
		    __ATOMIC_RELAXED);                                         \
	} while (0)

/* --- Spin locks: the original's simple locks ---------------------------- */

/*
 * Whose it is: 0 nobody's.  With self-checks an address on the owner's stack,
 * which costs nothing to know and tells the watchdog who it is.
 */
#ifdef VM_CHECKS
typedef uintptr_t sync_owner_t;
#define SYNC_ME ((uintptr_t)__builtin_frame_address(0))
/* TRUE: it was free.  Not a swap, which would write over the owner. */
#define SYNC_GRAB(p)                                                           \
	SYNC_RMW((p), __atomic_compare_exchange_n((p), &(sync_owner_t){ 0 },   \
			  SYNC_ME, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
#else
typedef int sync_owner_t;
#define SYNC_GRAB(p)                                                           \
	SYNC_RMW((p), __atomic_exchange_n((p), 1, __ATOMIC_ACQUIRE) == 0)
#endif

struct sync_spin {
	sync_owner_t held;
};

#define SYNC_SPIN_INIT                                                         \
	{                                                                      \
		0                                                              \
	}

static inline void
sync_spin_init(struct sync_spin *s)
{
	s->held = 0;
	SYNC_TSAN_(__tsan_mutex_create(s, __tsan_mutex_not_static));
}

static inline void
sync_spin_fini(struct sync_spin *s)
{
	(void)s;
	SYNC_TSAN_(__tsan_mutex_destroy(s, 0));
}

/* TRUE if taken. */
static inline bool
sync_spin_try(struct sync_spin *s)
{
	SYNC_TSAN_(__tsan_mutex_pre_lock(s, __tsan_mutex_try_lock));
	bool took = event_try(SYNC_GRAB(&s->held));
	SYNC_TSAN_(__tsan_mutex_post_lock(s,
	    __tsan_mutex_try_lock | (took ? 0 : __tsan_mutex_try_lock_failed),
	    0));
	return took;
}

/* Is it held, by anybody?  For who only waits for it to be free. */
#define sync_spin_is_held(s) (sync_load(&(s)->held) != 0)

void sync_spin_wait(struct sync_spin *s);

/* Take; never sleeps; serves shootdowns while it spins. */
static inline void
sync_spin_take(struct sync_spin *s)
{
	SYNC_TSAN_(__tsan_mutex_pre_lock(s, 0));
	if (!event_try(SYNC_GRAB(&s->held))) {
		SYNC_TSAN_(__tsan_mutex_pre_divert(s, 0));
		sync_spin_wait(s);
		SYNC_TSAN_(__tsan_mutex_post_divert(s, 0));
	}
	SYNC_TSAN_(__tsan_mutex_post_lock(s, 0, 0));
}

/* Only by whoever took it. */
static inline void
sync_spin_drop(struct sync_spin *s)
{
	SYNC_TSAN_(__tsan_mutex_pre_unlock(s, 0));
	__atomic_store_n(&s->held, 0, __ATOMIC_RELEASE);
	SYNC_TSAN_(__tsan_mutex_post_unlock(s, 0));
}

/*
 * The same, and ThreadSanitizer is told nothing: for who keeps all that the
 * lock guards unseen, and says himself what is ordered.  One kind of these two
 * for the whole life of a lock; this one begins zeroed.
 */
UNSEEN static inline void
sync_spin_take_unseen(struct sync_spin *s)
{
	if (!event_try(SYNC_GRAB(&s->held)))
		sync_spin_wait(s);
}

UNSEEN static inline void
sync_spin_drop_unseen(struct sync_spin *s)
{
	__atomic_store_n(&s->held, 0, __ATOMIC_RELEASE);
}

/* --- Mutexes: waiters sleep, their CPU idles ---------------------------- */

struct sync_mutex {
	pthread_mutex_t m;
#ifdef VM_CHECKS
	sync_owner_t owner; /* relaxed; the last one */
#endif
};

static inline void
sync_mutex_is_mine(struct sync_mutex *s)
{
	(void)s;
#ifdef VM_CHECKS
	sync_store_relaxed(&s->owner, SYNC_ME);
#endif
}

static inline void
sync_mutex_init(struct sync_mutex *s)
{
	pthread_mutex_init(&s->m, NULL);
}

static inline void
sync_mutex_fini(struct sync_mutex *s)
{
	pthread_mutex_destroy(&s->m);
}

static inline bool
sync_mutex_try(struct sync_mutex *s)
{
	if (!event_try(SYNC_RMW(&s->m, pthread_mutex_trylock(&s->m) == 0)))
		return false;
	sync_mutex_is_mine(s);
	return true;
}

void sync_mutex_wait(struct sync_mutex *s);

static inline void
sync_mutex_take(struct sync_mutex *s)
{
	if (!sync_mutex_try(s))
		sync_mutex_wait(s);
}

static inline void
sync_mutex_drop(struct sync_mutex *s)
{
	(void)SYNC_RMW(&s->m, pthread_mutex_unlock(&s->m));
}

/* --- RCU: liburcu's memb flavour, told to ThreadSanitizer here ---------- */

struct sync_rcu_head {
	void *opaque[2]; /* struct rcu_head of the library */
	void (*free)(struct sync_rcu_head *head);
#ifdef SYNC_TSAN
	unsigned long number; /* of its retirement: sync_rcu_tsan.c */
#endif
};

/* A section may not sleep, nor leave its OS thread.  Sections nest. */
void sync_rcu_enter(void);
void sync_rcu_exit(void);

/* Call free(head) once every section open now has ended. */
void sync_rcu_retire(
    struct sync_rcu_head *head, void (*free)(struct sync_rcu_head *head));

/*
 * Return when every callback retired so far has run, and so every section open
 * now has ended.  The CPU idles.  Not from a section, nor from a callback.
 */
void sync_rcu_barrier(void);

/* Every OS thread that reads says so first, and takes its leave. */
void sync_rcu_thread_init(void);
void sync_rcu_thread_fini(void);

#endif /* SYNC_CONTROLLED */

#endif /* PMAP_SIM_SYNC_H */
