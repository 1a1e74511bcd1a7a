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

#define HELD_MAX 14

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
	_Alignas(64) unsigned count; /* of entries */
	boolean_t taking;            /* entry[count], if it can be had */
	const struct held_site *last;
	struct held_entry entry[HELD_MAX + 1];

	_Alignas(64) enum held_wait wait;
	const void *wait_on;
	const sync_owner_t *owner; /* a word of the lock; NULL: not known */
	const char *where;         /* it sleeps: from assert_wait */
	uint64_t since_ns;

	struct held *next; /* of the machine's, for ever */
	boolean_t used;
	unsigned number; /* from 1; nobody else's before or after */
	const struct thread *thread;
	const char *name;
	unsigned id;     /* the thread's; 0: it is bound to */
	unsigned cpu;    /* this one */
	const char *low; /* its stack: what a lock's owner word points to */
	const char *high;
};

/* Who began something that another thread may end: a page made busy. */
struct held_mark {
#ifdef VM_CHECKS
	const struct held_site *site;
	unsigned number;
#endif
};

/* A record for a thread, or NULL: no memory; and back. */
struct held *held_get(struct machine *m, const struct thread *thread);
void held_put(struct held *held);
/* With the machine. */
void held_free(struct machine *m);

/* The running thread's, or NULL (pmap_sim/cpu.c). */
struct held *held_mine(void);

/* The running thread begins to wait.  NULL ok. */
struct held *
held_wait(enum held_wait wait, const void *on, const sync_owner_t *owner);
struct held *held_sleep(const void *event, const char *where);
void held_wait_over(struct held *held);

/* Turns of a spin loop before it is worth writing down. */
#define HELD_SPINS 1000

#ifdef VM_CHECKS

/* This place, in static memory. */
#define HELD_SITE(role, kind)                                                  \
	(__extension__({                                                       \
		static const struct held_site held_site = { role, kind,        \
			__func__, __FILE__, __LINE__ };                        \
		&held_site;                                                    \
	}))

/* Before a lock is taken, or tried; what it returns is for held_took(). */
UNSEEN static inline struct held *
held_take(const void *object, const struct held_site *site)
{
	struct held *held = held_mine();
	struct held_entry *entry;

	if (held == NULL)
		return NULL;
	entry = &held->entry[held->count < HELD_MAX ? held->count : HELD_MAX];
	sync_store_relaxed(&entry->site, site);
	sync_store_relaxed(&entry->object, object);
	sync_store_relaxed(&held->last, site);
	sync_store_relaxed(&held->taking, TRUE);
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
	sync_store_relaxed(&held->taking, FALSE);
}

/* Not the last one taken. */
void held_drop_inner(struct held *held, const void *object);

/* Before it is dropped. */
UNSEEN static inline void
held_drop(const void *object)
{
	struct held *held = held_mine();
	unsigned last;

	if (held == NULL || held->count == 0)
		return;
	last = held->count - 1;
	if (last < HELD_MAX && held->entry[last].object != object)
		held_drop_inner(held, object);
	else
		sync_store_relaxed(&held->count, last);
}

void held_mark(struct held_mark *mark, const struct held_site *site);

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
