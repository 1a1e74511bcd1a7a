/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wait queues, hashed by event.  Each bucket has a lock, a leaf; a woken thread
 * is unlinked under it and made runnable after it.
 *
 * WHAT IS ORDERED is told to ThreadSanitizer here, not by the buckets, which
 * would order all whose events meet in one: a thread's assert_wait before its
 * waker, and the waker before it goes on (thread_setrun).  Two who wake the
 * same event, or one that nobody waits for, are not ordered.
 */
#include "pmap_sim/event.h"

#include <stdlib.h>

#include "pmap_sim/event_impl.h"
#include "pmap_sim/machine.h"
#include "pmap_sim/panic.h"
#include "pmap_sim/thread_impl.h"
#include "pmap_sim/unseen.h"

#define EVENT_BUCKETS 256

UNSEEN_BEGIN

struct event_bucket {
	_Alignas(64) struct sync_spin lock;
	struct thread *first, **last;
};

struct event_table {
	struct event_bucket bucket[EVENT_BUCKETS];
};

struct event_table *
event_table_create(void)
{
	struct event_table *t = aligned_alloc(64, sizeof(*t));

	if (t == NULL)
		return NULL;
	for (unsigned i = 0; i < EVENT_BUCKETS; i++) {
		t->bucket[i].lock = (struct sync_spin)SYNC_SPIN_INIT;
		t->bucket[i].first = NULL;
		t->bucket[i].last = &t->bucket[i].first;
	}
	return t;
}

void
event_table_free(struct event_table *t)
{
	free(t);
}

static struct event_bucket *
event_bucket(struct machine *m, const void *event)
{
	uintptr_t hash = (uintptr_t)event * 0x9e3779b97f4a7c15ul >> 32;

	return &m->events->bucket[hash % EVENT_BUCKETS];
}

static void
event_unlink(struct event_bucket *b, struct thread *thread)
{
	*thread->wait_prev = thread->wait_next;
	if (thread->wait_next != NULL)
		thread->wait_next->wait_prev = thread->wait_prev;
	else
		b->last = thread->wait_prev;
	sync_store_relaxed(&thread->wait_event, NULL);
}

void
assert_wait_at(const void *event, const char *where)
{
	struct thread *thread = current_thread();
	struct machine *m;
	struct event_bucket *b;

	if (thread == NULL)
		panic(NULL, "assert_wait: no thread (%s)", where);
	m = thread->machine;
	if (event == NULL)
		panic(m, "assert_wait: no event (%s)", where);
	/* Woken or not: until it has blocked, a waker may have it in hand. */
	if (thread->wait_where != NULL)
		panic(m, "assert_wait: already asserted (%s, %s)",
		    thread->wait_where, where);
	b = event_bucket(m, event);
	sync_spin_take_unseen(&b->lock);
	thread->wait_where = where;
	thread->wait_next = NULL;
	thread->wait_prev = b->last;
	*b->last = thread;
	b->last = &thread->wait_next;
	sync_store_relaxed(&thread->wait_event, event);
	SYNC_TSAN_(__tsan_release(thread));
	sync_spin_drop_unseen(&b->lock);
}

void
clear_wait(void)
{
	struct thread *thread = current_thread();
	const void *event = sync_load_relaxed(&thread->wait_event);
	boolean_t waiting = FALSE;

	if (thread->wait_where == NULL)
		return;
	if (event != NULL) {
		struct event_bucket *b = event_bucket(thread->machine, event);

		sync_spin_take_unseen(&b->lock);
		waiting = thread->wait_event != NULL;
		if (waiting)
			event_unlink(b, thread);
		sync_spin_drop_unseen(&b->lock);
	}
	/* A waker that has unlinked us still holds us on its list. */
	if (waiting)
		thread->wait_where = NULL;
	else
		thread_block();
}

void
thread_wakeup(struct machine *m, const void *event)
{
	struct event_bucket *b = event_bucket(m, event);
	struct thread *thread, *next, *woken = NULL, **last = &woken;

	sync_spin_take_unseen(&b->lock);
	for (thread = b->first; thread != NULL; thread = next) {
		next = thread->wait_next;
		if (thread->wait_event != event)
			continue;
		event_unlink(b, thread);
		thread->wait_next = NULL;
		*last = thread;
		last = &thread->wait_next;
	}
	sync_spin_drop_unseen(&b->lock);

	for (; woken != NULL; woken = next) {
		next = woken->wait_next;
		SYNC_TSAN_(__tsan_acquire(woken));
		thread_setrun(woken);
	}
}

/* Each waiter, with its bucket locked. */
static void
event_walk(
    struct machine *m, void (*fn)(void *arg, struct thread *thread), void *arg)
{
	for (unsigned i = 0; i < EVENT_BUCKETS; i++) {
		struct event_bucket *b = &m->events->bucket[i];

		sync_spin_take_unseen(&b->lock);
		for (struct thread *t = b->first; t != NULL; t = t->wait_next)
			fn(arg, t);
		sync_spin_drop_unseen(&b->lock);
	}
}

struct event_question {
	const void *event;
	unsigned count;
	void (*fn)(void *arg, const void *event, const char *where);
	void *arg;
};

static void
event_ask(void *arg, struct thread *thread)
{
	struct event_question *q = arg;

	if (q->fn != NULL)
		q->fn(q->arg, thread->wait_event, thread->wait_where);
	else
		q->count += thread->wait_event == q->event;
}

unsigned
event_waiters(struct machine *m, const void *event)
{
	struct event_question q = { .event = event };

	event_walk(m, event_ask, &q);
	return q.count;
}

void
event_for_each(struct machine *m,
    void (*fn)(void *arg, const void *event, const char *where), void *arg)
{
	struct event_question q = { .fn = fn, .arg = arg };

	event_walk(m, event_ask, &q);
}

UNSEEN_END
