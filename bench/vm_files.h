/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects that come and go: what W4, W5 and W19 are made of.  An object is a
 * vnode pager's, as a file's is; vm_pager_allocate finds it or makes it, and
 * who lets go of the last reference leaves it to the persistent cache, from
 * where it is taken again or trimmed.
 *
 * WHAT WAITS FOR A GRACE PERIOD is memory that is neither used nor free.
 * jemalloc is asked every few milliseconds what the heap holds; the most there
 * ever was, less what there is when all that was retired has been freed and
 * nothing else has changed, is what had not been reclaimed.  With another
 * allocator it is not known.
 */
#ifndef BENCH_VM_FILES_H
#define BENCH_VM_FILES_H

#include "bench/heap.h"
#include "bench/vm_world.h"
#include "stress/random.h"

#define FILES_FRAMES  64u
#define FILES_SPARE   16u
#define FILES_CHECKED 2048u /* objects that vm_check is left with at most */

/* One thread's. */
struct filer {
	_Alignas(64) struct files *files;
	unsigned number;
	struct vnode *vnodes; /* its own, or all threads' */
	unsigned count;       /* of them */
	vm_object_t *held;    /* [objects], its own */
	unsigned at;
	struct random_stream random;
	uint64_t wrong;
};

/* What a struct world is to these loops. */
struct files {
	struct vm_world world;
	unsigned objects;     /* that each thread holds, or that all share */
	unsigned cache;       /* that the persistent cache may hold */
	struct vnode *shared; /* [objects], or NULL */
	struct filer *filers; /* [threads] */
	long heap_peak;       /* -1: not known */
};

/* --- A world ------------------------------------------------------------ */

static struct vnode *
files_vnodes(unsigned count)
{
	struct vnode *vnodes = need_aligned(64, count, sizeof(*vnodes));

	for (unsigned i = 0; i < count; i++)
		vnode_init(&vnodes[i], -1, i, PAGE_SIZE);
	return vnodes;
}

/* Its own vnodes are so many that one's object has left the cache when its
 * turn comes again. */
static void
filer_open(struct filer *filer, struct files *files, uint64_t seed)
{
	filer->files = files;
	filer->number = (unsigned)(filer - files->filers);
	filer->random = random_stream(seed, filer->number);
	filer->held = need_zeroed(files->objects, sizeof(*filer->held));
	filer->vnodes = files->shared;
	filer->count = files->objects;
	if (files->shared == NULL) {
		filer->count += files->cache + FILES_SPARE;
		filer->vnodes = files_vnodes(filer->count);
	}
}

static struct files *
files_make(const struct request *request, bool shared)
{
	struct files *files = need_zeroed(1, sizeof(*files));
	struct vm_config config = { 0 };

	files->heap_peak = -1;
	files->objects = (unsigned)args_number(request->args, "objects", 1);
	files->cache = (unsigned)args_number(request->args, "cache", 100);
	config.cache_max = files->cache != 0 ? files->cache : ~0u;
	if (!vm_world_open(&files->world, request, FILES_FRAMES, &config)) {
		free(files);
		return NULL;
	}
	if (shared)
		files->shared = files_vnodes(files->objects);
	files->filers =
	    need_aligned(64, request->threads, sizeof(*files->filers));
	for (unsigned i = 0; i < request->threads; i++)
		filer_open(&files->filers[i], files, request->seed);
	return files;
}

static struct world *
files_open(const struct request *request)
{
	return (struct world *)files_make(request, false);
}

/* While others work. */
static void
files_look(struct world *world)
{
	struct files *files = (struct files *)world;
#ifdef BENCH_LIBC
	long now = -1; /* not its heap */
#else
	long now = heap_allocated();
#endif

	if (now > files->heap_peak)
		files->heap_peak = now;
}

/* On the last CPU. */
static void
files_let_go(struct files *files, struct aftermath *after)
{
	struct vm *vm = files->world.vm;
	struct vm_statistics statistics;
	uint64_t wrong = 0;

	vm_stat(vm, &statistics);
	after->live_objects = (long)statistics.object_count - 2; /* kernel's */
	lk_retire_barrier(&vm->lk);
	if (files->heap_peak >= 0) {
		long waited = files->heap_peak - heap_allocated();

		after->unreclaimed_peak = waited > 0 ? waited : 0;
	}
	for (unsigned i = 0; i < files->world.threads; i++) {
		wrong += files->filers[i].wrong;
		for (unsigned o = 0; o < files->objects; o++)
			vm_object_deallocate(vm, files->filers[i].held[o]);
	}
	vm_world_wrong(
	    after, wrong, "a pager's object was not found, or another's was");
	if (files->cache > FILES_CHECKED)
		vm_object_cache_limit(vm, FILES_CHECKED);
}

static void
files_close(struct world *world, struct aftermath *after)
{
	struct files *files = (struct files *)world;

	cpu_attach(files->world.machine, files->world.threads);
	files_let_go(files, after);
	vm_world_check(&files->world, after);
	vm_world_close(&files->world, after);
	for (unsigned i = 0; i < files->world.threads; i++) {
		if (files->shared == NULL)
			free(files->filers[i].vnodes);
		free(files->filers[i].held);
	}
	free(files->shared);
	free(files->filers);
	free(files);
}

/* --- A thread ----------------------------------------------------------- */

static void *
files_enter(struct world *world, unsigned thread)
{
	struct files *files = (struct files *)world;

	cpu_attach(files->world.machine, thread);
	return &files->filers[thread];
}

static void
files_leave(void *mine)
{
	(void)mine;
	cpu_detach();
}

static void
files_rest(void *mine)
{
	(void)mine;
	cpu_idle_enter();
}

static void
files_wake(void *mine)
{
	(void)mine;
	cpu_idle_exit();
}

/* The object of a vnode, with one reference more; found or made. */
static inline vm_object_t
filer_object(struct filer *filer, unsigned number, vm_pager_t *pager)
{
	vm_object_t object = NULL;

	*pager = vm_pager_allocate(
	    filer->files->world.vm, &filer->vnodes[number], &object);
	filer->wrong +=
	    *pager == NULL || (*pager)->vnode != &filer->vnodes[number];
	return object;
}

/* Make one that was not there, look it up, let go of the one that is held
 * longest. */
static inline void
filer_churn(struct filer *filer)
{
	struct vm *vm = filer->files->world.vm;
	unsigned slot = filer->at % filer->files->objects;
	vm_object_t object, found;
	vm_pager_t pager;

	object = filer_object(filer, filer->at % filer->count, &pager);
	found = vm_object_lookup(vm, pager);
	filer->wrong += found != object;
	vm_object_deallocate(vm, found);
	vm_object_deallocate(vm, filer->held[slot]);
	filer->held[slot] = object;
	filer->at++;
}

/* The rest of a struct loop. */
#define FILES_LOOP(opens, does)                                                \
	.open = (opens), .close = files_close, .enter = files_enter,           \
	.leave = files_leave, .rest = files_rest, .wake = files_wake,          \
	.look = files_look, .counts = true, .turn = (does)

#endif /* BENCH_VM_FILES_H */
