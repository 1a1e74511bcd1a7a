/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an address to an object, for a fault.
 *
 * A write to an entry that needs a copy gets its shadow here, and an entry
 * without an object its object: both change the entry, so the read lock is
 * upgraded.  Two upgraders would wait for each other's read, so the second one
 * fails, and starts again.
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

/* Find the entry and see to it; read-locked before, and after success.
 * KERN_FAILURE: the lock was lost, again. */
kern_return_t
vm_map_lookup_locked(struct vm *vm, vm_map_t map, vm_offset_t va,
    vm_prot_t fault_type, boolean_t try, vm_map_entry_t *out_entry)
{
	vm_map_entry_t e;
	kern_return_t result;

	if (!vm_map_lookup_entry(map, va, &e))
		result = KERN_INVALID_ADDRESS;
	else if ((fault_type & ~e->protection) != 0)
		result = KERN_PROTECTION_FAILURE;
	else
		result = KERN_SUCCESS;
	if (result == KERN_SUCCESS && e->wired_count != 0)
		fault_type = e->protection;
	if (result == KERN_SUCCESS && !vm_map_entry_ready(e, fault_type)) {
		if (try)
			result = KERN_FAILURE;
		else if (lock_read_to_write(&map->lock))
			return KERN_FAILURE;
		else {
			result = vm_map_entry_prepare(vm, e, fault_type);
			lock_write_to_read(&map->lock);
		}
	}
	if (result != KERN_SUCCESS)
		vm_map_unlock_read(map);
	*out_entry = e;
	return result;
}

kern_return_t
vm_map_lookup(struct vm *vm, vm_map_t *map, vm_offset_t va,
    vm_prot_t fault_type, boolean_t try, vm_map_entry_t *out_entry,
    vm_object_t *object, vm_offset_t *offset, vm_prot_t *prot, boolean_t *wired)
{
	vm_map_entry_t e;
	kern_return_t result;

	do {
		if (!try)
			vm_map_lock_read(*map);
		else if (!lock_try_read(&(*map)->lock))
			return KERN_FAILURE;
		result =
		    vm_map_lookup_locked(vm, *map, va, fault_type, try, &e);
	} while (result == KERN_FAILURE && !try);
	if (result != KERN_SUCCESS)
		return result;

	*out_entry = e;
	*object = e->object;
	*offset = va - e->start + e->offset;
	*wired = e->wired_count != 0;
	*prot = e->protection;
	if (e->needs_copy)
		*prot &= ~VM_PROT_WRITE;
	return KERN_SUCCESS;
}

void
vm_map_lookup_done(struct vm *vm, vm_map_t map, vm_map_entry_t entry)
{
	(void)vm;
	(void)entry;
	vm_map_unlock_read(map);
}
