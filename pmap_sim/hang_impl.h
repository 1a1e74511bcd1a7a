/* SPDX-License-Identifier: BSD-2-Clause */
/* What hang.c finds out and hang_text.c says. */
#ifndef PMAP_SIM_HANG_IMPL_H
#define PMAP_SIM_HANG_IMPL_H

#include "pmap_sim/hang.h"

#define HANG_THREADS 256
#define HANG_LINE    500
#define HANG_TEXT    (64u << 10)

/* One thread as it was when looked at. */
struct hang_thread {
	struct held held;      /* a copy */
	const struct cpu *cpu; /* NULL: it is on none */
	struct held_entry holds[HELD_MAX + HELD_SLOTS];
	unsigned count;          /* of them; more may be held */
	struct held_entry wants; /* what it is taking; site NULL: nothing */
	const struct held_site *last; /* that it has taken, or NULL */
	struct hang_event event;
	uint64_t waited_ns;
	uint64_t blockers[HANG_THREADS / 64]; /* whom it waits for */
	boolean_t seen;                       /* by the search for a cycle */
};

struct hang {
	struct hang_config config;
	unsigned count, lost; /* threads; and those there was no room for */
	struct hang_thread threads[HANG_THREADS];
	unsigned path[HANG_THREADS]; /* of the search; a cycle's, if any */
	unsigned length;
	char line[HANG_LINE];
	char text[HANG_TEXT];
};

/* Is that a lock's owner word, and is it this thread's? */
boolean_t hang_owns(const struct hang_thread *t, sync_owner_t owner);
/* Does it wait for something that ought to come? */
boolean_t hang_waits(const struct hang_thread *t);
boolean_t hang_runs(const struct hang_thread *t);
/* What `holder` has that t wants; NULL: not known. */
const struct held_entry *
hang_wanted(const struct hang_thread *t, const struct hang_thread *holder);
/* The first it waits for, or NULL. */
const struct hang_thread *
hang_blocker(const struct hang *hang, const struct hang_thread *t);

/* Say it: into hang->line and hang->text. */
void hang_say_cycle(struct hang *hang, unsigned from);
void hang_say_stuck(struct hang *hang, const struct hang_thread *t);
void hang_say_livelock(struct hang *hang);
void hang_say_all(struct hang *hang);

#endif /* PMAP_SIM_HANG_IMPL_H */
