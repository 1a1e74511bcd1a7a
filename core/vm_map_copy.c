/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a child gets of its parent's map.
 *
 * COPY: the object module makes a virtual copy.  If it is the object itself
 * (symmetric), both entries need a copy before they are written, and the parent
 * loses its write access now; its map is locked, so no fault of its own is
 * under way.  An entry that still needs a copy has no write access to lose: one
 * more reference is all.
 *
 * SHARE: both entries refer to one object, made now if there is none yet.  (The
 * original puts a share map between; what it is for, one entry list for several
 * maps, only matters to an inherited mapping that is later changed in one and
 * should change in all.)
 */
#include "core/vm_fault.h"
#include "core/vm_map.h"

kern_return_t
vm_map_share_entry(struct vm *vm, vm_map_entry_t from)
{
	if (from->object == NULL) {
		from->object = vm_object_allocate(vm, from->end - from->start);
		from->offset = 0;
		if (from->object == NULL)
			return KERN_RESOURCE_SHORTAGE;
	}
	vm_object_reference(vm, from->object);
	return KERN_SUCCESS;
}

kern_return_t
vm_map_copy_entry(struct vm *vm, vm_map_t src_map, vm_map_t dst_map,
    vm_map_entry_t from, struct vm_map_entry *to)
{
	boolean_t src_needs_copy;
	kern_return_t result;

	if (from->inheritance == VM_INHERIT_SHARE) {
		result = vm_map_share_entry(vm, from);
		*to = *from;
		to->wired_count = 0;
		return result;
	}
	*to = *from;
	to->wired_count = 0;
	if (from->object == NULL)
		return KERN_SUCCESS;
	/* What can be written was wired in its own object. */
	if (from->wired_count != 0 && (from->protection & VM_PROT_WRITE))
		return vm_fault_copy_entry(vm, dst_map, src_map, to, from);

	to->copy_on_write = to->needs_copy = TRUE;
	if (from->needs_copy) {
		vm_object_reference(vm, from->object);
		return KERN_SUCCESS;
	}
	result = vm_object_copy(vm, from->object, from->offset,
	    from->end - from->start, &to->object, &to->offset, &src_needs_copy);
	if (result == KERN_SUCCESS && src_needs_copy) {
		from->copy_on_write = from->needs_copy = TRUE;
		pmap_protect(src_map->pmap, from->start, from->end,
		    from->protection & ~VM_PROT_WRITE);
	}
	return result;
}
