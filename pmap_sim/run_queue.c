/* SPDX-License-Identifier: BSD-2-Clause */
#include "pmap_sim/run_queue.h"

#include <stdlib.h>

#include "pmap_sim/context.h"
#include "pmap_sim/machine.h"

struct run_queue *
run_queue_create(void)
{
	struct run_queue *q = calloc(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->wanted, NULL);
	q->last = &q->first;
	return q;
}

void
run_queue_free(struct run_queue *q)
{
	struct context *c;

	while ((c = q->stacks) != NULL) {
		q->stacks = c->next;
		context_destroy(c);
	}
	pthread_cond_destroy(&q->wanted);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

void
run_queue_put(struct run_queue *q, struct thread *thread)
{
	pthread_mutex_lock(&q->lock);
	thread->run_next = NULL;
	*q->last = thread;
	q->last = &thread->run_next;
	sync_store_relaxed(&q->length, q->length + 1);
	if (q->waiting > 0)
		pthread_cond_signal(&q->wanted);
	pthread_mutex_unlock(&q->lock);
}

/* With the queue locked: until there is one, or all have ended. */
static void
run_queue_wait(struct run_queue *q)
{
	q->waiting++;
	pthread_mutex_unlock(&q->lock);
	cpu_idle_enter();
	pthread_mutex_lock(&q->lock);
	while (q->first == NULL && !(q->closed && q->live == 0))
		pthread_cond_wait(&q->wanted, &q->lock);
	pthread_mutex_unlock(&q->lock);
	cpu_idle_exit();
	pthread_mutex_lock(&q->lock);
	q->waiting--;
}

struct thread *
run_queue_get(struct run_queue *q)
{
	struct thread *thread;

	pthread_mutex_lock(&q->lock);
	while ((thread = q->first) == NULL && !(q->closed && q->live == 0))
		run_queue_wait(q);
	if (thread != NULL) {
		q->first = thread->run_next;
		if (q->first == NULL)
			q->last = &q->first;
		sync_store_relaxed(&q->length, q->length - 1);
	}
	pthread_mutex_unlock(&q->lock);
	return thread;
}

void
run_queue_close(struct machine *m)
{
	struct run_queue *q = m->run_queue;

	pthread_mutex_lock(&q->lock);
	q->closed = TRUE;
	pthread_cond_broadcast(&q->wanted);
	pthread_mutex_unlock(&q->lock);
}

boolean_t
run_queue_waiting(struct machine *m)
{
	return sync_load_relaxed(&m->run_queue->length) != 0;
}
