/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One simulated process: a task of the trace in one of the copies, as a free
 * thread of the machine that replays the task's own events in their order.
 */
#ifndef STRESS_PROCESS_H
#define STRESS_PROCESS_H

#include "stress/model.h"
#include "stress/replay.h"

struct process {
	struct replay *replay;
	struct copy *copy;
	const struct plan_task *task;
	struct thread *thread;
	struct vmspace *space;
	struct turns *turns; /* of its space, if it is not alone on it */

	unsigned writer; /* its number, in what it stores */
	uint64_t sequence;
	struct random_stream random;
	unsigned slice;    /* events until it gives the CPU away */
	unsigned position; /* relaxed; the event it is at */
	unsigned forks;    /* that it has done */
	unsigned reaped;   /* children that it has waited for */
	boolean_t exited;  /* atomic */
	struct process *next_ended;

	/* with --verify */
	struct model_space *model;
	struct model_view *view;
};

/* A task that is there from the start. */
void
process_start_root(struct replay *replay, struct copy *copy, unsigned task);
/* The last of it is gone: forget its thread, if the CPU has let it go. */
boolean_t process_reap(struct process *process);

/* "task name (copy 0), event 12 of 345: ..." */
void process_describe(const struct process *process, char *text, size_t size);

/* --- Between process.c and process_event.c ------------------------------ */

/* An event could not be replayed. */
void process_count(struct process *process, enum unreplayed reason);
/* PLAN_LOAD, PLAN_STORE */
void process_fault(struct process *process, const struct plan_event *event);
/* PLAN_MAP to PLAN_SYNC */
void process_change(struct process *process, const struct plan_event *event);
void process_exec(struct process *process, const struct plan_event *event);

#endif /* STRESS_PROCESS_H */
