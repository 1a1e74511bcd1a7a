/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread of the simulated kernel: what sleeps and is woken.
 *
 *	bound	plays on the stack of the OS thread that attached its CPU
 *		(tests, stress actors, the pageout daemon).  Asleep, its CPU
 *		is idle.
 *	free	has a stack of its own and runs on any CPU that is in
 *		cpu_run().  Asleep, it frees its CPU for the next one.  It may
 *		wake on another CPU.
 */
#ifndef PMAP_SIM_THREAD_H
#define PMAP_SIM_THREAD_H

#include "pmap_sim/sync.h"
#include "pmap_sim/types.h"

struct machine;
struct cpu;

enum thread_state {
	TH_RUNNING,  /* on a CPU, or on the run queue */
	TH_BLOCKING, /* has decided to sleep, still on its stack */
	TH_BLOCKED,  /* asleep */
	TH_WOKEN,    /* woken before it was asleep */
};

/* Why a free thread went back to its CPU's own context. */
enum thread_leaves { THREAD_SLEEPS, THREAD_YIELDS, THREAD_ENDS };

struct thread {
	struct machine *machine;
	const char *name;
	unsigned id;
	int state;         /* atomic, enum thread_state */
	struct held *held; /* what it holds and waits for */

	const void *wait_event;    /* under the event's bucket lock */
	const char *wait_where;    /* from assert_wait until it goes on */
	struct thread *wait_next;  /* likewise */
	struct thread **wait_prev; /* likewise */

	struct thread *run_next; /* under the run queue's lock */
	struct context *context; /* of a free thread, until it ends */
	enum thread_leaves leaves;
	void (*body)(void *arg);
	void *arg;
	struct pmap *pmap; /* what cpu_switch loads when it runs */
	void *space;
	boolean_t done;            /* atomic: no CPU knows it any more */
	pthread_mutex_t park_lock; /* of a bound thread's sleep */
	pthread_cond_t park;
};

/* The running thread; NULL outside of any CPU. */
struct thread *current_thread(void);
/* What the watchdog calls the running thread; not copied. */
void thread_set_name(const char *name);

/* A free thread, not yet runnable, or NULL for want of memory.  name must
 * outlive it. */
struct thread *thread_create(
    struct machine *m, const char *name, void (*body)(void *arg), void *arg);
/* Put it on the run queue for the first time. */
void thread_start(struct thread *thread);
/* Never started, or done; in that case the machine may be gone before. */
void thread_destroy(struct thread *thread);

/* Let the next runnable thread have this CPU; a bound thread just polls. */
void thread_yield(void);

/* The running free thread moves to another address space. */
void thread_space(struct pmap *pmap, void *space);

/*
 * Run free threads on the calling OS thread, which plays a CPU, until
 * run_queue_close() has been called and all threads have ended.
 */
void cpu_run(void);
void run_queue_close(struct machine *m);

/* Is any thread runnable but not running?  A guess, for idle loops. */
boolean_t run_queue_waiting(struct machine *m);

#endif /* PMAP_SIM_THREAD_H */
