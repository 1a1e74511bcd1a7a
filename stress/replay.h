/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace's programs, run on a rig: K copies of its processes, once or until
 * the time is up.
 *
 *	replay_create
 *	replay_start    then rig_start(); the last process closes the run queue
 *	rig_wait() ...  meanwhile replay_events(), replay_stop()
 *	replay_collect, replay_free
 */
#ifndef STRESS_REPLAY_H
#define STRESS_REPLAY_H

#include "stress/files.h"
#include "stress/plan.h"
#include "stress/random.h"
#include "stress/rig.h"
#include "stress/run.h"
#include "stress/turns.h"

/* What a CPU counts: written by whoever runs on it, read by anyone. */
struct tally {
	_Alignas(64) unsigned long events;
	unsigned long overlap_looks, overlap_seen;
	unsigned long model_reads;
	unsigned long unreplayed[UNREPLAYED_REASONS];
	unsigned peak_frames;
};

/* A fault on purpose: stress/plant.h. */
struct plant_state {
	boolean_t done; /* atomic */
	unsigned long word;
	machine_fault_t *fault;
	void *vm;
};

struct process;

/* One of the K. */
struct copy {
	unsigned number;
	struct process *processes; /* one for each task */
	struct turns *turns;       /* one for each space */
};

struct replay {
	const struct plan *plan;
	const struct run_config *config;
	struct rig *rig;
	struct files files;
	struct copy *copies;
	struct tally *tallies; /* one for each CPU */

	unsigned live;    /* atomic; processes that have not ended */
	unsigned writers; /* atomic; numbers given to processes */
	boolean_t stop;   /* atomic; everybody is to end now */
	struct plant_state plant;
	struct process *ended;        /* atomic; to be cleaned up */
	struct shared_memory *memory; /* atomic; this repetition's */

	unsigned long processes, repetitions;
	uint64_t wall_ns;
	unsigned long warmup_events; /* of the first repetition, */
	uint64_t warmup_ns;          /* if others are timed */
	struct thread *first;        /* who starts the others */
};

/* Shared memory that processes have mapped: the model's object of it. */
struct shared_memory {
	struct model_object *object;
	struct shared_memory *next;
};

/* NULL: a line on stderr has said why. */
struct replay *replay_create(
    const struct plan *plan, const struct run_config *config, struct rig *rig);
void replay_start(struct replay *replay);
void replay_free(struct replay *replay);

/* All processes end at their next event.  From any OS thread; again if some
 * still sleep. */
void replay_stop(struct replay *replay);
/* Events so far; from any OS thread. */
unsigned long replay_events(const struct replay *replay);
/* When all has ended, but before the rig is closed. */
void replay_collect(const struct replay *replay, struct run_result *result);

#endif /* STRESS_REPLAY_H */
