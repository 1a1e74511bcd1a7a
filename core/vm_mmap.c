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
 * last mapping, so it no longer persists.  A device can only be mapped shared.
 *
 * Calls take their memory before they change anything, so that one that fails
 * has done nothing.
 */
#include "core/vm_map.h"

kern_return_t
vm_mmap_range(vm_offset_t *addr, vm_size_t size, vm_offset_t *end)
{
	*end = round_page(*addr + size);
	*addr = trunc_page(*addr);
	if (size > VM_MAX_ADDRESS || *end > VM_MAX_ADDRESS || *end < *addr)
		return KERN_INVALID_ADDRESS;
	return KERN_SUCCESS;
}

/* The entry's object for a file mapping; one reference in it. */
kern_return_t
vm_mmap_file(struct vm *vm, struct vm_map_entry *as, int flags,
    struct vnode *file, vm_offset_t offset)
{
	boolean_t lend = AS_FOUND(A9) && (flags & MAP_COPY_) == 0;
	vm_object_t object, copy;
	boolean_t needs_copy;
	kern_return_t result;

	if (vm_pager_allocate(vm, file, &object) == NULL)
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
	if ((flags & MAP_COPY_) == 0 && !lend)
		return KERN_SUCCESS;
	if (lend)
		object->flags |= OBJ_INTERNAL; /* unlocked: A8 */
	result = vm_object_copy(vm, object, offset, as->end - as->start, &copy,
	    &as->offset, &needs_copy);
	VM_POINT(copy_made);
	if (lend)
		object->flags &= ~OBJ_INTERNAL;
	else if (AS_FOUND(D3))
		vm_object_pmap_copy(
		    vm, object, offset, offset + as->end - as->start);
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

/* Is this something that can be mapped so? */
kern_return_t
vm_mmap_check(vm_offset_t addr, vm_size_t size, int flags, struct vnode *file,
    vm_offset_t offset)
{
	if (size == 0 || size > VM_MAX_ADDRESS || (offset & PAGE_MASK) != 0 ||
	    (file == NULL) != ((flags & MAP_ANON_) != 0))
		return KERN_INVALID_ARGUMENT;
	if (file != NULL && file->type == VCHR &&
	    ((flags & MAP_SHARED_) == 0 || offset > file->size ||
		size > file->size - offset))
		return KERN_INVALID_ARGUMENT;
	if ((flags & MAP_FIXED_) &&
	    (addr < PAGE_SIZE || addr > VM_MAX_ADDRESS - size))
		return KERN_INVALID_ADDRESS;
	return KERN_SUCCESS;
}

/* Into the map: fixed, in place of what is there.  If that succeeds e, a filled
 * entry, is the map's, and *addr is where. */
kern_return_t
vm_mmap_enter(struct vm *vm, vm_map_t map, vm_map_entry_t e, boolean_t fixed,
    vm_offset_t *addr)
{
	vm_size_t size = e->end - e->start;
	vm_map_entry_t dead = NULL;
	kern_return_t result;

	vm_map_lock(map);
	if (fixed)
		result = vm_map_delete(vm, map, e->start, e->end, &dead);
	else
		result = vm_map_findspace(map, e->start, size, &e->start);
	if (result == KERN_SUCCESS) {
		e->end = e->start + size;
		*addr = e->start;
		vm_map_place(vm, map, e);
	}
	vm_map_unlock(map);
	vm_map_bury(vm, dead);
	return result;
}

kern_return_t
vm_mmap(struct vm *vm, struct vmspace *space, vm_offset_t *addr, vm_size_t size,
    vm_prot_t prot, int flags, struct vnode *file, vm_offset_t offset)
{
	vm_map_entry_t e;
	kern_return_t result;

	size = round_page(size);
	*addr = trunc_page(*addr);
	result = vm_mmap_check(*addr, size, flags, file, offset);
	if (result != KERN_SUCCESS)
		return result;
	e = vm_map_entry_anonymous(vm, *addr, *addr + size, prot);
	if (e == NULL)
		return KERN_RESOURCE_SHORTAGE;
	result = file != NULL ? vm_mmap_file(vm, e, flags, file, offset)
			      : vm_mmap_anonymous(vm, e, flags);
	if (result == KERN_SUCCESS)
		result = vm_mmap_enter(
		    vm, &space->vm_map, e, (flags & MAP_FIXED_) != 0, addr);
	if (result != KERN_SUCCESS) {
		vm_map_entry_release(vm, e);
		vm_mfree(vm, e, M_VMMAPENT);
	}
	return result;
}

kern_return_t
vm_munmap(
    struct vm *vm, struct vmspace *space, vm_offset_t addr, vm_size_t size)
{
	vm_offset_t end;

