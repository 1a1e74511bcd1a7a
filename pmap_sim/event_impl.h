/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PMAP_SIM_EVENT_IMPL_H
#define PMAP_SIM_EVENT_IMPL_H

struct event_table;

/*
 * assert_wait_at and thread_wakeup for an event that is the address of a spin
 * lock taken unseen, which the caller holds; who waits looks again when he is
 * woken.  Under the scheduler such a section is one step, whatever it does.
 */
#ifdef SYNC_CONTROLLED
void event_assert_inside(const void *event, const char *where);
#define event_wake_inside(m, event) sched_wake_quietly(event)
#else
#define event_assert_inside(event, where) assert_wait_at((event), (where))
#define event_wake_inside(m, event)       thread_wakeup((m), (event))
#endif

/* A machine's wait queues; NULL: no memory. */
struct event_table *event_table_create(void);
void event_table_free(struct event_table *table);

#endif /* PMAP_SIM_EVENT_IMPL_H */
