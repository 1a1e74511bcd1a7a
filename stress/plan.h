/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace made ready to be replayed: each task's own events in a row, and
 * beside them all that must be known before and can be known from the trace
 * alone.
 *
 * A plan is read-only once made: all copies and all repetitions share it.
 */
#ifndef STRESS_PLAN_H
#define STRESS_PLAN_H

#include "stress/run.h"

enum plan_kind {
	PLAN_LOAD,
	PLAN_STORE,
	/* what changes a mapping, or who uses it */
	PLAN_MAP,
	PLAN_UNMAP,
	PLAN_PROTECT,
	PLAN_MOVE,
	PLAN_BRK,
	PLAN_FORGET, /* private memory, all of it */
	PLAN_SYNC,   /* a shared file, all of it */
	PLAN_FORK,
	PLAN_SHARE, /* thread, vfork: a task more on this space */
	PLAN_EXEC,
	PLAN_EXIT,
};

#define PLAN_NONE (~0u) /* no file, no task */

struct plan_event {
	unsigned char kind; /* enum plan_kind */
	unsigned char prot;
	boolean_t shared : 1; /* PLAN_MAP */
	unsigned turn;        /* changes of the space that come before it */
	unsigned number;      /* MAP: file; FORK, SHARE: child; EXEC: space */
	vm_offset_t address;
	vm_size_t size;
	vm_offset_t other;    /* MAP: offset; MOVE: where to; BRK: new end */
	vm_size_t other_size; /* MOVE */
};

struct plan_task {
	unsigned parent;       /* PLAN_NONE: there from the start */
	unsigned space;        /* that it starts on */
	unsigned first, count; /* its events */
	/* Its children in the order in which they ended, and for each of its
	 * forks, in order, how many of them had. */
	unsigned children, child_count;
	unsigned forks;
};

/* One address space, from fork or exec to the last exit. */
struct plan_space {
	unsigned members; /* tasks that are ever on it */
	boolean_t crowd;  /* several at a time */
	unsigned turns;   /* changes, if there are several members */
	unsigned before;  /* index in plan->before of the first turn's */
};

struct plan_file {
	vm_size_t size;
	unsigned char *tagged; /* a bit for each page that is ever touched */
	vm_size_t pages;       /* bits */
};

/* What the recorder left out. */
struct plan_skip {
	unsigned long count;
	char *reason;
};

struct plan {
	char *program; /* for people */
	struct plan_event *events;
	unsigned event_count;
	struct plan_task *tasks;
	unsigned task_count;
	struct plan_space *spaces;
	unsigned space_count;
	struct plan_file *files;
	unsigned file_count;
	struct plan_skip *skips;
	unsigned skip_count;
	unsigned *children; /* of all tasks */
	unsigned *ended;    /* of all forks: children ended before */
	unsigned *before;   /* of all turns: events of the space before it */
	unsigned long file_pages;    /* touched, of all files */
	unsigned long private_pages; /* touched, all tasks' together */
	unsigned long private_peak;  /* the most at one time, as recorded */
	unsigned long unreplayed[UNREPLAYED_REASONS]; /* left out of it */
	/* Not left out, but bound to be refused: what is mapped says so. */
	unsigned long foreseen[UNREPLAYED_REASONS];
	unsigned live_peak; /* tasks at one time, as recorded */
};

struct trace;

/* From a trace file.  NULL: a line on stderr has said why. */
struct plan *plan_create(const char *path);
struct plan *plan_of_trace(const struct trace *trace);
void plan_free(struct plan *plan);

static inline boolean_t
plan_is_change(const struct plan_event *event)
{
	return event->kind >= PLAN_MAP;
}

#endif /* STRESS_PLAN_H */
