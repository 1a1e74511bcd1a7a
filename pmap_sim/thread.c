/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: sleeping, waking, and the CPUs that run them.
 *
 * A WAKE-UP MAY COME AT ANY MOMENT after assert_wait, so sleeping is a race
 * between three states and one compare-and-swap each:
 *
 *	thread			waker
 *	RUNNING
 *	  -> BLOCKING		RUNNING  -> WOKEN: it will not sleep at all
 *	(switch)		BLOCKING -> WOKEN: its CPU makes it runnable
 *	  -> BLOCKED			once its stack is free
 *				BLOCKED  -> RUNNING: onto the run queue
 *
 * A thread is never on the run queue while a CPU still stands on its stack:
 * the CPU's own context finishes the state change after the switch.
 *
 * A bound thread has nowhere to switch to.  It goes from RUNNING to BLOCKED at
 * once and waits on a condition, its CPU idle.  It may end as soon as it is
 * woken, and the condition with it; so its states change under its lock, which
 * is the last of it that a waker touches.
 */
#include "pmap_sim/thread.h"

#include <stdlib.h>

#include "pmap_sim/context.h"
#include "pmap_sim/event.h"
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
	struct thread *thread = current_thread();

	thread->name = name;
	sync_store_relaxed(&thread->held->name, name);
}

static struct thread *
thread_new(struct machine *m, const char *name)
{
	struct thread *thread = calloc(1, sizeof(*thread));

	if (thread == NULL)
		return NULL;
	thread->machine = m;
	thread->name = name;
	thread->state = TH_RUNNING;
	pthread_mutex_init(&thread->park_lock, NULL);
	pthread_cond_init(&thread->park, NULL);
	return thread;
}

struct thread *
thread_create_bound(struct cpu *cpu)
{
	struct thread *thread = thread_new(cpu->machine, "bound");

	if (thread == NULL)
		return NULL;
	thread->held = held_get(cpu->machine, thread);
	if (thread->held == NULL) {
		thread_destroy(thread);
		return NULL;
	}
	thread->held->cpu = cpu->id;
	context_bounds(&thread->held->low, &thread->held->high);
	held_wait_over(thread->held);
	return thread;
}

struct thread *
thread_create(
    struct machine *m, const char *name, void (*body)(void *arg), void *arg)
{
	struct thread *thread = thread_new(m, name);
	struct run_queue *q = m->run_queue;

	if (thread == NULL)
		return NULL;
	thread->body = body;
	thread->arg = arg;
	pthread_mutex_lock(&q->lock);
	thread->id = ++q->serial;
	thread->context = q->stacks;
	if (thread->context != NULL)
		q->stacks = thread->context->next;
	pthread_mutex_unlock(&q->lock);
	if (thread->context == NULL)
		thread->context = context_create();
	thread->held = held_get(m, thread);
	if (thread->context == NULL || thread->held == NULL) {
		thread_destroy(thread);
		return NULL;
	}
	thread->held->low = thread->context->stack;
	thread->held->high = thread->context->stack + thread->context->size;
	return thread;
}

/* With the queue locked: its stack is for the next thread. */
static void
thread_give_stack(struct thread *thread, struct run_queue *q)
{
	thread->context->next = q->stacks;
	q->stacks = thread->context;
	thread->context = NULL;
}

void
thread_destroy(struct thread *thread)
{
	if (thread->wait_where != NULL)
		panic(thread->machine, "thread_destroy: it still waits (%s)",
		    thread->wait_where);
	if (thread->held != NULL)
		held_put(thread->held);
	if (thread->context != NULL) {
		struct run_queue *q = thread->machine->run_queue;

		pthread_mutex_lock(&q->lock);
		thread_give_stack(thread, q);
		pthread_mutex_unlock(&q->lock);
	}
	pthread_cond_destroy(&thread->park);
	pthread_mutex_destroy(&thread->park_lock);
	free(thread);
}

/* Back to the context of the CPU, wherever that is now. */
static void
thread_leave(struct thread *thread, enum thread_leaves why)
{
	struct cpu *cpu = curcpu();

	thread->leaves = why;
	if (why == THREAD_ENDS)
		context_end(thread->context, cpu->context);
	context_switch(thread->context, cpu->context);
}

static void
thread_begin(void *arg)
{
	struct thread *thread = arg;

	thread->body(thread->arg);
	thread_leave(thread, THREAD_ENDS);
}

void
thread_start(struct thread *thread)
{
	struct run_queue *q = thread->machine->run_queue;

	context_prepare(thread->context, thread_begin, thread);
	held_wait_over(thread->held);
	pthread_mutex_lock(&q->lock);
	q->live++;
	pthread_mutex_unlock(&q->lock);
	run_queue_put(q, thread);
}

