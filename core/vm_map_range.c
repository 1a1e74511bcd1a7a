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
 * first of them, or the one after; if there is no memory, the map's end. */
kern_return_t
vm_map_clip_range(struct vm *vm, vm_map_t map, vm_offset_t start,
    vm_offset_t end, vm_map_entry_t *first)
{
	vm_map_entry_t e;

	*first = &map->header;
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
			vm_fault_unwire(vm, map, e, e->end);
			e->wired_count = 0;
		}
		VM_WITHIN(unmap, e->object, map);
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

		vm_map_entry_release(vm, dead);
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

/*
 * Wire an entry's pages, the first time.  What a fault would have to make under
 * a write lock it cannot have later, its own object, is made now; behind a
 * share map the fault can, for that map is not locked here.  The map is
 * write-locked recursively: the faults take it again.
 */
kern_return_t
vm_map_wire_entry(struct vm *vm, vm_map_t map, vm_map_entry_t e)
{
	kern_return_t result = KERN_SUCCESS;

	if (e->share_map == NULL)
		result = vm_map_entry_prepare(vm, e, vm_map_wired_type(e));
	if (result != KERN_SUCCESS)
		return result;
	VM_WITHIN(wire, e->object, map);
	e->wired_count = 1;
	result = vm_fault_wire(vm, map, e);
	if (result != KERN_SUCCESS)
		e->wired_count = 0;
	return result;
}

/*
 * One entry's rights.  Rights that are added come by faults; but pages wired
 * without the right to write may be others' too, and the first write would
 * leave them, and their wiring, behind.  So the entry is wired anew.
 */
kern_return_t
vm_map_protect_entry(
    struct vm *vm, vm_map_t map, vm_map_entry_t e, vm_prot_t prot)
{
	boolean_t rewire =
	    e->wired_count != 0 && (prot & ~e->protection & VM_PROT_WRITE) != 0;
	int wired_count = e->wired_count;
	kern_return_t result;

	VM_WITHIN(unmap, e->object, map);
	if (e->wired_count != 0 && (rewire || prot == VM_PROT_NONE)) {
		vm_fault_unwire(vm, map, e, e->end);
		e->wired_count = 0;
	}
	if ((e->protection & ~prot) != 0)
		pmap_protect(map->pmap, e->start, e->end, prot);
	e->protection = prot;
	if (!rewire)
		return KERN_SUCCESS;
	lock_set_recursive(&map->lock);
	result = vm_map_wire_entry(vm, map, e);
	lock_clear_recursive(&map->lock);
	if (result == KERN_SUCCESS)
		e->wired_count = wired_count;
	return result;
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
	VM_MAP_FOREACH(e, map, first, end)
	{
		if (result != KERN_SUCCESS)
			break;
		result = vm_map_protect_entry(vm, map, e, prot);
	}
	vm_map_unlock(map);
	return result;
}

kern_return_t
vm_map_inherit(struct vm *vm, vm_map_t map, vm_offset_t start, vm_offset_t end,
    enum vm_inheritance inheritance)
{
	vm_map_entry_t first, e;
	kern_return_t result;

	vm_map_lock(map);
	result = vm_map_clip_range(vm, map, start, end, &first);
	if (result == KERN_SUCCESS)
		VM_MAP_FOREACH(e, map, first, end)
	e->inheritance = inheritance;
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

void
vm_map_unwire_range(
    struct vm *vm, vm_map_t map, vm_map_entry_t first, vm_offset_t end)
{
	vm_map_entry_t e;

	VM_MAP_FOREACH(e, map, first, end)
	if (e->wired_count != 0 && --e->wired_count == 0)
		vm_fault_unwire(vm, map, e, e->end);
}

/* The map is write-locked recursively. */
kern_return_t
vm_map_wire_range(
    struct vm *vm, vm_map_t map, vm_map_entry_t first, vm_offset_t end)
{
	kern_return_t result = KERN_SUCCESS;
	vm_map_entry_t e;

	VM_MAP_FOREACH(e, map, first, end)
	{
		if (e->wired_count == 0)
			result = vm_map_wire_entry(vm, map, e);
		else
			e->wired_count++;
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
