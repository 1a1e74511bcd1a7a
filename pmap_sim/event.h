/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Event waits, by Mach's contract (substrate.md section 2.3): assert_wait puts
 * the thread on the event's queue at once, so a wake-up that comes before
 * thread_block is not lost.  Events are addresses.
 *
 * These belong to the machine: no locking strategy can break them.
 */
#ifndef PMAP_SIM_EVENT_H
#define PMAP_SIM_EVENT_H

#include "pmap_sim/types.h"

struct machine;
struct thread;

/* The running thread will wait for event; `where` names the place.  It may
 * take and drop locks before it blocks.  A second event, before it has blocked
 * or cleared the first, is a panic. */
void assert_wait_at(const void *event, const char *where);
#define assert_wait(event, interruptible) assert_wait_at((event), __func__)

/* Sleep until the asserted event is signalled.  Holding no simple lock.
 * Masked, or with nothing asserted: a panic. */
void thread_block(void);

/* Change of mind: no longer wait, if anything is asserted. */
void clear_wait(void);

/* Wake all who wait for event. */
void thread_wakeup(struct machine *m, const void *event);

/* How many sleep on event now; for tests and I15. */
unsigned event_waiters(struct machine *m, const void *event);
/* Call fn for each event that has waiters; at rest only. */
void event_for_each(struct machine *m,
    void (*fn)(void *arg, const void *event, const char *where), void *arg);

#endif /* PMAP_SIM_EVENT_H */
