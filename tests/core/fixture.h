/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small VM of this strategy, with the calling thread on CPU 0, a file, a
 * device and swap; made fresh for each test and checked for leaks after it.
 *
 * Tests below tests/core/ are compiled once per strategy, like core/ itself, so
 * they may look into its structures.
 */
#ifndef TESTS_CORE_FIXTURE_H
#define TESTS_CORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/vm.h"
#include "core/vm_fault.h"
#include "core/vm_map.h"
#include "core/vm_pageout.h"

#define FILE_PAGES   8
#define DEVICE_PAGES 2

/* The strategy's ops table: what programs see. */
extern const struct vm_ops VM_NAME(vm_strategy);
#define OPS (&VM_NAME(vm_strategy))

struct fixture {
	struct machine *machine;
	struct vm *vm;
	struct vnode file;
	struct vnode device;
};

#define FACT_STRING_(s) #s
#define FACT_STRING(s)  FACT_STRING_(s)
/* A test named after the fact it checks, and the strategy. */
#define FACT(f)                                                                \
	{                                                                      \
#f "/" FACT_STRING(LK_STRATEGY), f, fixture_up, fixture_down,  \
		    NULL                                                       \
	}
/* What a test begins with. */
#define FIXTURE                                                                \
	struct fixture *fx = *state;                                           \
	struct vm *vm = fx->vm;                                                \
	(void)vm

#ifndef FIXTURE_FRAMES
#define FIXTURE_FRAMES 64
#endif

static inline int
fixture_file(struct vnode *vp, unsigned id, unsigned pages)
{
	char path[] = "/tmp/vmrace-test-XXXXXX";
	int fd = mkstemp(path);
	uint64_t page[PAGE_SIZE / sizeof(uint64_t)] = { 0 };

	if (fd < 0)
		return -1;
	unlink(path);
	for (unsigned i = 0; i < pages; i++) {
		page[0] = (uint64_t)id << 32 | (i + 1);
		if (pwrite(fd, page, PAGE_SIZE, (off_t)ptoa(i)) < 0)
			return -1;
	}
	vnode_init(vp, fd, id, ptoa(pages));
	return 0;
}

static inline int
fixture_up_with(void **state, const struct vm_config *config)
{
	struct fixture *fx = calloc(1, sizeof(*fx));
	struct machine_config mc = {
		.cpus = 2,
		.frames = FIXTURE_FRAMES,
		.device_frames = DEVICE_PAGES,
		.fixed_bytes = vm_fixed_bytes(FIXTURE_FRAMES + DEVICE_PAGES, 2),
	};

	fx->machine = machine_create(&mc);
	if (fx->machine == NULL)
		return -1;
	cpu_attach(fx->machine, 0);
	fx->vm = vm_create(fx->machine, config);
	if (fx->vm == NULL || fixture_file(&fx->file, 1, FILE_PAGES) != 0)
		return -1;
	vnode_init_device(
	    &fx->device, 2, ptoa(FIXTURE_FRAMES), ptoa(DEVICE_PAGES));
	*state = fx;
	return 0;
}

/* A name for a swap file, which is unlinked as soon as it is open. */
static inline const char *
fixture_swap(void)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/vmrace-test-swap-%d", (int)getpid());
	return path;
}

static inline int
fixture_up(void **state)
{
	struct vm_config config = { .swap_path = fixture_swap() };

	return fixture_up_with(state, &config);
}

/* Whatever a test does, it must leave a sound VM and nothing allocated. */
static inline int
fixture_down(void **state)
{
	struct fixture *fx = *state;
	struct vm_census left;
	unsigned wrong = vm_check(fx->vm) + pmap_check(fx->machine);

	vm_destroy(fx->vm, &left);
	cpu_detach();
	machine_destroy(fx->machine);
	close(fx->file.fd);
	free(fx);
	if (wrong != 0 || left.objects != 0 || left.hash_entries != 0 ||
	    left.pagers != 0 || left.maps != 0 || left.entries != 0) {
		fprintf(stderr,
		    "%u violations; left: %ld objects, %ld hash entries, "
		    "%ld pagers, %ld maps, %ld entries\n",
		    wrong, left.objects, left.hash_entries, left.pagers,
		    left.maps, left.entries);
		return -1;
	}
	return 0;
}

/* A resident page of the object, zero but for `word` at its beginning. */
static inline vm_page_t
page_put(struct vm *vm, vm_object_t object, vm_offset_t offset, uint64_t word)
{
	vm_page_t m;

	vm_object_lock(object);
	m = vm_page_alloc(vm, object, offset);
	assert_non_null(m);
	vm_page_zero_fill(vm, m);
	memcpy(
	    frame_bytes(vm->machine, VM_PAGE_TO_PHYS(m)), &word, sizeof(word));
	m->flags &= ~(PG_FAKE | PG_CLEAN);
	vm_page_lock_queues();
	vm_page_activate(vm, m);
	vm_page_unlock_queues();
	PAGE_WAKEUP(m);
	vm_object_unlock(object);
	return m;
}

static inline vm_page_t
page_at(struct vm *vm, vm_object_t object, vm_offset_t offset)
{
	vm_page_t m;

	vm_object_lock(object);
	m = vm_page_lookup(vm, object, offset);
	vm_object_unlock(object);
	return m;
}

static inline uint64_t
page_word(struct vm *vm, vm_page_t m)
{
	uint64_t word;

	memcpy(
	    &word, frame_bytes(vm->machine, VM_PAGE_TO_PHYS(m)), sizeof(word));
	return word;
}

static inline struct vm_statistics
stats(struct vm *vm)
{
	struct vm_statistics s;

	vm_stat(vm, &s);
	return s;
}

#endif /* TESTS_CORE_FIXTURE_H */
