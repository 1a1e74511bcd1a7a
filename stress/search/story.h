/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An execution told step by step: who did what where, and what it changed.
 *
 * It is written while the execution runs, in memory that outlives the process
 * it may kill.
 */
#ifndef STRESS_SEARCH_STORY_H
#define STRESS_SEARCH_STORY_H

#include "stress/scenarios/watch.h"
#include "stress/search/attempt.h"

/* Something that has a value before each step: a lock, or what the scenario
 * names. */
struct story_word {
	char name[WATCH_NAME];
	uint32_t object; /* as in struct sched_op; 0: none in particular */
	uint32_t size;
	boolean_t lock;   /* its value is its owner and who waits */
	boolean_t valued; /* else it is a name only */
};

struct story_step {
	struct sched_op op;
	const void *where;
	boolean_t turn;   /* another would have been usual */
	boolean_t folded; /* one of many steps alone: may be left out */
};

/* What a task is about to do when all is over. */
struct story_end {
	boolean_t live, stuck;
	struct sched_op op;
	const void *where;
	unsigned owner; /* of the lock it wants, + 1; 0: none */
};

struct story {
	struct judgement judgement;
	unsigned tasks;
	uint64_t steps, room;
	unsigned words;
	struct story_word word[WATCH_MAX];
	struct story_end end[SCHED_TASKS];
	long matters; /* the step of the switch that matters; -1: none */
	struct story_step step[];
	/* behind them: the words' values before each step, and at the end */
};

/* Of the execution that these turns make.  apart_memory_free(story,
 * story_size(room)) frees it. */
struct story *
story_tell(struct attempts *a, const struct sched_turn *turn, unsigned turns);
size_t story_size(uint64_t room);

/* The word's value before that step; step == steps: at the end. */
const char *
story_value(const struct story *story, uint64_t step, unsigned word);
/* Did the step change it?  From and to as story_value has them. */
boolean_t
story_changed(const struct story *story, uint64_t step, unsigned word);

/* "count", "lock[1]", "object+16", "+640"; "" for no object. */
void story_object(
    const struct story *story, uint32_t object, char *name, size_t size);

/* Fold what one task does alone for more than a few steps. */
void story_fold(struct story *story);

/*
 * The last of the turns without which the same failure does not come: its
 * number, or -1.  Found by leaving each out.
 */
int story_switch(struct attempts *a, const struct sched_turn *turn,
    unsigned turns, uint64_t signature);

#endif /* STRESS_SEARCH_STORY_H */
