/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ceiling of what works on address spaces: a VM to each thread, in a
 * process to itself, without locks.  Nothing is shared, so what two of them do
 * by what one does is what the machine grants at that moment to such work,
 * which moves half a megabyte through the caches over and over.
 *
 * A VM is made by the process it is for, and checked there when it leaves.
 */
#ifndef BENCH_VM_SPACE_EACH_H
#define BENCH_VM_SPACE_EACH_H

#include "stress/apart.h"

#define SPACES_APART true

struct spaces {
	struct request request;
	unsigned pages;
	struct aftermath *after; /* [threads], shared with the processes */

	/* The process's own. */
	struct vm_world world;
	struct vmspace *own;
	uint64_t wrong;
};

static inline struct spaces *
spaces_open(const struct request *request, unsigned pages)
{
	struct spaces *spaces = need_zeroed(1, sizeof(*spaces));

	spaces->request = *request;
	spaces->pages = pages;
	spaces->after = apart_memory(request->threads * sizeof(*spaces->after));
	if (spaces->after == NULL)
		need_failed();
	return spaces;
}

static inline void
spaces_enter(struct spaces *spaces, unsigned thread)
{
	struct vm_config config = { .cache_max = 0 };
	struct request alone = spaces->request;

	(void)thread;
	alone.threads = 1;
	if (!vm_world_open(&spaces->world, &alone,
		spaces_frames(1, spaces->pages), &config))
		need_failed();
	cpu_attach(spaces->world.machine, 0);
	spaces->own = vmspace_alloc(spaces->world.vm);
	if (spaces->own == NULL)
		need_failed();
	vmspace_activate(spaces->world.vm, spaces->own);
}

static inline void
spaces_leave(struct spaces *spaces, unsigned thread)
{
	struct aftermath *after = &spaces->after[thread];

	vmspace_activate(spaces->world.vm, NULL);
	vmspace_free(spaces->world.vm, spaces->own);
	cpu_detach();
	vm_world_wrong(after, spaces->wrong, SPACES_WRONG);
	cpu_attach(spaces->world.machine, 1);
	vm_world_check(&spaces->world, after);
	vm_world_close(&spaces->world, after);
}

static inline void
spaces_wrong(struct spaces *spaces, unsigned thread, uint64_t wrong)
{
	(void)thread;
	spaces->wrong += wrong;
}

static inline void
spaces_check(struct spaces *spaces, struct aftermath *after)
{
	for (unsigned i = 0; i < spaces->request.threads; i++) {
		const struct aftermath *its = &spaces->after[i];

		if (its->violations == 0)
			continue;
		after->violations += its->violations;
		memcpy(after->note, its->note, sizeof(after->note));
	}
}

static inline void
spaces_close(struct spaces *spaces)
{
	apart_memory_free(
	    spaces->after, spaces->request.threads * sizeof(*spaces->after));
	free(spaces);
}

#endif /* BENCH_VM_SPACE_EACH_H */
