/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The module's address spaces, in the words of bench/space.h.
 *
 * WHOSE.  A strategy's threads have one VM (vm_space_one.h).  The ceiling has
 * no locking, and a VM to each thread (vm_space_each.h).
 *
 * FRAMES.  There are twice as many as all threads can have in use at a time,
 * and some that magazines may keep back: nobody waits for a frame, and no
 * daemon is needed.  There are not more, for frames go round: each would be
 * cold when it is wanted.
 */
#ifndef BENCH_VM_SPACE_H
#define BENCH_VM_SPACE_H

#include "bench/vm_world.h"
#include "core/vm_map.h"

#define SPACES_SPARE  256u  /* frames: the daemon's reserve */
#define SPACES_THREAD 1024u /* frames that a CPU may keep back */

#define SPACES_WRONG "a call was refused, or a word was not what was stored"

/* For so many threads of so many pages at a time each. */
static inline unsigned
spaces_frames(unsigned threads, unsigned pages)
{
	return SPACES_SPARE + threads * (SPACES_THREAD + 2 * pages);
}

#ifdef BENCH_CEILING
#include "bench/vm_space_each.h"
#else
#include "bench/vm_space_one.h"
#endif

static inline void
spaces_rest(struct spaces *spaces)
{
	(void)spaces;
	cpu_idle_enter();
}

static inline void
spaces_wake(struct spaces *spaces)
{
	(void)spaces;
	cpu_idle_exit();
}

static inline vm_offset_t
space_map(struct spaces *spaces, unsigned pages)
{
	vm_offset_t at = PAGE_SIZE;

	if (vm_mmap(spaces->world.vm, curcpu()->space, &at, ptoa(pages),
		VM_PROT_READ | VM_PROT_WRITE, MAP_PRIVATE_ | MAP_ANON_, NULL,
		0) != KERN_SUCCESS)
		return 0;
	return at;
}

static inline bool
space_store(struct spaces *spaces, vm_offset_t at, uint64_t value)
{
	(void)spaces;
	return cpu_store(at, value) == KERN_SUCCESS;
}

static inline uint64_t
space_load(struct spaces *spaces, vm_offset_t at)
{
	uint64_t value;

	(void)spaces;
	return cpu_load(at, &value) == KERN_SUCCESS ? value : ~UINT64_C(0);
}

static inline void
space_unmap(struct spaces *spaces, vm_offset_t at, unsigned pages)
{
	(void)vm_munmap(spaces->world.vm, curcpu()->space, at, ptoa(pages));
}

static inline uint64_t
space_fork(struct spaces *spaces, uint64_t (*body)(void *arg), void *arg)
{
	struct vm *vm = spaces->world.vm;
	struct vmspace *parent = curcpu()->space;
	struct vmspace *child = vmspace_fork(vm, parent);
	uint64_t result;

	if (child == NULL)
		return 1;
	vmspace_activate(vm, child);
	result = body(arg);
	vmspace_activate(vm, parent);
	vmspace_free(vm, child);
	return result;
}

#endif /* BENCH_VM_SPACE_H */
