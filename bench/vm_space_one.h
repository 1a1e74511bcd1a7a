/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One VM for all threads' spaces: what its locks cost is in the figure.
 */
#ifndef BENCH_VM_SPACE_ONE_H
#define BENCH_VM_SPACE_ONE_H

#define SPACES_APART false

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
	unsigned frames = spaces_frames(request->threads, pages);

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
spaces_wrong(struct spaces *spaces, unsigned thread, uint64_t wrong)
{
	spaces->wrong[thread] += wrong;
}

static inline void
spaces_check(struct spaces *spaces, struct aftermath *after)
{
	uint64_t wrong = 0;

	for (unsigned i = 0; i < spaces->world.threads; i++)
		wrong += spaces->wrong[i];
	vm_world_wrong(after, wrong, SPACES_WRONG);
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

#endif /* BENCH_VM_SPACE_ONE_H */
