/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Subject "linux": the live kernel, by its own calls.  It is no peer: it has
 * mmap_lock, real page tables and system calls, and zeroes real pages as ours
 * does.  It says what such an operation costs in earnest, on this machine, at
 * this moment.
 *
 * A thread is a process here (struct loop's `apart`), so that each has a space
 * of its own.  Large pages are declined: a fault is then a page.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/subject.h"
#include "pmap_sim/types.h"
#include "stress/apart.h"
#include "stress/need.h"

#define SPACES_APART true
#define WRONG_STATUS 1

struct spaces {
	unsigned threads;
	uint64_t *wrong; /* [threads], shared with the processes */
};

static inline struct spaces *
spaces_open(const struct request *request, unsigned pages)
{
	struct spaces *spaces = need_zeroed(1, sizeof(*spaces));

	(void)pages;
	spaces->threads = request->threads;
	spaces->wrong = apart_memory(spaces->threads * sizeof(*spaces->wrong));
	if (spaces->wrong == NULL)
		need_failed();
	return spaces;
}

static inline void
spaces_enter(struct spaces *spaces, unsigned thread)
{
	(void)spaces;
	(void)thread;
}

static inline void
spaces_leave(struct spaces *spaces, unsigned thread)
{
	(void)spaces;
	(void)thread;
}

static inline void
spaces_rest(struct spaces *spaces)
{
	(void)spaces;
}

static inline void
spaces_wake(struct spaces *spaces)
{
	(void)spaces;
}

static inline void
spaces_wrong(struct spaces *spaces, unsigned thread, uint64_t wrong)
{
	spaces->wrong[thread] += wrong;
}

static inline vm_offset_t
space_map(struct spaces *spaces, unsigned pages)
{
	void *at = mmap(NULL, (size_t)pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)spaces;
	if (at == MAP_FAILED)
		return 0;
	if ((size_t)pages * PAGE_SIZE >= (size_t)2 << 20)
		(void)madvise(at, (size_t)pages * PAGE_SIZE, MADV_NOHUGEPAGE);
	return (vm_offset_t)at;
}

static inline bool
space_store(struct spaces *spaces, vm_offset_t at, uint64_t value)
{
	(void)spaces;
	*(volatile uint64_t *)at = value;
	return true;
}

static inline uint64_t
space_load(struct spaces *spaces, vm_offset_t at)
{
	(void)spaces;
	return *(volatile uint64_t *)at;
}

static inline void
space_unmap(struct spaces *spaces, vm_offset_t at, unsigned pages)
{
	(void)spaces;
	munmap((void *)at, (size_t)pages * PAGE_SIZE);
}

static inline uint64_t
space_fork(struct spaces *spaces, uint64_t (*body)(void *arg), void *arg)
{
	pid_t child = fork();
	int status;

	(void)spaces;
	if (child == 0)
		_exit(body(arg) != 0 ? WRONG_STATUS : 0);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	return status != 0;
}

static inline void
spaces_check(struct spaces *spaces, struct aftermath *after)
{
	for (unsigned i = 0; i < spaces->threads; i++)
		after->violations += spaces->wrong[i];
	if (after->violations != 0)
		snprintf(after->note, sizeof(after->note),
		    "%lu times: a call was refused, or a word was not what "
		    "was stored",
		    after->violations);
}

static inline void
spaces_close(struct spaces *spaces)
{
	apart_memory_free(
	    spaces->wrong, spaces->threads * sizeof(*spaces->wrong));
	free(spaces);
}

#include "bench/space.h"

#include "workloads_space.h"

static const struct loop *const loops[] = {
#define WORKLOAD(id, operation, on) WORKLOAD_##on(operation)
#define WORKLOAD_table(operation)
#define WORKLOAD_vm(operation)
#define WORKLOAD_library(operation)
#define WORKLOAD_space(operation) &operation,
#include "bench/workloads.def"
#undef WORKLOAD
	NULL,
};

extern const struct subject linux_subject;

const struct subject linux_subject = {
	.name = "linux", .kind = SUBJECT_KERNEL, .loops = loops
};
