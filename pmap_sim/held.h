/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each thread holds and what it waits for, kept for the watchdog.
 *
 * A thread writes down a lock before it takes it, in a record of its own, and
 * strikes it out when it drops it: role, object and place.  Nobody else writes
 * there, nothing is a read-modify-write, and ThreadSanitizer is told nothing,
 * so the records order nobody.  Who reads them (hang.h) gets a picture that is
 * true once nothing moves.
 *
 * The records of a machine live as long as it does.  In builds without
 * VM_CHECKS only waits are recorded.
 */
#ifndef PMAP_SIM_HELD_H
#define PMAP_SIM_HELD_H

#include <stddef.h>

#include "pmap_sim/sync.h"
#include "pmap_sim/types.h"

#ifdef SYNC_CONTROLLED
typedef uintptr_t sync_owner_t; /* not kept: the scheduler knows */
#endif

#define HELD_SLOTS  8
#define HELD_TAKING 1  /* not yet taken */
#define HELD_MAX    16 /* a power of two; one is for what is being taken */

struct machine;
struct thread;

enum held_kind {
	HELD_OF,      /* its object says which */
	HELD_ONLY,    /* there is one of the kind, or its object says nothing */
	HELD_READING, /* no lock: what a grace period waits for */
};

/* A place where something is taken. */
struct held_site {
	const char *role;
	enum held_kind kind;
	const char *function, *file;
	unsigned line;
};

struct held_entry {
	const struct held_site *site;
	const void *object; /* unlike any other lock's of the thread */
};

enum held_wait {
	HELD_NEW,   /* has not begun */
	HELD_RUNS,  /* or could */
	HELD_LOCK,  /* for a lock: `owner` says whose */
	HELD_CPU,   /* for another CPU to acknowledge */
	HELD_GRACE, /* for a grace period */
	HELD_EVENT, /* asleep */
	HELD_REST,  /* for work: as it should be */
};

struct held {
	/* Behind the last is what is being taken, while its object is not NULL;
	 * else the last that was dropped. */
	_Alignas(64) unsigned count;
	struct held_entry entry[HELD_MAX];
	/* Of each kind that is held once at most: its site, + HELD_TAKING. */
	const char *slot[HELD_SLOTS];
	uint64_t mark; /* number << HELD_MARK_SHIFT */

	_Alignas(64) enum held_wait wait;
	const void *wait_on;
	const sync_owner_t *owner; /* a word of the lock; NULL: not known */
	const char *where;         /* it sleeps: from assert_wait */
	uint64_t since_ns;

	struct held *next; /* of the machine's, for ever */
	boolean_t used;
	unsigned short number; /* from 1; nobody else's for long */
	const struct thread *thread;
	const char *name;
	unsigned id;     /* the thread's; 0: it is bound to */
	unsigned cpu;    /* this one */
	const char *low; /* its stack: what a lock's owner word points to */
	const char *high;
};

/* Who began something that another thread may end: a page made busy.  The
 * site's address, and above it the thread's number: one store. */
struct held_mark {
#ifdef VM_CHECKS
	uint64_t word;
#endif
};

#define HELD_MARK_SHIFT 48 /* bits of an address */

/* Word by word: ThreadSanitizer sees memcpy and memset even where it sees
 * nothing else. */
void held_copy(struct held *to, const struct held *from);

/* A record for a thread, or NULL: no memory; and back. */
struct held *held_get(struct machine *m, const struct thread *thread);
void held_put(struct held *held);
/* With the machine. */
void held_free(struct machine *m);

/* The running thread's, or NULL; and who that is, when a CPU turns to another
 * (pmap_sim/cpu_held.c). */
struct held *held_mine(void);
void held_run(struct held *held);

/* The running thread begins to wait.  NULL ok. */
struct held *
held_wait(enum held_wait wait, const void *on, const sync_owner_t *owner);
struct held *held_sleep(const void *event, const char *where);
void held_wait_over(struct held *held);

