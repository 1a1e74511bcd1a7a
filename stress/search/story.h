/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An execution told step by step: who did what where, and what it changed.
 *
 * It is written while the execution runs, in memory that outlives the process
 * it may kill.
 *
 * What a CPU does while it is interrupted is that CPU's doing: its line has no
 * steps of its own here.
 */
#ifndef STRESS_SEARCH_STORY_H
#define STRESS_SEARCH_STORY_H

#include <signal.h>

#include "stress/scenarios/watch.h"
#include "stress/search/attempt.h"

#define STORY_WORDS  448 /* have a name */
#define STORY_VALUES 144 /* and a value */
#define STORY_FRAMES 8   /* of a crash: it may be in a library */

/* Something that has a name, and perhaps a value before each step: a lock, or
 * what the scenario names. */
struct story_word {
	char name[WATCH_NAME];
	uint32_t object; /* as in struct sched_op; 0: none in particular */
	uint32_t size;
	boolean_t lock;   /* its value is its owner and who waits */
	boolean_t valued; /* else it is a name only */
	boolean_t told;   /* by the scenario */
	unsigned column;  /* its values', if it is valued */
};

struct story_step {
	struct sched_op op;
	const void *where;
	unsigned task;     /* whose step; a line's is its task's */
	boolean_t turn;    /* another would have been usual */
	boolean_t folded;  /* one of many like it: may be left out */
	boolean_t returns; /* the last of an interrupt */
	unsigned inside;   /* so many interrupts */
	sched_set_t woken; /* who slept until then */
	boolean_t sleeps;  /* from then on it sleeps, or will */
	boolean_t touched; /* a program's word of memory, and that is: */
	uint64_t value;
};

/* What a task is about to do when all is over. */
struct story_end {
	boolean_t live, stuck;
	struct sched_op op;
	const void *where;
	unsigned owner; /* of the lock it wants, + 1; 0: none */
};

/* Who failed, and where; not of who is stuck. */
struct story_failure {
	boolean_t known; /* else it was found when all was over, or is none */
	unsigned task, inside;
	/* As of a step, and what called it: the first that has a line is
	 * meant.  NULL: no more is known. */
	const void *where[STORY_FRAMES];
	/* Of a crash, as far as the signal tells: */
	enum story_fault {
		FAULT_NONE,  /* it is no access */
		FAULT_NULL,  /* a bit behind NULL: so much */
		FAULT_FREED, /* by a pointer that lay in freed memory */
		FAULT_STACK, /* the task's stack is full */
		FAULT_WILD,  /* elsewhere, or at what can be no address */
	} fault;
	boolean_t write, jump; /* else it reads */
	uint32_t behind;
	uint32_t object; /* 0: none that could be named */
};

struct story {
	struct judgement judgement;
	unsigned tasks; /* no lines */
	unsigned cpus;  /* of them: the last may be RCU's reclaimer */
	uint64_t steps, room;
	unsigned words, values;
	struct story_word word[STORY_WORDS];
	struct story_end end[SCHED_TASKS];
	struct story_failure failure;
	unsigned inside[SCHED_TASKS]; /* so many interrupts, at the last look */
	long matters; /* the step of the switch that matters; -1: none */
	struct story_step step[];
	/* behind them: the words' values before each step, and at the end */
};

/* Of the execution that these turns make.  apart_memory_free(story,
 * story_size(room)) frees it. */
struct story *
story_tell(struct attempts *a, const struct sched_turn *turn, unsigned turns);
size_t story_size(uint64_t room);

/* "CPU 1", or "reclaimer". */
const char *
story_task(const struct story *story, unsigned task, char *name, size_t size);

/* The word's value before that step; step == steps: at the end.  "" of a name
 * only. */
const char *
story_value(const struct story *story, uint64_t step, unsigned word);
/* Did the step change it?  From and to as story_value has them. */
boolean_t
story_changed(const struct story *story, uint64_t step, unsigned word);
/* Is what the word did between those steps said by that of a whole it is part
 * of, which came or went? */
boolean_t story_part(
    const struct story *story, uint64_t from, uint64_t until, unsigned word);
/* Is it something the story is about: changed, or used by a step? */
boolean_t story_uses(const struct story *story, unsigned word);

/* "count", "lock[1]", "object+16", "+640"; "" for no object. */
void story_object(
    const struct story *story, uint32_t object, char *name, size_t size);
/* The word that is just that, or -1. */
int story_word_at(const struct story *story, uint32_t object);

/* Who woke the task whose sleep ends in that step; -1: it did not sleep. */
long story_waker(const struct story *story, uint64_t step);

/* Fold what one task does alone for more than a few steps, and what changes
 * nothing for long. */
void story_fold(struct story *story);

/*
 * The last of the turns without which the same failure does not come: its
 * number, or -1.  Found by leaving each out.
 */
int story_switch(struct attempts *a, const struct sched_turn *turn,
    unsigned turns, uint64_t signature);

/* --- For story.c: story_crash.c ------------------------------------------- */

#define STORY_SIGNALS 4

/* The look_arg of a scheduler whose tasks may crash. */
struct story_crash {
	struct story *story;
	struct sigaction before[STORY_SIGNALS];
};
/* From now on a task's crash is written to the story, before the process dies
 * of it as it would.  In the process that tells, whose only scheduler it is. */
void story_crash_begin(struct story_crash *crash, struct story *story);

/* --- For story.c: story_words.c ------------------------------------------- */

/* At a look: what the scenario says (hint: WATCH_MAX zeros at first), and what
 * the locks are. */
void story_take_words(struct story *story, const struct watch *watch,
    const struct sched *s, unsigned *hint);
void story_take_locks(struct story *story, const struct sched *s);
/* The values at the end are those of the step before. */
void story_keep_values(struct story *story);

#endif /* STRESS_SEARCH_STORY_H */
