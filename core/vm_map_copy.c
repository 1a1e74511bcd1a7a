/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a child gets of its parent's map.
 *
 * COPY: the object module makes a virtual copy.  If it is the object itself
 * (symmetric), both entries need a copy before they are written, and whoever
 * has write access to the source loses it now: the parent, whose map is locked,
 * so that no fault of its own is under way; or all who share it.  An entry that
 * still needs a copy has no write access to lose: one more reference is all.
 * Wired memory is copied at once: its pages must stay where they are.
 *
 * SHARE: both entries refer to one share map (vm_map_share.c).
 */
#include "core/vm_fault.h"
#include "core/vm_map.h"

/* The virtual copy of an entry's object, into *to. */
kern_return_t
vm_map_copy_object(struct vm *vm, vm_map_t src_map, vm_map_entry_t from,
    struct vm_map_entry *to)
{
	vm_size_t size = from->end - from->start;
	boolean_t src_needs_copy;
	kern_return_t result;

	to->copy_on_write = to->needs_copy = TRUE;
	if (from->needs_copy) {
		vm_object_reference(vm, from->object);
		return KERN_SUCCESS;
	}
	result = vm_object_copy(vm, from->object, from->offset, size,
	    &to->object, &to->offset, &src_needs_copy);
	if (result != KERN_SUCCESS || !(src_needs_copy || AS_FOUND(D3)))
		return result;
	if (src_needs_copy)
		from->copy_on_write = from->needs_copy = TRUE;
	if (src_map->pmap != NULL)
		pmap_protect(src_map->pmap, from->start, from->end,
		    from->protection & ~VM_PROT_WRITE);
	else
		vm_object_pmap_copy(
		    vm, from->object, from->offset, from->offset + size);
	return KERN_SUCCESS;
}

kern_return_t
vm_map_copy_entry(struct vm *vm, vm_map_t src_map, vm_map_t dst_map,
    vm_map_entry_t from, struct vm_map_entry *to, boolean_t eager)
{
	kern_return_t result = KERN_SUCCESS;

	to->wired_count = 0;
	if (from->object != NULL)
		result = eager ? vm_fault_copy_entry(vm, dst_map, to, from)
			       : vm_map_copy_object(vm, src_map, from, to);
	if (result != KERN_SUCCESS)
		return result;
	result = vm_map_insert(vm, dst_map, to);
	if (result != KERN_SUCCESS) {
		pmap_remove(dst_map->pmap, to->start, to->end);
		vm_object_deallocate(vm, to->object);
	}
	return result;
}

kern_return_t
vm_map_fork_entry(
    struct vm *vm, vm_map_t parent, vm_map_t child, vm_map_entry_t from)
{
	struct vm_map_entry to = *from;

	VM_WITHIN(fork, from->object, parent);
	switch (from->inheritance) {
	case VM_INHERIT_NONE:
		return KERN_SUCCESS;
	case VM_INHERIT_SHARE:
		return vm_map_share_entry(vm, child, from);
	case VM_INHERIT_COPY:
		break;
	}
	if (from->share_map != NULL)
		return vm_map_copy_shared(vm, child, from);
	return vm_map_copy_entry(
	    vm, parent, child, from, &to, from->wired_count != 0);
}
