/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RCU's promise, drawn for ThreadSanitizer, which cannot see into liburcu.
 *
 * THE PROMISE.  Of a retirement and a section one is first.  Either the section
 * began before, and then all of it comes before the callback; or it begins
 * after, and then it sees all that went before the retirement.  liburcu keeps
 * more: its grace period begins some milliseconds late, and waits for many a
 * section that nobody asked it to wait for.  A program that lives on that is
 * wrong, and looks right for years.
 *
 * So what is drawn is the promise, as if each grace period began at the very
 * call that asks for it.  Retirements are numbered; a section notes, once it is
 * open, how many there were.
 *
 *	section that noted s		retirement number r
 *	(library: open)			release(removed)
 *	s = retirements			r = retirements++
 *	acquire(removed)		(library: queue it)
 *	...
 *	release(ended[s])		callback: acquire(ended[0 .. r])
 *	(library: close)
 *
 * s <= r: the section was open when the callback was queued; the library waits
 * for it, and its end is in ended[s] by then.  s > r: it read the count from
 * the retirement's own increment, so it truly sees the removal, and acquire()
 * finds the release.  Nobody draws its end, and if it touches what was retired,
 * by a pointer kept from an earlier section perhaps, that is a race.
 *
 * Callbacks run in one thread, whose clock keeps what it has acquired: each
 * acquires only the numbers that are new.  The ends of late sections share a
 * slot with early ones once SLOTS retirements are under way at a time; then
 * too much is ordered, never too little.
 *
 * All of it is unseen: the count would order everybody with everybody, and
 * threads of the VM that take turns on one OS thread share its `here`.
 */
#include "pmap_sim/sync_rcu_tsan.h"

#ifdef SYNC_TSAN

#include "pmap_sim/unseen.h"

#define SLOTS 1024

void AnnotateIgnoreSyncBegin(const char *file, int line);
void AnnotateIgnoreSyncEnd(const char *file, int line);

static unsigned long retirements; /* (a) */
static unsigned long drawn;       /* numbers below: the callbacks' thread's */

/* Addresses that edges hang on. */
static long removed;
static long ended[SLOTS];

/* The section this OS thread is in; a section does not leave it. */
static __thread struct {
	unsigned depth;
	unsigned long noted;
} here;

UNSEEN_BEGIN

void
sync_rcu_tsan_enter(void)
{
	if (here.depth++ > 0)
		return;
	/* Partner: the increment in retire.  What follows may not move up. */
	here.noted = __atomic_load_n(&retirements, __ATOMIC_ACQUIRE);
	__tsan_acquire(&removed);
}

void
sync_rcu_tsan_exit(void)
{
	if (--here.depth > 0)
		return;
	__tsan_release(&ended[here.noted % SLOTS]);
}

void
sync_rcu_tsan_retire(struct sync_rcu_head *head)
{
	__tsan_release(&removed);
	/* Partner: the load in enter.  The removal may not move down. */
	head->number = __atomic_fetch_add(&retirements, 1, __ATOMIC_ACQ_REL);
	__tsan_release(head);
}

void
sync_rcu_tsan_reclaim(struct sync_rcu_head *head)
{
	__tsan_acquire(head);
	if (head->number >= drawn + SLOTS)
		drawn = head->number - SLOTS + 1; /* each slot once */
	for (; drawn <= head->number; drawn++)
		__tsan_acquire(&ended[drawn % SLOTS]);
}

void
sync_rcu_tsan_library_enter(void)
{
	AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
}

void
sync_rcu_tsan_library_exit(void)
{
	AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
}

UNSEEN_END

#endif /* SYNC_TSAN */
