/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sleep locks.  All state is under the interlock; a waiter asserts the lock's
 * address as its event before it lets the interlock go, so no wake-up is lost.
 * A writer announces itself first (want_write) and then waits for the readers
 * to leave, so readers cannot starve it.
 *
 * WHAT IS ORDERED is told to ThreadSanitizer here, not by the interlock, which
 * would order readers too, and hide what two faults in one map do to each
 * other:
 *
 *	the end of a write	before	every later read and write
 *	the end of a read	before	every later write
 */
#include "pmap_sim/kern_lock.h"

#include <stddef.h>

#include "pmap_sim/event.h"
#include "pmap_sim/event_impl.h"
#include "pmap_sim/machine.h"
#include "pmap_sim/panic.h"
#include "pmap_sim/thread.h"
#include "pmap_sim/unseen.h"

UNSEEN_BEGIN

/* Addresses to hang the edges on. */
#define written(l) ((void *)&(l)->want_write)
#define read_by(l) ((void *)&(l)->read_count)

void
lock_init(struct machine *m, lock_t l)
{
	*l = (struct kern_lock){ .machine = m };
}

void
lock_fini(lock_t l)
{
	(void)l;
}

static inline __attribute__((always_inline)) void
lock_enter(lock_t l)
{
	sync_spin_take_unseen(&l->interlock);
}

static void
lock_exit(lock_t l)
{
	sync_spin_drop_unseen(&l->interlock);
}

/* Interlock held before and after, not while asleep. */
static void
lock_sleep(lock_t l, const char *where)
{
	l->waiting = TRUE;
	event_assert_inside(l, where);
	lock_exit(l);
	thread_block();
	lock_enter(l);
}

/* Interlock held; let everybody look again. */
static void
lock_wake(lock_t l)
{
	if (l->waiting) {
		l->waiting = FALSE;
		event_wake_inside(l->machine, l);
	}
}

/* Interlock held; the caller breaks the rules. */
static void
lock_misused(lock_t l, const char *where, const char *how)
{
	lock_exit(l);
	panic(l->machine, "%s: %s", where, how);
}

/* Interlock held: does the caller have it recursively? */
static boolean_t
lock_is_mine(lock_t l)
{
	return l->thread != NULL && l->thread == current_thread();
}

/* Interlock held: the caller reads, writes, has read, has written. */
static void
lock_is_read(lock_t l)
{
	(void)l;
	SYNC_TSAN_(__tsan_acquire(written(l)));
}

static void
lock_is_written(lock_t l)
{
	(void)l;
	SYNC_TSAN_(__tsan_acquire(written(l)));
	SYNC_TSAN_(__tsan_acquire(read_by(l)));
}

static void
lock_was_read(lock_t l)
{
	(void)l;
	SYNC_TSAN_(__tsan_release(read_by(l)));
}

static void
lock_was_written(lock_t l)
{
	(void)l;
	SYNC_TSAN_(__tsan_release(written(l)));
}

void
lock_write_at(lock_t l, const struct held_site *site)
{
	struct held *held = held_take(l, site);

	lock_enter(l);
	if (lock_is_mine(l))
		l->recursion_depth++;
	else {
		while (l->want_write)
			lock_sleep(l, "lock_write");
		l->want_write = TRUE;
		while (l->read_count != 0 || l->want_upgrade)
			lock_sleep(l, "lock_write");
		lock_is_written(l);
	}
	lock_exit(l);
	held_took(held, TRUE);
}

void
lock_read_at(lock_t l, const struct held_site *site)
{
	struct held *held = held_take(l, site);

	lock_enter(l);
	while (!lock_is_mine(l) && (l->want_write || l->want_upgrade))
		lock_sleep(l, "lock_read");
	l->read_count++;
	lock_is_read(l);
	lock_exit(l);
	held_took(held, TRUE);
}

/* Interlock held: the writer gives up a recursion level, or all of it. */
static void
lock_undo_write(lock_t l, const char *where)
{
	lock_was_written(l);
	if (l->recursion_depth != 0)
		l->recursion_depth--;
	else if (l->want_upgrade)
		l->want_upgrade = FALSE;
	else if (l->want_write)
		l->want_write = FALSE;
	else
		lock_misused(l, where, "nobody holds it");
}

void
lock_done(lock_t l)
{
	held_drop(l);
	lock_enter(l);
	if (l->read_count != 0) {
		l->read_count--;
		lock_was_read(l);
	} else
		lock_undo_write(l, __func__);
	lock_wake(l);
	lock_exit(l);
}

boolean_t
lock_read_to_write(lock_t l)
{
	lock_enter(l);
	if (l->read_count == 0)
		lock_misused(l, __func__, "nobody reads");
	l->read_count--;
	lock_was_read(l);
	if (lock_is_mine(l)) {
		l->recursion_depth++;
		lock_exit(l);
		return FALSE;
	}
	if (l->want_upgrade) {
		/* Two upgraders would wait for each other's read. */
		lock_wake(l);
		lock_exit(l);
		held_drop(l);
		return TRUE;
	}
	l->want_upgrade = TRUE;
	while (l->read_count != 0)
		lock_sleep(l, __func__);
	lock_is_written(l);
	lock_exit(l);
	return FALSE;
}

void
lock_write_to_read(lock_t l)
{
	lock_enter(l);
	lock_undo_write(l, __func__);
	l->read_count++;
	lock_wake(l);
	lock_exit(l);
}

boolean_t
lock_try_write_at(lock_t l, const struct held_site *site)
{
	struct held *held = held_take(l, site);
	boolean_t took = TRUE;

	lock_enter(l);
	if (lock_is_mine(l))
		l->recursion_depth++;
	else if (l->want_write || l->want_upgrade || l->read_count != 0)
		took = FALSE;
	else {
		l->want_write = TRUE;
		lock_is_written(l);
	}
	lock_exit(l);
	held_took(held, took);
	return took;
}

boolean_t
lock_try_read_at(lock_t l, const struct held_site *site)
{
	struct held *held = held_take(l, site);
	boolean_t took = TRUE;

	lock_enter(l);
	if (!lock_is_mine(l) && (l->want_write || l->want_upgrade))
		took = FALSE;
	else {
		l->read_count++;
		lock_is_read(l);
	}
	lock_exit(l);
	held_took(held, took);
	return took;
}

void
lock_set_recursive(lock_t l)
{
	lock_enter(l);
	l->thread = current_thread();
	lock_exit(l);
}

void
lock_clear_recursive(lock_t l)
{
	lock_enter(l);
	if (!lock_is_mine(l))
		lock_misused(l, __func__, "another's, or nobody's");
	if (l->recursion_depth != 0)
		lock_misused(l, __func__, "levels are held");
	l->thread = NULL;
	lock_exit(l);
}

UNSEEN_END