#ifdef SYNC_CONTROLLED
#define held_wait(wait, on, owner) ((void)(on), (struct held *)NULL)
#define held_wait_spin(on, lock)   ((void)(on), (struct held *)NULL)
#define held_wait_over(held)       ((void)(held))
#else
#define held_wait_spin(on, lock) held_wait(HELD_LOCK, (on), &(lock)->held)
#endif

/* Turns of a spin loop before it is worth writing down. */
#define HELD_SPINS 1000

#if defined(VM_CHECKS) && !defined(SYNC_CONTROLLED)

/* held_mine(), in one instruction.  The compiler is not told what is read: it
 * might keep the address, and a fiber may wake on another OS thread. */
UNSEEN static inline struct held *
held_running(void)
{
	struct held *held;

	__asm__ volatile("movq %%fs:cpu_held@tpoff, %0" : "=r"(held));
	return held;
}

/* This place, in static memory. */
#define HELD_SITE(role, kind)                                                  \
	(__extension__({                                                       \
		static const struct held_site held_site = { role, kind,        \
			__func__, __FILE__, __LINE__ };                        \
		&held_site;                                                    \
	}))

UNSEEN static inline struct held_entry *
held_at(struct held *held, unsigned i)
{
	return &held->entry[i % HELD_MAX];
}

/* Before a lock is taken, or tried; what it returns is for held_took(). */
UNSEEN static inline struct held *
held_take(const void *object, const struct held_site *site)
{
	struct held *held = held_running();

	if (held != NULL) {
		struct held_entry *entry = held_at(held, held->count);

		sync_store_relaxed(&entry->site, site);
		sync_store_relaxed(&entry->object, object);
	}
	return held;
}

/* It is taken, or not. */
UNSEEN static inline void
held_took(struct held *held, boolean_t took)
{
	if (held == NULL)
		return;
	if (took)
		sync_store_relaxed(&held->count, held->count + 1);
	else
		sync_store_relaxed(&held_at(held, held->count)->object, NULL);
}

/* The same for what there is one of: a word, so that one store does. */
UNSEEN static inline struct held *
held_take_slot(unsigned slot, const struct held_site *site)
{
	struct held *held = held_running();

	if (held != NULL)
		sync_store_relaxed(
		    &held->slot[slot], (const char *)site + HELD_TAKING);
	return held;
}

UNSEEN static inline void
held_took_slot(struct held *held, unsigned slot, const struct held_site *site)
{
	if (held != NULL)
		sync_store_relaxed(&held->slot[slot], (const char *)site);
}

UNSEEN static inline void
held_drop_slot(unsigned slot)
{
	struct held *held = held_running();

	if (held != NULL)
		sync_store_relaxed(&held->slot[slot], NULL);
}

/* Not the last one taken. */
void held_drop_inner(struct held *held, const void *object);

/* Before it is dropped. */
UNSEEN static inline void
held_drop(const void *object)
{
	struct held *held = held_running();
	struct held_entry *entry;

	if (held == NULL)
		return;
	entry = held_at(held, held->count - 1);
	if (entry->object != object)
		held_drop_inner(held, object);
	else {
		sync_store_relaxed(&entry->object, NULL);
		sync_store_relaxed(&held->count, held->count - 1);
	}
}

UNSEEN static inline void
held_mark(struct held_mark *mark, const struct held_site *site)
{
	const struct held *held = held_running();

	sync_store_relaxed(
	    &mark->word, (uintptr_t)site | (held != NULL ? held->mark : 0));
}

#else

#define HELD_SITE(role, kind) ((const struct held_site *)NULL)

static inline struct held *
held_take(const void *object, const struct held_site *site)
{
	(void)object, (void)site;
	return NULL;
}

static inline void
held_took(struct held *held, boolean_t took)
{
	(void)held, (void)took;
}

static inline void
held_drop(const void *object)
{
	(void)object;
}

static inline void
held_mark(struct held_mark *mark, const struct held_site *site)
{
	(void)mark, (void)site;
}

#endif

#endif /* PMAP_SIM_HELD_H */
