/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an address to an object, for a fault.
 *
 * A write to an entry that needs a copy gets its shadow here, and an entry
 * without an object its object: both change the entry, so the read lock is
 * upgraded.  Two upgraders would wait for each other's read, so the second one
 * fails, and starts again.  An entry of shared memory leads to one of a share
 * map, which is read-locked with its own.
 */
#include "core/vm_map.h"

/* The entry as it is, is it good enough?  Read-locked. */
boolean_t
vm_map_entry_ready(vm_map_entry_t e, vm_prot_t fault_type)
{
	if (e->needs_copy && (fault_type & VM_PROT_WRITE))
		return FALSE;
	return e->object != NULL;
}

/* Make it so; write-locked. */
kern_return_t
vm_map_entry_prepare(struct vm *vm, vm_map_entry_t e, vm_prot_t fault_type)
{
	if (e->object == NULL) {
		e->object = vm_object_allocate(vm, e->end - e->start);
		e->offset = 0;
		e->needs_copy = FALSE;
	} else if (e->needs_copy && (fault_type & VM_PROT_WRITE)) {
		if (vm_object_shadow(vm, &e->object, &e->offset,
			e->end - e->start) != KERN_SUCCESS)
			return KERN_RESOURCE_SHORTAGE;
		e->needs_copy = FALSE;
	}
	return e->object != NULL ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

/*
 * The fault that wires a page of the entry, or enters it again.  Of shared
 * memory it is a write, whatever the entry's rights: a page that a sharer could
 * still copy away from is not the one to wire.  Nor is, for a copy, a page of
 * what it is a copy of, which keeps its wired mappings when it changes.
 */
vm_prot_t
vm_map_wired_type(vm_map_entry_t e)
{
	return e->share_map != NULL || e->copy_on_write
		   ? e->protection | VM_PROT_WRITE
		   : e->protection;
}

/* See to the entry of a read-locked map.  Still so after success; after
 * failure unlocked.  KERN_FAILURE: the lock was lost, again. */
kern_return_t
vm_map_lookup_ready(struct vm *vm, vm_map_t map, vm_map_entry_t e,
    vm_prot_t fault_type, boolean_t try)
{
	kern_return_t result = KERN_FAILURE;

	if (vm_map_entry_ready(e, fault_type))
		return KERN_SUCCESS;
	if (!try) {
		if (lock_read_to_write(&map->lock))
			return KERN_FAILURE;
		result = vm_map_entry_prepare(vm, e, fault_type);
		lock_write_to_read(&map->lock);
	}
	if (result != KERN_SUCCESS)
		vm_map_unlock_read(map);
	return result;
}

/* Read-lock the map and find va's entry in it; failure: not locked. */
kern_return_t
vm_map_lookup_read(
    vm_map_t map, vm_offset_t va, boolean_t try, vm_map_entry_t *e)
{
	if (!try)
		vm_map_lock_read(map);
	else if (!lock_try_read(&map->lock))
		return KERN_FAILURE;
	if (vm_map_lookup_entry(map, va, e))
		return KERN_SUCCESS;
	vm_map_unlock_read(map);
	return KERN_INVALID_ADDRESS;
}

/*
 * One attempt: the space's entry, and the one with the object, which is the
 * same or the share map's.  *va becomes the address in the latter's map.
 */
kern_return_t
vm_map_lookup_once(struct vm *vm, vm_map_t map, vm_offset_t *va,
    vm_prot_t fault_type, boolean_t try, vm_map_entry_t *entry,
    vm_map_entry_t *inner)
{
	vm_map_t owner = map;
	vm_map_entry_t e;
	kern_return_t result = vm_map_lookup_read(map, *va, try, &e);

	if (result != KERN_SUCCESS)
		return result;
	*entry = *inner = e;
	if ((fault_type & ~e->protection) != 0)
		result = KERN_PROTECTION_FAILURE;
	else if (e->share_map != NULL) {
		owner = e->share_map;
		*va += e->offset - e->start;
		result = vm_map_lookup_read(owner, *va, try, inner);
	}
	if (result == KERN_SUCCESS) {
		result = vm_map_lookup_ready(vm, owner, *inner,
		    e->wired_count != 0 ? vm_map_wired_type(e) : fault_type,
		    try);
		if (owner == map)
			return result;
	}
	if (result != KERN_SUCCESS)
		vm_map_unlock_read(map);
	return result;
}

kern_return_t
vm_map_lookup(struct vm *vm, vm_map_t *map, vm_offset_t va,
    vm_prot_t fault_type, boolean_t try, vm_map_entry_t *out_entry,
    vm_object_t *object, vm_offset_t *offset, vm_prot_t *prot, boolean_t *wired)
{
	vm_map_entry_t e, inner;
	vm_offset_t at;
	kern_return_t result;

	do {
		at = va;
		result = vm_map_lookup_once(
		    vm, *map, &at, fault_type, try, &e, &inner);
	} while (result == KERN_FAILURE && !try);
	if (result != KERN_SUCCESS)
		return result;

	*out_entry = e;
	*object = inner->object;
	*offset = at - inner->start + inner->offset;
	*wired = e->wired_count != 0;
	*prot = e->protection;
	if (inner->needs_copy)
		*prot &= ~VM_PROT_WRITE;
	return KERN_SUCCESS;
}

void
vm_map_lookup_done(struct vm *vm, vm_map_t map, vm_map_entry_t entry)
{
	(void)vm;
	if (entry->share_map != NULL)
		vm_map_unlock_read(entry->share_map);
	vm_map_unlock_read(map);
}
