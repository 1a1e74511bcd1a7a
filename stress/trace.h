/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A recorded program's memory life: docs/trace-format.md.
 *
 * A trace is text, a line an event, compressed with zstd.  It is read whole,
 * and checked so far that whoever walks it may index by what it says.
 */
#ifndef STRESS_TRACE_H
#define STRESS_TRACE_H

#include <stdio.h>

#include "pmap_sim/types.h"

#define TRACE_VERSION 1
#define TRACE_MOST    ((size_t)1 << 30) /* bytes of text that are read */
#define TRACE_NONE    (~0u)

enum trace_op {
	TRACE_LOAD,    /* a fault that read (or executed): address */
	TRACE_STORE,   /* a fault that wrote: address */
	TRACE_MMAP,    /* address, size, prot, shared, file, offset */
	TRACE_MUNMAP,  /* address, size */
	TRACE_PROTECT, /* address, size, prot */
	TRACE_BRK,     /* address: old end; other: new end */
	TRACE_REMAP,   /* address, size; other, other_size: where to */
	TRACE_ADVISE,  /* address, size: contents no longer needed */
	TRACE_FORK,    /* child: a copy of the address space */
	TRACE_VFORK,   /* child: the same one, the parent sleeps until it is
			  left */
	TRACE_THREAD,  /* child: the same one */
	TRACE_EXEC,    /* everything is unmapped */
	TRACE_EXIT,
};

struct trace_event {
	unsigned char op;   /* enum trace_op */
	unsigned char prot; /* VM_PROT_* */
	boolean_t shared;
	unsigned task;
	union {
		unsigned file;  /* MMAP: TRACE_NONE without */
		unsigned child; /* FORK, VFORK, THREAD */
	};
	vm_offset_t address; /* page aligned but for LOAD, STORE, BRK */
	vm_size_t size;      /* bytes, whole pages, not 0 */
	vm_offset_t other;   /* MMAP: offset in the file */
	vm_size_t other_size;
};

struct trace_file {
	vm_size_t size; /* bytes */
	char *name;     /* relative, for people */
};

/* What could not be recorded, in words, and how often. */
struct trace_skip {
	unsigned long count;
	char *reason;
};

struct trace {
	char *program;
	struct trace_file *files;
	unsigned file_count;
	unsigned task_count; /* task 0 is there from the start */
	struct trace_event *events;
	unsigned event_count;
	struct trace_skip *skips;
	unsigned skip_count;
};

/* NULL: one line on stderr has said what is wrong and where. */
struct trace *trace_open(const char *path);
void trace_close(struct trace *trace);

/* TRUE, or a line on stderr; path is replaced as a whole or left alone.  What
 * is no file, a device or a pipe, is written to as it is. */
boolean_t trace_write(const struct trace *trace, const char *path);
/* TRUE, or a line on stderr: would it be allowed to? */
boolean_t trace_writable(const char *path);

/* One event as a line of the format, and back.  FALSE: not a line of it. */
void trace_print(FILE *out, const struct trace_event *event);
boolean_t trace_parse(const char *line, struct trace_event *event);
/* Would a reader let the event's addresses and sizes through? */
boolean_t trace_possible(const struct trace_event *event);

#endif /* STRESS_TRACE_H */
