/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A schedule, written down as what is unusual in it: at which steps another
 * task was taken than sched_default_pick() would (engine.h).  In words,
 * STEP:TASK,...
 */
#ifndef PMAP_SIM_SCHED_SCHEDULE_H
#define PMAP_SIM_SCHED_SCHEDULE_H

#include "pmap_sim/sched/policy.h"

struct sched_turn {
	uint32_t step, task;
};

/* How many the words hold, which are written to turn unless it is NULL.
 * FALSE: it is no schedule. */
bool sched_schedule_parse(
    const char *words, struct sched_turn *turn, unsigned *count);
/* "" and FALSE: it does not fit. */
bool sched_schedule_words(
    const struct sched_turn *turn, unsigned count, char *words, size_t size);

/*
 * What an execution has come to so far, in memory that may be shared with
 * another process: known even if the execution kills its own.
 */
struct sched_note {
	uint64_t steps;         /* picked */
	uint64_t preemptions;   /* among them */
	uint64_t hash;          /* of those before the last */
	struct sched_step last; /* the latest of them */
	unsigned turns, room;
	struct sched_turn turn[]; /* the first `turns`, or `room` if fewer */
				  /* behind them: the task of each step */
};

static inline uint8_t *
sched_note_tasks(struct sched_note *note)
{
	return (uint8_t *)(note->turn + note->room);
}

/* Bytes of a note that has room for so many steps. */
static inline size_t
sched_note_size(unsigned room)
{
	return sizeof(struct sched_note) +
	       room * (sizeof(struct sched_turn) + 1);
}

/*
 * A policy that does what `inner` does, and notes it; every execution anew.
 * NULL: no memory.  Destroying it leaves both alone.
 */
struct sched_policy *
sched_note_create(struct sched_policy *inner, struct sched_note *note);

/*
 * A policy that lets each task run up to a number of steps of its own, in that
 * order: the form in which a schedule bears to have parts taken out.  A task
 * that cannot move is passed over; after the last, the default stands.
 */
struct sched_segment {
	unsigned task;
	uint64_t upto; /* steps of its own since the beginning */
};
struct sched_policy *sched_segments_create(void);
void sched_segments_set(struct sched_policy *policy,
    const struct sched_segment *segment, unsigned count);

/* A replay of these turns, not in words; the memory stays the caller's. */
void sched_replay_set(
    struct sched_policy *policy, const struct sched_turn *turn, unsigned count);

#endif /* PMAP_SIM_SCHED_SCHEDULE_H */
