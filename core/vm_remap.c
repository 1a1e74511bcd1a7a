/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two calls younger than the original, which recorded programs make: forget a
 * range's contents (madvise), and move a range (mremap).
 */
#include "core/vm_fault.h"
#include "core/vm_map.h"

/* The entry at or after `at`, within end, loses its object, which is returned;
 * *next is where to go on.  The map is locked. */
kern_return_t
vm_forget_entry(struct vm *vm, vm_map_t map, vm_offset_t at, vm_offset_t end,
    vm_offset_t *next, vm_object_t *object)
{
	vm_map_entry_t e;
	kern_return_t result = vm_map_clip_range(vm, map, at, end, &e);

	*object = NULL;
	*next = end;
	if (result != KERN_SUCCESS || e == &map->header || e->start >= end)
		return result;
	*next = e->end;
	if (e->inheritance == VM_INHERIT_SHARE || e->wired_count != 0)
		return KERN_SUCCESS;
	pmap_remove(map->pmap, e->start, e->end);
	*object = e->object;
	e->object = NULL;
	e->offset = 0;
	e->needs_copy = e->copy_on_write = FALSE;
	return KERN_SUCCESS;
}

kern_return_t
vm_forget(
    struct vm *vm, struct vmspace *space, vm_offset_t addr, vm_size_t size)
{
	vm_map_t map = &space->vm_map;
	vm_offset_t at = trunc_page(addr), end = round_page(addr + size);
	kern_return_t result = KERN_SUCCESS;
	vm_object_t object;

	while (at < end && result == KERN_SUCCESS) {
		vm_map_lock(map);
		result = vm_forget_entry(vm, map, at, end, &at, &object);
		vm_map_unlock(map);
		vm_object_deallocate(vm, object);
	}
	return result;
}

/* The entries of [from, end) go to `to`, as they are; locked, [to, ...) free.
 */
kern_return_t
vm_move_entries(struct vm *vm, vm_map_t map, vm_offset_t from, vm_offset_t end,
    vm_offset_t to)
{
	vm_map_entry_t e, next, before;
	kern_return_t result = vm_map_clip_range(vm, map, from, end, &e);

	if (result != KERN_SUCCESS)
		return result;
	for (; e != &map->header && e->start < end; e = next) {
		next = e->next;
		if (e->wired_count != 0) { /* wired where it was */
			vm_fault_unwire(vm, map, e->start, e->end);
			e->wired_count = 0;
		}
		pmap_remove(map->pmap, e->start, e->end);
		vm_map_unlink(map, e);
		e->end = to + (e->end - from);
		e->start = to + (e->start - from);
		vm_map_lookup_entry(map, e->start, &before);
		vm_map_link(map, before, e);
	}
	return KERN_SUCCESS;
}

/* Is the entry's object the kernel's own? */
boolean_t
vm_map_entry_internal(struct vm *vm, vm_map_entry_t e)
{
	boolean_t internal;

	vm_object_lock(e->object);
	internal = (e->object->flags & OBJ_INTERNAL) != 0;
	vm_object_unlock(e->object);
	return internal;
}

/* More of what ends at `end`: more of the same file, or anonymous memory. */
kern_return_t
vm_move_grow(struct vm *vm, vm_map_t map, vm_offset_t end, vm_offset_t new_end)
{
	struct vm_map_entry as;
	vm_map_entry_t e;
	kern_return_t result;

	if (!vm_map_lookup_entry(map, end - 1, &e))
		return KERN_INVALID_ADDRESS;
	/* Behind private memory nothing may show but zeroes. */
	if (e->object == NULL || (e->inheritance != VM_INHERIT_SHARE &&
				     vm_map_entry_internal(vm, e)))
		return vm_map_insert_anonymous(
		    vm, map, end, new_end, e->protection);
	as = *e;
	as.start = end;
	as.end = new_end;
	as.offset += end - e->start;
	as.wired_count = 0;
	vm_object_reference(vm, as.object);
	result = vm_map_insert(vm, map, &as);
	if (result != KERN_SUCCESS)
		vm_object_deallocate(vm, as.object);
	return result;
}

kern_return_t
vm_move(struct vm *vm, struct vmspace *space, vm_offset_t from,
    vm_size_t old_size, vm_offset_t *to, vm_size_t new_size)
{
	vm_map_t map = &space->vm_map;
	vm_offset_t old_end = from + round_page(old_size);
	vm_offset_t new_end = *to + round_page(new_size);
	vm_offset_t keep =
	    round_page(old_size < new_size ? old_size : new_size);
	vm_map_entry_t dead = NULL, tail = NULL;
	kern_return_t result = KERN_SUCCESS;

	if (new_end <= *to || new_end > VM_MAX_ADDRESS || *to < PAGE_SIZE ||
	    (*to != from && *to < old_end && from < new_end))
		return KERN_INVALID_ADDRESS;
	vm_map_lock(map);
	if (*to != from)
		result = vm_map_delete(vm, map, *to, new_end, &dead);
	if (result == KERN_SUCCESS && old_end > from + keep)
		result = vm_map_delete(vm, map, from + keep, old_end, &tail);
	if (result == KERN_SUCCESS && *to != from)
		result = vm_move_entries(vm, map, from, from + keep, *to);
	if (result == KERN_SUCCESS && new_end > *to + keep)
		result = vm_move_grow(vm, map, *to + keep, new_end);
	vm_map_unlock(map);
	vm_map_bury(vm, dead);
	vm_map_bury(vm, tail);
	return result;
}