	if (vm_mmap_range(&addr, size, &end) != KERN_SUCCESS)
		return KERN_INVALID_ADDRESS;
	return vm_map_remove(vm, &space->vm_map, addr, end);
}

kern_return_t
vm_mprotect(struct vm *vm, struct vmspace *space, vm_offset_t addr,
    vm_size_t size, vm_prot_t prot)
{
	vm_offset_t end;

	if (vm_mmap_range(&addr, size, &end) != KERN_SUCCESS)
		return KERN_INVALID_ADDRESS;
	return vm_map_protect(vm, &space->vm_map, addr, end, prot);
}

kern_return_t
vm_inherit(struct vm *vm, struct vmspace *space, vm_offset_t addr,
    vm_size_t size, enum vm_inheritance inheritance)
{
	vm_offset_t end;

	if (vm_mmap_range(&addr, size, &end) != KERN_SUCCESS)
		return KERN_INVALID_ADDRESS;
	return vm_map_inherit(vm, &space->vm_map, addr, end, inheritance);
}

/* Write [at, end) of the mapped file, if it is one. */
kern_return_t
vm_msync_entry(
    struct vm *vm, struct vm_map_entry *as, vm_offset_t at, vm_offset_t end)
{
	vm_offset_t from = at - as->start + as->offset;
	vm_offset_t to =
	    (end < as->end ? end : as->end) - as->start + as->offset;
	boolean_t clean = TRUE;

	if (as->object == NULL || as->copy_on_write)
		return KERN_SUCCESS;
	vm_object_lock(as->object);
	if ((as->object->flags & OBJ_INTERNAL) == 0)
		clean = vm_object_page_clean(vm, as->object, from, to, FALSE);
	vm_object_unlock(as->object);
	return clean ? KERN_SUCCESS : KERN_FAILURE;
}

kern_return_t
vm_msync(struct vm *vm, struct vmspace *space, vm_offset_t addr, vm_size_t size)
{
	kern_return_t result, worst = KERN_SUCCESS;
	struct vm_map_entry as;
	vm_offset_t end;

	if (vm_mmap_range(&addr, size, &end) != KERN_SUCCESS)
		return KERN_INVALID_ADDRESS;
	for (; addr < end; addr = as.end) {
		if (!vm_map_peek(vm, &space->vm_map, addr, &as))
			return KERN_INVALID_ADDRESS;
		result = vm_msync_entry(vm, &as, addr, end);
		if (result != KERN_SUCCESS)
			worst = result;
		vm_object_deallocate(vm, as.object);
	}
	return worst;
}

kern_return_t
vm_brk(struct vm *vm, struct vmspace *space, vm_offset_t old_end,
    vm_offset_t new_end)
{
	vm_map_t map = &space->vm_map;
	vm_map_entry_t e;
	boolean_t unused;

	if (new_end < old_end) {
		vm_size_t size = round_page(old_end) - round_page(new_end);

		return vm_munmap(vm, space, round_page(new_end), size);
	}
	old_end = round_page(old_end);
	new_end = round_page(new_end);
	if (new_end == old_end)
		return KERN_SUCCESS;
	e = vm_map_entry_anonymous(
	    vm, old_end, new_end, VM_PROT_READ | VM_PROT_WRITE);
	if (e == NULL)
		return KERN_RESOURCE_SHORTAGE;
	vm_map_lock(map);
	unused = vm_map_is_free(map, old_end, new_end);
	if (unused)
		vm_map_place(vm, map, e);
	vm_map_unlock(map);
	if (unused)
		return KERN_SUCCESS;
	vm_mfree(vm, e, M_VMMAPENT);
	return KERN_NO_SPACE;
}

kern_return_t
vm_wire(struct vm *vm, struct vmspace *space, vm_offset_t addr, vm_size_t size,
    boolean_t wire)
{
	vm_offset_t end;

	if (vm_mmap_range(&addr, size, &end) != KERN_SUCCESS)
		return KERN_INVALID_ADDRESS;
	return vm_map_pageable(vm, &space->vm_map, addr, end, !wire);
}

boolean_t
vm_mapped(struct vm *vm, struct vmspace *space, vm_offset_t addr,
    vm_size_t size, vm_prot_t prot)
{
	vm_offset_t end;

	if (vm_mmap_range(&addr, size, &end) != KERN_SUCCESS)
		return FALSE;
	return vm_map_check_protection(vm, &space->vm_map, addr, end, prot);
}
