/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a process does: its events, one after the other.
 *
 * ORDER.  A process keeps its own order; a child starts after the fork that
 * made it; tasks that share an address space take turns at its changes
 * (turns.c).  Beyond that a process forks only when those of its children have
 * ended that had ended by then in the recording, as if it had waited for them:
 * so no more processes live at a time than the program meant to.  All of these
 * wait for what comes earlier in the trace, so nobody waits in a circle.
 *
 * A SLICE is 1 to 2N - 1 events, drawn from the process's own stream.  Nothing
 * else takes the CPU from it but its own sleep.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/ops.h"
#include "pmap_sim/panic.h"
#include "stress/need.h"
#include "stress/plant.h"
#include "stress/process.h"
#include "stress/verify.h"

#define PEAK_EVERY    1024 /* events of a process */
#define OVERLAP_EVERY 16

static struct tally *
process_tally(struct process *process)
{
	return &process->replay->tallies[curcpu()->id];
}

void
process_count(struct process *process, enum unreplayed reason)
{
	sync_count_own(&process_tally(process)->unreplayed[reason]);
}

static const struct plan_event *
process_event(const struct process *process, unsigned position)
{
	return &process->replay->plan->events[process->task->first + position];
}

void
process_describe(const struct process *process, char *text, size_t size)
{
	static const char *const kinds[] = {
		[PLAN_LOAD] = "load",
		[PLAN_STORE] = "store",
		[PLAN_MAP] = "mmap",
		[PLAN_UNMAP] = "munmap",
		[PLAN_PROTECT] = "mprotect",
		[PLAN_MOVE] = "mremap",
		[PLAN_BRK] = "brk",
		[PLAN_FORGET] = "madvise",
		[PLAN_SYNC] = "msync",
		[PLAN_FORK] = "fork",
		[PLAN_SHARE] = "clone",
		[PLAN_EXEC] = "exec",
		[PLAN_EXIT] = "exit",
	};
	unsigned position = sync_load_relaxed(&process->position);
	const struct plan_event *event = process_event(process, position);

	snprintf(text, size,
	    "task %u (%s, copy %u, writer %u), event %u of %u, %s 0x%lx+0x%lx",
	    (unsigned)(process->task - process->replay->plan->tasks),
	    process->replay->plan->program, process->copy->number,
	    process->writer, position, process->task->count, kinds[event->kind],
	    event->address, event->size);
}

/* --- Birth -------------------------------------------------------------- */

static void process_body(void *arg);

static struct turns *
copy_turns(struct process *process, unsigned space)
{
	if (process->replay->plan->spaces[space].members < 2)
		return NULL;
	return &process->copy->turns[space];
}

/* A process that is about to run on space, which is its own from now on. */
static void
process_start(struct replay *replay, struct copy *copy, unsigned number,
    struct vmspace *space, struct model_space *model,
    const struct model_view *parent)
{
	struct process *process = &copy->processes[number];
	const struct plan *plan = replay->plan;

	*process = (struct process){
		.replay = replay,
		.copy = copy,
		.task = &plan->tasks[number],
		.space = space,
		.model = model,
		.writer =
		    plan->file_count + sync_add_relaxed(&replay->writers, 1),
	};
	process->random = random_stream(
	    replay->config->seed, (uint64_t)copy->number << 32 | number);
	process->turns = copy_turns(process, process->task->space);
	if (model != NULL) {
		process->view = need_zeroed(1, sizeof(*process->view));
		model_view_init(process->view, process->writer,
		    plan->file_count + 1, replay->config->seed, parent);
	}
	process->thread = thread_create(
	    replay->rig->machine, plan->program, process_body, process);
	if (process->thread == NULL)
		need_failed();
	sync_add_relaxed(&replay->live, 1);
	thread_start(process->thread);
}

