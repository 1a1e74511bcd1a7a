/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The module's address spaces, in the words of bench/space.h.
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

#define SPACES_APART  false
#define SPACES_SPARE  256u /* frames: the daemon's reserve */
#define SPACES_THREAD 512u /* frames that a CPU may keep back */

struct spaces {
	struct vm_world world;
	struct vmspace **own; /* [threads] */
	uint64_t *wrong;      /* [threads] */
};

static inline struct spaces *
spaces_open(const struct request *request, unsigned pages)
{
	struct vm_config config = { .cache_max = 0 };
	struct spaces *spaces = need_zeroed(1, sizeof(*spaces));
	unsigned frames =
	    SPACES_SPARE + request->threads * (SPACES_THREAD + 2 * pages);

	if (!vm_world_open(&spaces->world, request, frames, &config)) {
		free(spaces);
		return NULL;
	}
	spaces->own = need_zeroed(request->threads, sizeof(*spaces->own));
	spaces->wrong = need_zeroed(request->threads, sizeof(*spaces->wrong));
	return spaces;
}

static inline void
spaces_enter(struct spaces *spaces, unsigned thread)
{
	struct vm *vm = spaces->world.vm;

	cpu_attach(spaces->world.machine, thread);
	spaces->own[thread] = vmspace_alloc(vm);
	if (spaces->own[thread] == NULL)
		need_failed();
	vmspace_activate(vm, spaces->own[thread]);
}

static inline void
spaces_leave(struct spaces *spaces, unsigned thread)
{
	vmspace_activate(spaces->world.vm, NULL);
	vmspace_free(spaces->world.vm, spaces->own[thread]);
	cpu_detach();
}

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

static inline void
spaces_wrong(struct spaces *spaces, unsigned thread, uint64_t wrong)
{
	spaces->wrong[thread] += wrong;
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

static inline void
spaces_check(struct spaces *spaces, struct aftermath *after)
{
	uint64_t wrong = 0;

	for (unsigned i = 0; i < spaces->world.threads; i++)
		wrong += spaces->wrong[i];
	vm_world_wrong(after, wrong,
	    "a call was refused, or a word was not what was stored");
	cpu_attach(spaces->world.machine, spaces->world.threads);
	vm_world_check(&spaces->world, after);
	vm_world_close(&spaces->world, after);
}

static inline void
spaces_close(struct spaces *spaces)
{
	free(spaces->own);
	free(spaces->wrong);
	free(spaces);
}

#endif /* BENCH_VM_SPACE_H */
