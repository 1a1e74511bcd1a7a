/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is measured, as the runner sees it: subjects, and the workloads that
 * they can be put to.
 *
 * A subject is a locking strategy, a peer, a ceiling, or nothing (`empty`).
 * Its loops are compiled with what they measure, so that a lookup is inlined
 * into them as it would be into a kernel; the runner makes one call for some
 * twenty microseconds of work.
 *
 * A workload is one file of bench/workloads/ and one line of workloads.def.
 */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

/* How much is measured.  TIER_NAMED is nobody's to ask for: what is in full,
 * and in standard if its workload is asked for by name. */
enum tier { TIER_NONE, TIER_SMOKE, TIER_STANDARD, TIER_NAMED, TIER_FULL };

enum subject_kind {
	SUBJECT_STRATEGY,
	SUBJECT_PEER,
	SUBJECT_CEILING, /* what no locking could beat */
	SUBJECT_EMPTY,   /* the loop around nothing */
	SUBJECT_KERNEL,  /* the live one */
};

/* One choice of a workload's axes, and from which tier on it is measured. */
struct variant {
	const char *args; /* "objects:1024/table:157"; part of the name */
	enum tier tier;   /* TIER_NONE: ends a list */
};

/* What a world is made for. */
struct request {
	const char *args;
	unsigned threads;
	uint64_t seed; /* of all that is drawn, and of where things lie */
};

/* What is left when all threads have gone. */
struct aftermath {
	unsigned long violations; /* 0: sound */
	char note[160];           /* why not */
	long live_objects;        /* while it ran; -1: not known */
	long unreclaimed_peak;    /* bytes at most; -1: not known */
};

struct world; /* the subject's own */

/* What a repetition came to, of all threads. */
struct whole {
	uint64_t ops, wall_ns;
};

struct loop {
	const char *workload;  /* W1 */
	const char *operation; /* lookup_hot */
	const char *sentence;
	const struct variant *variants;

	/* Ready for that many threads; NULL: a line on stderr says why. */
	struct world *(*open)(const struct request *request);
	/* By a thread of number 0 and up, before its first turn and after its
	 * last; what it gets is its `mine` from then on. */
	void *(*enter)(struct world *world, unsigned thread);
	void (*leave)(void *mine);
	/* About n operations; how many there were. */
	uint64_t (*turn)(void *mine, uint64_t n);
	/* Around its waits for the others, when it does not take turns. */
	void (*rest)(void *mine);
	void (*wake)(void *mine);
	/* Or NULL: a repetition of about so long, with threads of its own; then
	 * all between open and close is NULL. */
	void (*whole)(struct world *world, uint64_t ns, struct whole *whole);
	/* Or NULL: called every few milliseconds while they work, by none of
	 * them. */
	void (*look)(struct world *world);
	/* Its threads do not do the same: what each did says nothing of
	 * fairness.  Nor does what `whole` does. */
	bool unlike;
	/* Google Benchmark runs it, on one thread: not to be put to that. */
	bool library_times;
	/* On one thread it does the same in each run: it can be counted. */
	bool counts;
	/* It plays two CPUs under a schedule of its own (vm_pair.h): it can be
	 * counted, and nothing else. */
	bool paired;
	/* Each thread is a process: what it writes elsewhere than in shared
	 * memory (stress/apart.h) is seen by nobody. */
	bool apart;
	/* All have left: is everything as it should be?  Then it is gone. */
	void (*close)(struct world *world, struct aftermath *after);
};

struct subject {
	const char *name;
	enum subject_kind kind;
	unsigned table; /* the fixed number of buckets; 0: as asked for */
	const char *allocator; /* if it is not the program's, or NULL */
	const char *copy_of; /* the strategy that it is chosen with, or NULL */
	const struct loop *const *loops; /* ends with NULL */
};

/* All there are, in the order of a table; ends with NULL. */
extern const struct subject *const subjects[];

/* The value of "what:value" among the args; or what it is without. */
unsigned long
args_number(const char *args, const char *what, unsigned long without);
/* Is "what:word" among them? */
bool args_have(const char *args, const char *what, const char *word);

/* The subject's loop of that operation, or NULL. */
const struct loop *
subject_loop(const struct subject *subject, const char *operation);
/* Has it so many buckets, and can it do without locks what is asked? */
bool subject_takes(const struct subject *subject, const char *args);
/* Do all its threads do the same, and is it known what each of them did? */
bool loop_is_alike(const struct loop *loop);
const char *subject_kind_name(enum subject_kind kind);

#endif /* BENCH_SUBJECT_H */
