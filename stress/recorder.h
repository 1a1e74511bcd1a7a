/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace in the making: what a recorded program's tasks did, in order of time.
 */
#ifndef STRESS_RECORDER_H
#define STRESS_RECORDER_H

#include "stress/trace.h"

#define TID_LIMIT (1 << 22) /* the kernel's own */

struct recorder;
struct recorded_task;

enum recorded_call {
	CALL_NONE,
	CALL_MMAP,
	CALL_MUNMAP,
	CALL_BRK,
	CALL_MPROTECT,
	CALL_MREMAP,
	CALL_MADVISE,
	CALLS
};

/* A mapping as the kernel tells of it. */
struct recorded_map {
	vm_offset_t start;
	vm_size_t size;
	vm_offset_t offset;
	unsigned prot;
	boolean_t shared;
	const char *key;  /* device and inode; NULL: no file */
	const char *path; /* or the kernel's word for it */
};

struct recorder *recorder_create(void);
/* The trace, which is the caller's; frees the recorder. */
struct trace *recorder_finish(struct recorder *r, const char *program);

/* Events of the program that could not be recorded. */
void recorder_skip(struct recorder *r, unsigned long count, const char *reason);

/* The task that lives under that number, or NULL. */
struct recorded_task *recorder_task(struct recorder *r, int tid);
/* The latest that did. */
struct recorded_task *recorder_past_task(struct recorder *r, int tid);
/* The first of all. */
struct recorded_task *recorder_root(struct recorder *r, int tid);
/* Has the program started?  It does with the root's exec. */
boolean_t recorder_begun(const struct recorder *r);

void recorder_map(struct recorder *r, struct recorded_task *task,
    const struct recorded_map *map);
void recorder_enter(struct recorder *r, struct recorded_task *task,
    enum recorded_call call, const unsigned long arg[6]);
void recorder_leave(struct recorder *r, struct recorded_task *task,
    enum recorded_call call, unsigned long result);
void recorder_fault(struct recorder *r, struct recorded_task *task,
    unsigned long address, unsigned long code);
/* The number of the child that is told of next: it goes by this one here, and
 * by the other where the kernel counts, outside of our name space. */
void recorder_fork(struct recorded_task *parent, int tid);
void recorder_newtask(struct recorder *r, struct recorded_task *parent, int tid,
    unsigned long clone_flags);
/* Under the number `tid`, of whichever thread of the process did it. */
void recorder_exec(struct recorder *r, struct recorded_task *task, int tid);
void recorder_exit(struct recorder *r, struct recorded_task *task);

#endif /* STRESS_RECORDER_H */
