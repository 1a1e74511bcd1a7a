/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first process.  It starts the tasks that are there from the start, in
 * every copy, and then does what Unix's does: it buries the dead.  When all
 * have ended it starts again if there is time left, with new processes on the
 * same files, which is what the persistent cache is for; else it closes the
 * run queue.
 *
 * If there is a time to fill, the first repetition is not timed: every frame
 * that it takes is one that the host has to give and to zero.
 *
 * Between two repetitions nothing runs but the first process, so that the
 * machine can be looked at: with --verify its invariants are.
 */
#include <stdlib.h>
#include <time.h>

#include "pmap_sim/event.h"
#include "pmap_sim/pmap.h"
#include "stress/clock.h"
#include "stress/need.h"
#include "stress/process.h"

/* --- A repetition ------------------------------------------------------- */

static void
replay_begin(struct replay *replay)
{
	const struct plan *plan = replay->plan;

	for (unsigned c = 0; c < replay->config->copies; c++) {
		struct copy *copy = &replay->copies[c];

		for (unsigned i = 0; i < plan->space_count; i++)
			turns_init(&copy->turns[i], plan, &plan->spaces[i]);
	}
	for (unsigned i = 0; i < plan->task_count; i++)
		for (unsigned c = 0; c < replay->config->copies; c++)
			if (plan->tasks[i].parent == PLAN_NONE)
				process_start_root(
				    replay, &replay->copies[c], i);
}

/* Clean up after those that have ended; give back those whose CPU has not
 * let them go yet. */
static struct process *
replay_reap(struct replay *replay, struct process *ended)
{
	struct process *kept = NULL, *next;

	for (; ended != NULL; ended = next) {
		next = ended->next_ended;
		if (process_reap(ended)) {
			sync_add_relaxed(&replay->live, -1);
			replay->processes++;
			continue;
		}
		ended->next_ended = kept;
		kept = ended;
	}
	return kept;
}

/* Until every process has ended. */
static void
replay_bury(struct replay *replay)
{
	struct process *pending = NULL;

	while (sync_load(&replay->live) != 0) {
		struct process *none = NULL;

		assert_wait_at(&replay->live, "replay_bury");
		if (pending != NULL || sync_load(&replay->ended) != none)
			clear_wait();
		else
			thread_block();
		pending = replay_reap(replay, pending);
		struct process *ended =
		    replay_reap(replay, sync_swap(&replay->ended, NULL));

		while (ended != NULL) {
			struct process *next = ended->next_ended;

			ended->next_ended = pending;
			pending = ended;
			ended = next;
		}
		if (pending != NULL)
			thread_yield();
	}
}

/* With nobody else there: the model's history, and the invariants. */
static void
replay_settle(struct replay *replay)
{
	struct rig *rig = replay->rig;
	struct shared_memory *memory, *next;

	for (memory = replay->memory; memory != NULL; memory = next) {
		next = memory->next;
		model_object_free(memory->object);
		free(memory);
	}
	replay->memory = NULL;
	files_settle(&replay->files);
	if (!replay->config->verify || !rig_is_at_rest(rig))
		return;
	(void)rig->ops->check(rig->vm);
}

static void
replay_first(void *arg)
{
	struct replay *replay = arg;
	uint64_t budget_ns = (uint64_t)(replay->config->seconds * 1e9);
	uint64_t start;

	do {
		start = now_ns();
		replay_begin(replay);
		replay_bury(replay);
		replay->wall_ns += now_ns() - start;
		if (replay->repetitions++ == 0 && budget_ns != 0) {
			replay->warmup_ns = replay->wall_ns;
			replay->warmup_events = replay_events(replay);
		}
		replay_settle(replay);
	} while (replay->wall_ns - replay->warmup_ns < budget_ns &&
		 !sync_load(&replay->stop));
	run_queue_close(replay->rig->machine);
}

/* --- All of it ---------------------------------------------------------- */

struct replay *
replay_create(
    const struct plan *plan, const struct run_config *config, struct rig *rig)
{
	struct replay *replay = need_zeroed(1, sizeof(*replay));

	replay->plan = plan;
	replay->config = config;
	replay->rig = rig;
	if (!files_create(&replay->files, plan, config->verify)) {
		free(replay);
		return NULL;
	}
	replay->tallies =
	    need_aligned(64, config->cpus + 1, sizeof(*replay->tallies));
	replay->copies = need_zeroed(config->copies, sizeof(*replay->copies));
	for (unsigned i = 0; i < config->copies; i++)
		replay->copies[i] = (struct copy){
			.number = i,
			.processes = need_zeroed(
			    plan->task_count, sizeof(struct process)),
			.turns = need_aligned(
			    64, plan->space_count, sizeof(struct turns)),
		};
	return replay;
}

void
replay_start(struct replay *replay)
{
	replay->first =
	    thread_create(replay->rig->machine, "first", replay_first, replay);
	if (replay->first == NULL)
		need_failed();
	thread_start(replay->first);
}

void
replay_free(struct replay *replay)
{
	for (unsigned i = 0; i < replay->config->copies; i++) {
		free(replay->copies[i].processes);
		free(replay->copies[i].turns);
	}
	if (replay->first != NULL)
		thread_destroy(replay->first);
	files_free(&replay->files);
	free(replay->copies);
	free(replay->tallies);
	free(replay);
}

void
replay_stop(struct replay *replay)
{
	const struct plan *plan = replay->plan;
	struct machine *m = replay->rig->machine;

	sync_store(&replay->stop, TRUE);
	for (unsigned c = 0; c < replay->config->copies; c++) {
		struct copy *copy = &replay->copies[c];

		for (unsigned i = 0; i < plan->space_count; i++)
			if (plan->spaces[i].members > 1)
				thread_wakeup(m, &copy->turns[i]);
		for (unsigned i = 0; i < plan->task_count; i++)
			thread_wakeup(m, &copy->processes[i].exited);
	}
}

unsigned long
replay_events(const struct replay *replay)
{
	unsigned long events = 0;

	for (unsigned i = 0; i <= replay->config->cpus; i++)
		events += sync_load_relaxed(&replay->tallies[i].events);
	return events;
}

void
replay_collect(const struct replay *replay, struct run_result *result)
{
	struct rig *rig = replay->rig;

	result->events = replay_events(replay);
	result->trace_events =
	    (unsigned long)replay->plan->event_count * replay->config->copies;
	result->processes = replay->processes;
	result->repetitions = replay->repetitions;
	result->wall_ns = replay->wall_ns;
	if (replay->repetitions > 1) {
		result->warmup_events = replay->warmup_events;
		result->warmup_ns = replay->warmup_ns;
	}
	for (unsigned i = 0; i <= replay->config->cpus; i++) {
		const struct tally *tally = &replay->tallies[i];

		result->overlap_looks += tally->overlap_looks;
		result->overlap_seen += tally->overlap_seen;
		result->model_reads += tally->model_reads;
		for (unsigned r = 0; r < UNREPLAYED_REASONS; r++)
			result->unreplayed[r] += tally->unreplayed[r];
		if (tally->peak_frames > result->peak_frames)
			result->peak_frames = tally->peak_frames;
	}
	for (unsigned r = 0; r < UNREPLAYED_REASONS; r++)
		result->unreplayed[r] += replay->plan->unreplayed[r] *
					 replay->config->copies *
					 replay->repetitions;
	result->machine = rig->machine->stats;
}
