/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wiring: faults made in advance, for pages that may not be paged out.
 */
#include "core/vm_fault.h"
#include "core/vm_pageout.h"

kern_return_t
vm_fault_wire(struct vm *vm, vm_map_t map, vm_map_entry_t e)
{
	for (vm_offset_t va = e->start; va < e->end; va += PAGE_SIZE) {
		kern_return_t result =
		    vm_fault(vm, map, va, VM_PROT_NONE, TRUE);

		if (result != KERN_SUCCESS) {
			vm_fault_unwire(vm, map, e, va);
			return result;
		}
	}
	return KERN_SUCCESS;
}

/*
 * One page.  From the page to its object the order is against the grain, and a
 * wired page's identity is stable under the page queues, so: try (hazard G5:
 * with the queues alone, a busy page would be queued under its owner's hands).
 */
LK_UNCHECKED void
vm_fault_unwire_page(struct vm *vm, vm_page_t m)
{
	vm_object_t object;
	unsigned turns = 0;

	for (;;) {
		vm_page_lock_queues();
		object = m->object;
		if (vm_object_lock_try(object))
			break;
		vm_page_unlock_queues();
		cpu_relax_after(turns++);
		thread_yield();
	}
	vm_page_unwire(vm, m);
	vm_page_unlock_queues();
	vm_object_unlock(object);
}

/* Behind a share map, with that read-locked: whoever copies it relies on what
 * it finds wired to stay. */
void
vm_fault_unwire(struct vm *vm, vm_map_t map, vm_map_entry_t e, vm_offset_t end)
{
	if (e->share_map != NULL)
		vm_map_lock_read(e->share_map);
	for (vm_offset_t va = e->start; va < end; va += PAGE_SIZE) {
		vm_offset_t pa;
		vm_prot_t prot;

		if (!pmap_extract_ok(map->pmap, va, &pa, &prot))
			panic(vm->machine, "unwire: page not in pmap");
		pmap_change_wiring(map->pmap, va, FALSE);
		vm_fault_unwire_page(vm, PHYS_TO_VM_PAGE(vm, trunc_page(pa)));
	}
	if (e->share_map != NULL)
		vm_map_unlock_read(e->share_map);
}

/* A page of dst_object, which nobody else sees yet, with one pip for it. */
vm_page_t
vm_fault_copy_alloc(struct vm *vm, vm_object_t dst_object, vm_offset_t offset)
{
	vm_page_t m;

	for (;;) {
		vm_object_lock(dst_object);
		m = vm_page_alloc(vm, dst_object, offset);
		if (m != NULL)
			vm_object_paging_begin(dst_object);
		vm_object_unlock(dst_object);
		if (m != NULL)
			return m;
		VM_WAIT;
	}
}

/* The page that the chain below `top` has at offset, not busy; *holder, its
 * object, is locked then. */
LK_UNCHECKED vm_page_t
vm_fault_copy_find(
    struct vm *vm, vm_object_t top, vm_offset_t offset, vm_object_t *holder)
{
	vm_object_t object, next;
	vm_offset_t at;
	vm_page_t m;

again:
	at = offset;
	object = top;
	vm_object_lock(object);
	while ((m = vm_page_lookup(vm, object, at)) == NULL) {
		next = object->shadow;
		if (next == NULL)
			panic(vm->machine, "vm_fault_copy_entry: page missing");
		at += object->shadow_offset;
		vm_object_lock(next);
		vm_object_unlock(object);
		object = next;
	}
	if (m->flags & PG_BUSY) {
		vm_object_wait_page(vm, object, m);
		vm_object_unlock(object);
		goto again;
	}
	*holder = object;
	return m;
}

/* One page: nobody writes the source while it is read. */
LK_UNCHECKED void
vm_fault_copy_page(
    struct vm *vm, vm_map_entry_t src_entry, vm_offset_t at, vm_page_t dst_m)
{
	vm_object_t holder;
	vm_page_t src_m = vm_fault_copy_find(
	    vm, src_entry->object, at + src_entry->offset, &holder);

	vm_object_page_quiesce(vm, src_m);
	vm_page_copy(vm, src_m, dst_m);
	vm_object_unlock(holder);
}

kern_return_t
vm_fault_copy_entry(struct vm *vm, vm_map_t dst_map, vm_map_entry_t dst_entry,
    vm_map_entry_t src_entry)
{
	vm_size_t size = dst_entry->end - dst_entry->start;
	vm_object_t dst_object = vm_object_allocate(vm, size);
	kern_return_t result = KERN_SUCCESS;

	if (dst_object == NULL)
		return KERN_RESOURCE_SHORTAGE;
	dst_entry->object = dst_object;
	dst_entry->offset = 0;
	dst_entry->needs_copy = dst_entry->copy_on_write = FALSE;

	for (vm_offset_t at = 0; at < size && result == KERN_SUCCESS;
	     at += PAGE_SIZE) {
		vm_page_t dst_m = vm_fault_copy_alloc(vm, dst_object, at);

		vm_fault_copy_page(vm, src_entry, at, dst_m);
		vm_object_lock(dst_object);
		dst_m->flags &= ~(PG_FAKE | PG_CLEAN); /* G7 */
		vm_object_unlock(dst_object);

		result = pmap_enter(dst_map->pmap, dst_entry->start + at,
		    VM_PAGE_TO_PHYS(dst_m), dst_entry->protection, FALSE);

		vm_object_lock(dst_object);
		vm_fault_release_page(vm, dst_m);
		vm_object_paging_end(vm, dst_object);
		vm_object_unlock(dst_object);
	}
	if (result != KERN_SUCCESS) {
		pmap_remove(dst_map->pmap, dst_entry->start, dst_entry->end);
		vm_object_deallocate(vm, dst_object);
		dst_entry->object = NULL;
	}
	return result;
}
