/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces for tests: made, mapped, touched, checked.
 */
#ifndef TESTS_CORE_SPACES_H
#define TESTS_CORE_SPACES_H

#include "tests/core/fixture.h"

#define HERE  ((vm_offset_t)0x10000000)
#define THERE ((vm_offset_t)0x20000000)
#define RW    (VM_PROT_READ | VM_PROT_WRITE)

static inline struct vmspace *
space_up(struct vm *vm)
{
	struct vmspace *space = OPS->vmspace_alloc(vm);

	assert_non_null(space);
	OPS->vmspace_activate(vm, space);
	return space;
}

static inline void
space_down(struct vm *vm, struct vmspace *space)
{
	OPS->vmspace_activate(vm, NULL);
	OPS->vmspace_free(vm, space);
}

static inline void
map(struct vm *vm, struct vmspace *space, vm_offset_t at, unsigned pages,
    vm_prot_t prot, int flags, struct vnode *file)
{
	vm_offset_t addr = at;

	assert_int_equal(OPS->mmap(vm, space, &addr, ptoa(pages), prot,
			     flags | MAP_FIXED_, file, 0),
	    KERN_SUCCESS);
	assert_int_equal(addr, at);
}

static inline uint64_t
load(vm_offset_t va)
{
	uint64_t value = ~0ul;

	assert_int_equal(cpu_load(va, &value), KERN_SUCCESS);
	return value;
}

static inline void
store(vm_offset_t va, uint64_t value)
{
	assert_int_equal(cpu_store(va, value), KERN_SUCCESS);
}

/* A child that the calling thread goes on in. */
static inline struct vmspace *
fork_into(struct vm *vm, struct vmspace *parent)
{
	struct vmspace *child = OPS->vmspace_fork(vm, parent);

	assert_non_null(child);
	OPS->vmspace_activate(vm, child);
	return child;
}

/* The child exits, the parent runs on. */
static inline void
exit_to(struct vm *vm, struct vmspace *child, struct vmspace *parent)
{
	OPS->vmspace_activate(vm, parent);
	OPS->vmspace_free(vm, child);
}

static inline void
inherit(struct vm *vm, struct vmspace *space, vm_offset_t at, unsigned pages,
    enum vm_inheritance inheritance)
{
	assert_int_equal(OPS->inherit(vm, space, at, ptoa(pages), inheritance),
	    KERN_SUCCESS);
}

static inline void
wire(struct vm *vm, struct vmspace *space, vm_offset_t at, unsigned pages,
    boolean_t on)
{
	assert_int_equal(
	    OPS->wire(vm, space, at, ptoa(pages), on), KERN_SUCCESS);
}

#endif /* TESTS_CORE_SPACES_H */