void
process_start_root(struct replay *replay, struct copy *copy, unsigned number)
{
	const struct plan *plan = replay->plan;
	const struct plan_space *space =
	    &plan->spaces[plan->tasks[number].space];
	struct rig *rig = replay->rig;
	struct vmspace *vmspace = rig->ops->vmspace_alloc(rig->vm);

	if (vmspace == NULL)
		need_failed();
	process_start(replay, copy, number, vmspace,
	    replay->config->verify ? model_space_create(space->crowd) : NULL,
	    NULL);
}

/* As the program would have waited for it. */
static void
process_wait_child(struct process *process, struct process *child)
{
	const boolean_t *stop = &process->replay->stop;

	while (!sync_load(&child->exited) && !sync_load(stop)) {
		assert_wait_at(&child->exited, "process_wait_child");
		if (sync_load(&child->exited) || sync_load(stop))
			clear_wait();
		else
			thread_block();
	}
}

/* Before its next fork: wait for the children that had ended by then. */
static void
process_wait_children(struct process *process)
{
	const struct plan *plan = process->replay->plan;
	const struct plan_task *task = process->task;
	unsigned ended = plan->ended[task->forks + process->forks++];

	for (; process->reaped < ended; process->reaped++) {
		unsigned child =
		    plan->children[task->children + process->reaped];

		process_wait_child(process, &process->copy->processes[child]);
	}
}

/* There was no memory for a fork: the child's events are lost, and all that
 * would have come of it. */
static void
process_lost(struct process *process, unsigned number)
{
	const struct plan *plan = process->replay->plan;
	struct process *lost = &process->copy->processes[number];

	sync_store(&lost->exited, TRUE);
	for (unsigned i = 0; i < plan->tasks[number].count; i++) {
		const struct plan_event *event =
		    &plan->events[plan->tasks[number].first + i];

		process_count(process, UNREPLAYED_no_memory);
		if (event->kind == PLAN_FORK || event->kind == PLAN_SHARE)
			process_lost(process, event->number);
	}
}

static void
process_fork(struct process *process, const struct plan_event *event)
{
	struct replay *replay = process->replay;
	struct rig *rig = replay->rig;
	const struct plan *plan = replay->plan;
	struct model_space *model = NULL;
	struct vmspace *space;

	process_wait_children(process);
	if (sync_load(&replay->stop))
		return;
	space = rig->ops->vmspace_fork(rig->vm, process->space);
	if (space == NULL) {
		process_lost(process, event->number);
		return;
	}
	if (process->model != NULL) {
		unsigned number = plan->tasks[event->number].space;

		model = model_space_create(plan->spaces[number].crowd);
		model_fork(model, process->model);
	}
	process_start(
	    replay, process->copy, event->number, space, model, process->view);
}

static void
process_share(struct process *process, const struct plan_event *event)
{
	struct rig *rig = process->replay->rig;

	process_wait_children(process);
	if (sync_load(&process->replay->stop))
		return;
	rig->ops->vmspace_reference(rig->vm, process->space);
	if (process->model != NULL)
		model_space_reference(process->model);
	process_start(process->replay, process->copy, event->number,
	    process->space, process->model, process->view);
}

/* --- Life --------------------------------------------------------------- */

static void
process_exit(struct process *process)
{
	struct rig *rig = process->replay->rig;

	verify_exit(process);
	rig->ops->vmspace_activate(rig->vm, NULL);
	if (!plant_leak(process))
		rig->ops->vmspace_free(rig->vm, process->space);
	process->space = NULL;
	if (process->view == NULL)
		return;
	model_space_free(process->model);
	model_view_fini(process->view);
	free(process->view);
	process->view = NULL;
}

static void
process_replay(struct process *process, const struct plan_event *event)
{
	switch (event->kind) {
	case PLAN_LOAD:
	case PLAN_STORE:
		process_fault(process, event);
		break;
	case PLAN_FORK:
		process_fork(process, event);
		break;
	case PLAN_SHARE:
		process_share(process, event);
		break;
	case PLAN_EXEC:
		process_exec(process, event);
		break;
	case PLAN_EXIT:
		process_exit(process);
		return;
	default:
		process_change(process, event);
		break;
	}
	verify_sometimes(process);
}

