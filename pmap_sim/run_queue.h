/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runnable free threads, first come first served, and the stacks of those that
 * have ended.
 */
#ifndef PMAP_SIM_RUN_QUEUE_H
#define PMAP_SIM_RUN_QUEUE_H

#include <pthread.h>

#include "pmap_sim/types.h"

struct machine;
struct thread;
struct context;

struct run_queue {
	pthread_mutex_t lock;
	pthread_cond_t wanted; /* a thread is runnable, or all have ended */
	struct thread *first, **last;
	unsigned length;  /* atomic; written under lock */
	unsigned live;    /* threads that have not ended */
	unsigned waiting; /* CPUs that wait for one */
	boolean_t closed;
	unsigned serial;
	struct context *stacks;
};

struct run_queue *run_queue_create(void);
void run_queue_free(struct run_queue *q);

/* Append; wakes a CPU that waits. */
void run_queue_put(struct run_queue *q, struct thread *thread);
/* The first; waits, the CPU idle, while there is none.  NULL: closed, and no
 * thread is left alive. */
struct thread *run_queue_get(struct run_queue *q);

#endif /* PMAP_SIM_RUN_QUEUE_H */
