/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on a range of a map: the entries in it are split at its ends and
 * then treated whole.
 *
 * Splitting may want memory, so it comes first: what fails then has changed
 * nothing that can be seen.
 */
#include "core/vm_fault.h"
#include "core/vm_map.h"

/* Entries begin at start and end at end, where there are any; *first is the
 * first of them, or the one after. */
kern_return_t
vm_map_clip_range(struct vm *vm, vm_map_t map, vm_offset_t start,
    vm_offset_t end, vm_map_entry_t *first)
{
	vm_map_entry_t e;

	if (vm_map_lookup_entry(map, start, &e)) {
		if (vm_map_clip_start(vm, map, e, start) != KERN_SUCCESS)
			return KERN_RESOURCE_SHORTAGE;
	} else
		e = e->next;
	*first = e;
	while (e != &map->header && e->end <= end)
		e = e->next;
	if (e != &map->header && e->start < end)
		return vm_map_clip_end(vm, map, e, end);
	return KERN_SUCCESS;
}

#define VM_MAP_FOREACH(e, map, first, limit)                                   \
	for ((e) = (first); (e) != &(map)->header && (e)->start < (limit);     \
	     (e) = (e)->next)

kern_return_t
vm_map_delete(struct vm *vm, vm_map_t map, vm_offset_t start, vm_offset_t end,
    vm_map_entry_t *dead)
{
	vm_map_entry_t e, next;
	kern_return_t result = vm_map_clip_range(vm, map, start, end, &e);

	*dead = NULL;
	if (result != KERN_SUCCESS)
		return result;
	for (; e != &map->header && e->start < end; e = next) {
		next = e->next;
		if (e->wired_count != 0) {
			vm_fault_unwire(vm, map, e->start, e->end);
			e->wired_count = 0;
		}
		pmap_remove(map->pmap, e->start, e->end);
		vm_map_unlink(map, e);
		e->next = *dead;
		*dead = e;
	}
	return KERN_SUCCESS;
}

void
vm_map_bury(struct vm *vm, vm_map_entry_t dead)
{
	while (dead != NULL) {
		vm_map_entry_t next = dead->next;

		vm_object_deallocate(vm, dead->object);
		vm_mfree(vm, dead, M_VMMAPENT);
		dead = next;
	}
}

kern_return_t
vm_map_remove(struct vm *vm, vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	vm_map_entry_t dead;
	kern_return_t result;

	vm_map_lock(map);
	result = vm_map_delete(vm, map, start, end, &dead);
	vm_map_unlock(map);
	vm_map_bury(vm, dead);
	return result;
}

/* Without a hole, and may every entry have these rights? */
boolean_t
vm_map_allows(vm_map_t map, vm_map_entry_t first, vm_offset_t start,
    vm_offset_t end, vm_prot_t prot)
{
	vm_map_entry_t e;

	VM_MAP_FOREACH(e, map, first, end)
	{
		if (e->start > start || (prot & ~e->max_protection) != 0)
			return FALSE;
		start = e->end;
	}
	return start >= end;
}

kern_return_t
vm_map_protect(struct vm *vm, vm_map_t map, vm_offset_t start, vm_offset_t end,
    vm_prot_t prot)
{
	vm_map_entry_t first, e;
	kern_return_t result;

	vm_map_lock(map);
	result = vm_map_clip_range(vm, map, start, end, &first);
	if (result == KERN_SUCCESS &&
	    !vm_map_allows(map, first, start, end, prot))
		result = KERN_INVALID_ADDRESS;
	if (result == KERN_SUCCESS)
		VM_MAP_FOREACH(e, map, first, end)
		{
			if (prot == VM_PROT_NONE && e->wired_count != 0) {
				vm_fault_unwire(vm, map, e->start, e->end);
				e->wired_count = 0;
			}
			/* Rights that are added come by faults. */
			if ((e->protection & ~prot) != 0)
				pmap_protect(map->pmap, e->start, e->end, prot);
			e->protection = prot;
		}
	vm_map_unlock(map);
	return result;
}

boolean_t
vm_map_check_protection(struct vm *vm, vm_map_t map, vm_offset_t start,
    vm_offset_t end, vm_prot_t prot)
{
	boolean_t ok = TRUE;
	vm_map_entry_t e;

	(void)vm;
	vm_map_lock_read(map);
	for (vm_offset_t at = start; ok && at < end; at = e->end)
		if (!vm_map_lookup_entry(map, at, &e) ||
		    (prot & ~e->protection) != 0) {
			ok = FALSE;
			break;
		}
	vm_map_unlock_read(map);
	return ok;
}

/* Give a first-wired entry what a fault would have to make under a write lock
 * it cannot have later: its own object. */
kern_return_t
vm_map_settle_entry(struct vm *vm, vm_map_entry_t e)
{
	if (e->needs_copy && (e->protection & VM_PROT_WRITE)) {
		kern_return_t result = vm_object_shadow(
		    vm, &e->object, &e->offset, e->end - e->start);

		if (result != KERN_SUCCESS)
			return result;
		e->needs_copy = FALSE;
	}
	if (e->object == NULL) {
		e->object = vm_object_allocate(vm, e->end - e->start);
		e->offset = 0;
		if (e->object == NULL)
			return KERN_RESOURCE_SHORTAGE;
	}
	return KERN_SUCCESS;
}

void
vm_map_unwire_range(
    struct vm *vm, vm_map_t map, vm_map_entry_t first, vm_offset_t end)
{
	vm_map_entry_t e;

	VM_MAP_FOREACH(e, map, first, end)
	if (e->wired_count != 0 && --e->wired_count == 0)
		vm_fault_unwire(vm, map, e->start, e->end);
}

/* With the map write-locked recursively: the faults take it again. */
kern_return_t
vm_map_wire_range(
    struct vm *vm, vm_map_t map, vm_map_entry_t first, vm_offset_t end)
{
	kern_return_t result = KERN_SUCCESS;
	vm_map_entry_t e;

	VM_MAP_FOREACH(e, map, first, end)
	{
		result = vm_map_settle_entry(vm, e);
		if (result == KERN_SUCCESS && e->wired_count++ == 0) {
			result = vm_fault_wire(vm, map, e->start, e->end);
			if (result != KERN_SUCCESS)
				e->wired_count--;
		}
		if (result != KERN_SUCCESS) {
			vm_map_unwire_range(vm, map, first, e->start);
			break;
		}
	}
	return result;
}

kern_return_t
vm_map_pageable(struct vm *vm, vm_map_t map, vm_offset_t start, vm_offset_t end,
    boolean_t pageable)
{
	vm_map_entry_t first;
	kern_return_t result;

	vm_map_lock(map);
	result = vm_map_clip_range(vm, map, start, end, &first);
	if (result == KERN_SUCCESS &&
	    !vm_map_allows(map, first, start, end, VM_PROT_NONE))
		result = KERN_INVALID_ADDRESS;
	if (result == KERN_SUCCESS) {
		lock_set_recursive(&map->lock);
		if (pageable)
			vm_map_unwire_range(vm, map, first, end);
		else
			result = vm_map_wire_range(vm, map, first, end);
		lock_clear_recursive(&map->lock);
	}
	vm_map_unlock(map);
	return result;
}
