/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The original's sleep lock (lock_t): many readers or one writer, writers
 * preferred, recursive for its writer on request, upgradable (substrate.md
 * section 2.2).  Map locks are of this kind under every strategy.
 */
#ifndef PMAP_SIM_KERN_LOCK_H
#define PMAP_SIM_KERN_LOCK_H

#include "pmap_sim/held.h"
#include "pmap_sim/sync.h"
#include "pmap_sim/types.h"

struct machine;
struct thread;

struct kern_lock {
	struct sync_spin interlock; /* at the address of its event */
	struct machine *machine;
	boolean_t want_write;
	boolean_t want_upgrade;
	boolean_t waiting;
	unsigned read_count;
	unsigned recursion_depth;
	struct thread *thread; /* recursive owner, or NULL */
};

typedef struct kern_lock *lock_t;

void lock_init(struct machine *m, lock_t l);
void lock_fini(lock_t l);
/* site: for the watchdog (held.h). */
void lock_write_at(lock_t l, const struct held_site *site);
void lock_read_at(lock_t l, const struct held_site *site);
#define lock_write(l) lock_write_at((l), HELD_SITE("sleep lock", HELD_OF))
#define lock_read(l)  lock_read_at((l), HELD_SITE("sleep lock", HELD_OF))
/* Undo, in this order: a read, a recursion level, an upgrade, the write.  Held
 * by nobody: a panic. */
void lock_done(lock_t l);
/* TRUE: *failed*, and nothing is held. */
boolean_t lock_read_to_write(lock_t l);
void lock_write_to_read(lock_t l);
/* TRUE if taken. */
boolean_t lock_try_write_at(lock_t l, const struct held_site *site);
boolean_t lock_try_read_at(lock_t l, const struct held_site *site);
#define lock_try_write(l)                                                      \
	lock_try_write_at((l), HELD_SITE("sleep lock", HELD_OF))
#define lock_try_read(l) lock_try_read_at((l), HELD_SITE("sleep lock", HELD_OF))
/* The writer may take it again, to read or write, until cleared: when he has
 * undone all of that. */
void lock_set_recursive(lock_t l);
void lock_clear_recursive(lock_t l);

#endif /* PMAP_SIM_KERN_LOCK_H */
