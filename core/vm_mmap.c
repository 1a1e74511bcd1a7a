/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of a program on its address space.
 *
 * WHAT A MAPPING OF A FILE MEANS is said by how its entry refers to the file's
 * object, never by a flag lent to the object (hazard A9):
 *
 *	SHARED	the object itself, never copied
 *	PRIVATE	the object, to be shadowed before the first write: others'
 *		writes show until then
 *	COPY	a copy object of it: others' writes do not show
 *
 * A file that is mapped shared must not stay cached with dirty pages after its
 * last mapping, so it no longer persists.
 */
#include "core/vm_map.h"

/* The entry's object for a file mapping; one reference in it. */
kern_return_t
vm_mmap_file(struct vm *vm, struct vm_map_entry *as, int flags,
    struct vnode *file, vm_offset_t offset)
{
	vm_object_t object, copy;
	boolean_t needs_copy;
	kern_return_t result;

	if (vnode_pager_alloc(vm, file, &object) == NULL)
		return KERN_RESOURCE_SHORTAGE;
	as->object = object;
	as->offset = offset;
	if (flags & MAP_SHARED_) {
		vm_object_lock(object);
		object->flags &= ~OBJ_CANPERSIST;
		vm_object_unlock(object);
		as->inheritance = VM_INHERIT_SHARE;
		return KERN_SUCCESS;
	}
	as->copy_on_write = as->needs_copy = TRUE;
	if ((flags & MAP_COPY_) == 0)
		return KERN_SUCCESS;
	result = vm_object_copy(vm, object, offset, as->end - as->start, &copy,
	    &as->offset, &needs_copy);
	vm_object_deallocate(vm, object);
	as->object = copy;
	return result;
}

/* The same for memory without a file: shared memory needs its object now. */
kern_return_t
vm_mmap_anonymous(struct vm *vm, struct vm_map_entry *as, int flags)
{
	if ((flags & MAP_SHARED_) == 0)
		return KERN_SUCCESS;
	as->inheritance = VM_INHERIT_SHARE;
	as->object = vm_object_allocate(vm, as->end - as->start);
	return as->object != NULL ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

/* Into the map, in place of what is there; the map is locked. */
kern_return_t
vm_mmap_place(struct vm *vm, vm_map_t map, const struct vm_map_entry *as,
    vm_map_entry_t *dead)
{
	kern_return_t result = vm_map_delete(vm, map, as->start, as->end, dead);

	if (result != KERN_SUCCESS)
		return result;
	if (as->object == NULL)
		return vm_map_insert_anonymous(
		    vm, map, as->start, as->end, as->protection);
	return vm_map_insert(vm, map, as);
}

kern_return_t
vm_mmap(struct vm *vm, struct vmspace *space, vm_offset_t *addr, vm_size_t size,
    vm_prot_t prot, int flags, struct vnode *file, vm_offset_t offset)
{
	vm_map_t map = &space->vm_map;
	struct vm_map_entry as = {
		.start = trunc_page(*addr),
		.protection = prot,
		.max_protection = VM_PROT_ALL,
		.inheritance = VM_INHERIT_COPY,
	};
	vm_map_entry_t dead = NULL;
	kern_return_t result;

	size = round_page(size);
	if (size == 0 || (offset & PAGE_MASK) != 0 ||
	    (file == NULL) != ((flags & MAP_ANON_) != 0))
		return KERN_INVALID_ARGUMENT;
	as.end = as.start + size;
	if (as.end <= as.start || as.end > VM_MAX_ADDRESS ||
	    ((flags & MAP_FIXED_) && as.start < map->header.start))
		return KERN_INVALID_ADDRESS;
	result = file != NULL ? vm_mmap_file(vm, &as, flags, file, offset)
			      : vm_mmap_anonymous(vm, &as, flags);
	if (result != KERN_SUCCESS)
		return result;

	vm_map_lock(map);
	if ((flags & MAP_FIXED_) == 0) {
		result = vm_map_findspace(map, as.start, size, &as.start);
		as.end = as.start + size;
	}
	if (result == KERN_SUCCESS)
		result = vm_mmap_place(vm, map, &as, &dead);
	vm_map_unlock(map);
	vm_map_bury(vm, dead);
	if (result != KERN_SUCCESS)
		vm_object_deallocate(vm, as.object);
	else
		*addr = as.start;
	return result;
}

kern_return_t
vm_munmap(
    struct vm *vm, struct vmspace *space, vm_offset_t addr, vm_size_t size)
{
	return vm_map_remove(
	    vm, &space->vm_map, trunc_page(addr), round_page(addr + size));
}

kern_return_t
vm_mprotect(struct vm *vm, struct vmspace *space, vm_offset_t addr,
    vm_size_t size, vm_prot_t prot)
{
	return vm_map_protect(vm, &space->vm_map, trunc_page(addr),
	    round_page(addr + size), prot);
}

/* What is mapped at addr: an entry's copy with its own reference (hazard C1:
 * the map may change while its pages are written). */
boolean_t
vm_mmap_peek(
    struct vm *vm, vm_map_t map, vm_offset_t addr, struct vm_map_entry *as)
{
	vm_map_entry_t e;
	boolean_t found;

	vm_map_lock_read(map);
	found = vm_map_lookup_entry(map, addr, &e);
	if (found) {
		*as = *e;
		vm_object_reference(vm, as->object);
	}
	vm_map_unlock_read(map);
	return found;
}

kern_return_t
vm_msync(struct vm *vm, struct vmspace *space, vm_offset_t addr, vm_size_t size)
{
	vm_offset_t at = trunc_page(addr), end = round_page(addr + size);
	kern_return_t result = KERN_SUCCESS;
	struct vm_map_entry as;

	for (; at < end; at = as.end) {
		if (!vm_mmap_peek(vm, &space->vm_map, at, &as))
			return KERN_INVALID_ADDRESS;
		if (as.inheritance == VM_INHERIT_SHARE && as.object != NULL) {
			vm_offset_t from = at - as.start + as.offset;
			vm_offset_t to = (end < as.end ? end : as.end) -
					 as.start + as.offset;

			vm_object_lock(as.object);
			if (!vm_object_page_clean(
				vm, as.object, from, to, FALSE))
				result = KERN_FAILURE;
			vm_object_unlock(as.object);
		}
		vm_object_deallocate(vm, as.object);
	}
	return result;
}

kern_return_t
vm_brk(struct vm *vm, struct vmspace *space, vm_offset_t old_end,
    vm_offset_t new_end)
{
	vm_map_t map = &space->vm_map;
	kern_return_t result;

	old_end = round_page(old_end);
	new_end = round_page(new_end);
	if (new_end == old_end)
		return KERN_SUCCESS;
	if (new_end < old_end)
		return vm_map_remove(vm, map, new_end, old_end);
	vm_map_lock(map);
	result = vm_map_insert_anonymous(
	    vm, map, old_end, new_end, VM_PROT_READ | VM_PROT_WRITE);
	vm_map_unlock(map);
	return result;
}

kern_return_t
vm_wire(struct vm *vm, struct vmspace *space, vm_offset_t addr, vm_size_t size,
    boolean_t wire)
{
	return vm_map_pageable(vm, &space->vm_map, trunc_page(addr),
	    round_page(addr + size), !wire);
}

boolean_t
vm_mapped(struct vm *vm, struct vmspace *space, vm_offset_t addr,
    vm_size_t size, vm_prot_t prot)
{
	return vm_map_check_protection(vm, &space->vm_map, trunc_page(addr),
	    round_page(addr + size), prot);
}