void
thread_yield(void)
{
	struct thread *thread = current_thread();

	if (thread == NULL || thread->context == NULL) {
		cpu_relax_after(~0u);
		return;
	}
	if (!run_queue_waiting(thread->machine)) {
		cpu_poll();
		return;
	}
	thread_leave(thread, THREAD_YIELDS);
}

void
thread_space(struct pmap *pmap, void *space)
{
	struct thread *thread = current_thread();

	thread->pmap = pmap;
	thread->space = space;
	cpu_switch(curcpu(), pmap, space);
}

static void
thread_park(struct thread *thread)
{
	cpu_idle_enter();
	pthread_mutex_lock(&thread->park_lock);
	if (thread->state == TH_RUNNING) {
		thread->state = TH_BLOCKED;
		sync_count(&thread->machine->stats.sleeps);
	}
	while (thread->state == TH_BLOCKED)
		pthread_cond_wait(&thread->park, &thread->park_lock);
	thread->state = TH_RUNNING;
	pthread_mutex_unlock(&thread->park_lock);
	cpu_idle_exit();
}

static void
thread_unpark(struct thread *thread)
{
	pthread_mutex_lock(&thread->park_lock);
	thread->state = thread->state == TH_BLOCKED ? TH_RUNNING : TH_WOKEN;
	pthread_cond_signal(&thread->park);
	pthread_mutex_unlock(&thread->park_lock);
}

void
thread_block(void)
{
	struct thread *thread = current_thread();
	struct held *held;
	int running = TH_RUNNING;

	if (thread->wait_where == NULL)
		panic(thread->machine, "thread_block: nothing asserted");
	if (curcpu()->masked != 0)
		panic(thread->machine, "thread_block: CPU %u is masked (%s)",
		    curcpu()->id, thread->wait_where);
	held = held_sleep(
	    sync_load_relaxed(&thread->wait_event), thread->wait_where);
	if (thread->context == NULL)
		thread_park(thread);
	else {
		if (sync_cas(&thread->state, &running, TH_BLOCKING)) {
			sync_count(&thread->machine->stats.sleeps);
			thread_leave(thread, THREAD_SLEEPS);
		}
		sync_store(&thread->state, TH_RUNNING);
	}
	held_wait_over(held);
	thread->wait_where = NULL;
}

void
thread_setrun(struct thread *thread)
{
	int state;

	if (thread->context == NULL) {
		thread_unpark(thread);
		return;
	}
	state = sync_load(&thread->state);
	for (;;) {
		int next = state == TH_BLOCKED ? TH_RUNNING : TH_WOKEN;

		if (sync_cas(&thread->state, &state, next))
			break;
	}
	if (state == TH_BLOCKED)
		run_queue_put(thread->machine->run_queue, thread);
}

/* Its body has returned: the stack is free, and maybe the machine's work done.
 * Whoever sees either of that may free the thread. */
static void
thread_ended(struct thread *thread)
{
	struct run_queue *q = thread->machine->run_queue;

	/* The machine may be gone when the thread is destroyed. */
	held_put(thread->held);
	thread->held = NULL;
	pthread_mutex_lock(&q->lock);
	thread_give_stack(thread, q);
	sync_store(&thread->done, TRUE);
	if (--q->live == 0)
		pthread_cond_broadcast(&q->wanted);
	pthread_mutex_unlock(&q->lock);
}

/* On the CPU's own context, after a thread has left. */
static void
thread_left(struct thread *thread)
{
	struct run_queue *q = thread->machine->run_queue;
	int blocking = TH_BLOCKING;

	switch (thread->leaves) {
	case THREAD_ENDS:
		thread_ended(thread);
		break;
	case THREAD_YIELDS:
		run_queue_put(q, thread);
		break;
	case THREAD_SLEEPS:
		if (!sync_cas(&thread->state, &blocking, TH_BLOCKED))
			run_queue_put(q, thread);
		break;
	}
}

void
cpu_run(void)
{
	struct cpu *cpu = curcpu();
	struct run_queue *q = cpu->machine->run_queue;
	struct thread *idle = cpu->thread, *thread;
	struct context self;

	context_self(&self);
	cpu->context = &self;
	while ((thread = run_queue_get(q)) != NULL) {
		cpu->thread = thread;
		held_run(thread->held);
		if (thread->pmap != NULL)
			cpu_switch(cpu, thread->pmap, thread->space);
		context_switch(&self, thread->context);
		cpu->thread = idle;
		held_run(idle->held);
		/* It may go on elsewhere, and its space may end there. */
		cpu_switch(cpu, NULL, NULL);
		thread_left(thread);
	}
	cpu->context = NULL;
}