/* Is another CPU that runs programs inside the VM? */
static void
process_look(struct process *process)
{
	struct rig *rig = process->replay->rig;
	struct cpu *self = curcpu();
	struct tally *tally = process_tally(process);

	sync_count_own(&tally->overlap_looks);
	for (unsigned i = 0; i < rig->cpus; i++) {
		struct cpu *cpu = &rig->machine->cpus[i];

		if (cpu == self || !sync_load_relaxed(&cpu->inside) ||
		    sync_load_relaxed(&cpu->idle))
			continue;
		sync_count_own(&tally->overlap_seen);
		return;
	}
}

/* How many frames are in use now? */
static void
process_measure(struct process *process)
{
	struct rig *rig = process->replay->rig;
	struct vm_statistics statistics;
	struct tally *tally;
	unsigned used;

	rig->ops->statistics(rig->vm, &statistics);
	used = rig->machine->nframes - statistics.free_count;
	tally = process_tally(process);
	if (used > sync_load_relaxed(&tally->peak_frames))
		sync_store_relaxed(&tally->peak_frames, used);
}

static void
process_step(struct process *process, const struct plan_event *event)
{
	struct replay *replay = process->replay;
	struct turns *turns = process->turns;

	if (replay->config->verify || process->position % OVERLAP_EVERY == 0)
		process_look(process);
	sync_store_relaxed(&curcpu()->inside, 1);
	process_replay(process, event);
	sync_store_relaxed(&curcpu()->inside, 0);
	plant_event(process);
	if (turns != NULL)
		turns_finish(replay->rig->machine, turns, event);
	if (event->kind == PLAN_EXEC)
		process->turns = copy_turns(process, event->number);
	sync_count_own(&process_tally(process)->events);
}

static void
process_slice(struct process *process)
{
	unsigned quantum = process->replay->config->quantum;

	if (process->slice-- > 1)
		return;
	process->slice =
	    1 + (unsigned)random_below(&process->random, 2 * quantum - 1);
	thread_yield();
}

/* It has ended: tell its parent, and whoever cleans up. */
static void
process_ended(struct process *process)
{
	struct replay *replay = process->replay;
	struct machine *m = replay->rig->machine;

	sync_store(&process->exited, TRUE);
	thread_wakeup(m, &process->exited);
	process->next_ended = sync_load(&replay->ended);
	while (!sync_cas(&replay->ended, &process->next_ended, process))
		continue;
	thread_wakeup(m, &replay->live);
}

static void
process_body(void *arg)
{
	struct process *process = arg;
	struct replay *replay = process->replay;
	struct rig *rig = replay->rig;
	unsigned position;

	rig->ops->vmspace_activate(rig->vm, process->space);
	process->slice = 1 + (unsigned)random_below(&process->random,
				 2 * replay->config->quantum - 1);
	for (position = 0; position < process->task->count; position++) {
		const struct plan_event *event =
		    process_event(process, position);

		sync_store_relaxed(&process->position, position);
		if (process->turns != NULL &&
		    !turns_wait(process->turns, event, &replay->stop))
			break;
		if (sync_load_relaxed(&replay->stop))
			break;
		if (position % PEAK_EVERY == PEAK_EVERY / 2 ||
		    event->kind == PLAN_EXIT)
			process_measure(process);
		process_step(process, event);
		if (event->kind != PLAN_EXIT)
			process_slice(process);
	}
	if (process->space != NULL)
		process_exit(process);
	process_ended(process);
}

boolean_t
process_reap(struct process *process)
{
	if (!sync_load(&process->thread->done))
		return FALSE;
	thread_destroy(process->thread);
	process->thread = NULL;
	return TRUE;
}
