/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads and their sleep: controlled back end.  Every thread is bound, the
 * scheduler knows who sleeps on what, and an event is its number in the arena.
 */
#include "pmap_sim/thread.h"

#include <stdlib.h>

#include "pmap_sim/event.h"
#include "pmap_sim/event_impl.h"
#include "pmap_sim/held.h"
#include "pmap_sim/machine.h"
#include "pmap_sim/panic.h"
#include "pmap_sim/run_queue.h"
#include "pmap_sim/thread_impl.h"

struct thread *
current_thread(void)
{
	struct cpu *cpu = curcpu();

	return cpu != NULL ? cpu->thread : NULL;
}

void
thread_set_name(const char *name)
{
	current_thread()->name = name;
}

struct thread *
thread_create_bound(struct cpu *cpu)
{
	struct thread *thread = calloc(1, sizeof(*thread));

	if (thread == NULL)
		return NULL;
	thread->machine = cpu->machine;
	thread->name = "bound";
	thread->id = cpu->id;
	return thread;
}

void
thread_yield(void)
{
	cpu_poll();
	sched_relax();
}

void
thread_space(struct pmap *pmap, void *space)
{
	struct thread *thread = current_thread();

	thread->pmap = pmap;
	thread->space = space;
	cpu_switch(curcpu(), pmap, space);
}

/* --- Events --------------------------------------------------------------- */

/* The scheduler keeps the queues. */
struct event_table {
	int unused;
};

struct event_table *
event_table_create(void)
{
	return calloc(1, sizeof(struct event_table));
}

void
event_table_free(struct event_table *t)
{
	free(t);
}

static void
event_assert(const void *event, const char *where)
{
	struct thread *thread = current_thread();

	if (thread == NULL || event == NULL)
		panic(NULL, "assert_wait: no thread or no event (%s)", where);
	if (thread->wait_where != NULL)
		panic(thread->machine, "assert_wait: already asserted (%s, %s)",
		    thread->wait_where, where);
	thread->wait_where = where;
	SYNC_TSAN_(__tsan_release(thread));
}

void
assert_wait_at(const void *event, const char *where)
{
	event_assert(event, where);
	sched_wait_on_at(event, __builtin_return_address(0));
}

void
event_assert_inside(const void *event, const char *where)
{
	event_assert(event, where);
	sched_wait_on_quietly(event);
}

void
clear_wait(void)
{
	current_thread()->wait_where = NULL;
	sched_wait_not();
}

void
thread_block(void)
{
	struct thread *thread = current_thread();

	if (thread->wait_where == NULL)
		panic(thread->machine, "thread_block: nothing asserted");
	if (curcpu()->masked != 0)
		panic(thread->machine, "thread_block: CPU %u is masked (%s)",
		    curcpu()->id, thread->wait_where);
	if (sched_running() == NULL)
		panic(thread->machine,
		    "thread_block: nobody is there to wake it (%s)",
		    thread->wait_where);
	sync_count(&thread->machine->stats.sleeps);
	cpu_idle_enter();
	sched_sleep_at(__builtin_return_address(0));
	cpu_idle_exit();
	thread->wait_where = NULL;
}

void
thread_wakeup(struct machine *m, const void *event)
{
	(void)m;
	sched_wake_at(event, __builtin_return_address(0));
}

unsigned
event_waiters(struct machine *m, const void *event)
{
	(void)m;
	return sched_sleepers(event);
}

void
event_for_each(struct machine *m,
    void (*fn)(void *arg, const void *event, const char *where), void *arg)
{
	/* At rest nobody sleeps: the scheduler would have called it a
	 * deadlock. */
	(void)m, (void)fn, (void)arg;
}

/* --- There are no free threads, nor records of who holds what ------------- */

void
held_free(struct machine *m)
{
	(void)m;
}

struct run_queue *
run_queue_create(void)
{
	return calloc(1, sizeof(struct run_queue));
}

void
run_queue_free(struct run_queue *q)
{
	free(q);
}
