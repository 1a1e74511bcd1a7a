/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Share maps: one list of entries for several address spaces.
 *
 * When a child inherits a range by SHARE, the parent's entry moves into a map
 * of its own, without a pmap, and both spaces' entries refer to that.  What
 * then happens to the memory (an object made for it, a shadow put on it)
 * happens in the share map's entry, once, and every space sees it; rights,
 * inheritance and wiring stay each space's own.
 *
 *	entry of a space		entry of the share map
 *	[start, end), rights		[start, end) of the first sharer
 *	share_map, offset ----------->	object, offset, needs_copy
 *
 * The offset of the first is an address in the second.  Clipping splits either
 * without the other.  Locks: a space's map, then its share map.
 *
 * A COPY of shared memory takes write access from all sharers at once, through
 * the objects' pages: a share map does not know who its sharers are.  They
 * cannot fault it back meanwhile, for a fault holds the share map for reading.
 * What any of them has wired is copied at once, or the first write would leave
 * the wired page, and the one who wired it, behind.
 */
#include "core/vm_fault.h"
#include "core/vm_map.h"

/* Put the entry's object behind a share map, with the entry as its sharer. */
kern_return_t
vm_map_make_shared(struct vm *vm, vm_map_entry_t e)
{
	vm_map_t share = vm_map_create(vm, e->start, e->end);
	struct vm_map_entry inner = *e;

	if (share == NULL)
		return KERN_RESOURCE_SHORTAGE;
	inner.protection = inner.max_protection = VM_PROT_ALL;
	inner.wired_count = 0;
	if (vm_map_insert(vm, share, &inner) != KERN_SUCCESS) {
		vm_map_deallocate(vm, share);
		return KERN_RESOURCE_SHORTAGE;
	}
	e->share_map = share;
	e->object = NULL;
	e->offset = e->start;
	e->needs_copy = e->copy_on_write = FALSE;
	return KERN_SUCCESS;
}

/* The child's entry for a range it shares with its parent. */
kern_return_t
vm_map_share_entry(struct vm *vm, vm_map_t child, vm_map_entry_t from)
{
	struct vm_map_entry to;
	kern_return_t result;

	if (from->share_map == NULL) {
		result = vm_map_make_shared(vm, from);
		if (result != KERN_SUCCESS)
			return result;
	}
	to = *from;
	to.wired_count = 0;
	vm_map_entry_reference(vm, &to);
	result = vm_map_insert(vm, child, &to);
	if (result != KERN_SUCCESS)
		vm_map_entry_release(vm, &to);
	return result;
}

/*
 * Is the entry's page at that address wired?  If so it is wired once more: who
 * has wired it may be no sharer at all, but a mapping of the same file
 * elsewhere, and let go of it while others are being copied.
 */
boolean_t
vm_map_pin_wired(struct vm *vm, vm_map_entry_t e, vm_offset_t at)
{
	boolean_t wired = FALSE;
	vm_page_t m;

	if (e->object == NULL)
		return FALSE;
	vm_object_lock(e->object);
	m = vm_page_lookup(vm, e->object, at - e->start + e->offset);
	if (m != NULL && (m->flags & PG_FICTITIOUS) == 0) {
		vm_page_lock_queues();
		wired = m->wire_count != 0;
		if (wired)
			vm_page_wire(vm, m);
		vm_page_unlock_queues();
	}
	vm_object_unlock(e->object);
	return wired;
}

void
vm_map_unpin(
    struct vm *vm, vm_map_entry_t e, vm_offset_t start, vm_offset_t end)
{
	vm_object_lock(e->object);
	for (; start < end; start += PAGE_SIZE) {
		vm_page_t m =
		    vm_page_lookup(vm, e->object, start - e->start + e->offset);

		vm_page_lock_queues();
		vm_page_unwire(vm, m);
		vm_page_unlock_queues();
	}
	vm_object_unlock(e->object);
}

/* Where wired pages begin or end in the entry; those before are pinned if
 * *wired.  The share map is write-locked. */
vm_offset_t
vm_map_pin_run(struct vm *vm, vm_map_entry_t e, boolean_t *wired)
{
	vm_offset_t at = e->start + PAGE_SIZE;
	boolean_t next = *wired = vm_map_pin_wired(vm, e, e->start);

	while (at < e->end && (next = vm_map_pin_wired(vm, e, at)) == *wired)
		at += PAGE_SIZE;
	if (next && !*wired)
		vm_map_unpin(vm, e, at, at + PAGE_SIZE);
	return at;
}

/* The beginning of a share map's entry, as far as it is wired or is not. */
kern_return_t
vm_map_copy_run(struct vm *vm, vm_map_t share, vm_map_t dst_map,
    vm_map_entry_t e, vm_map_entry_t from)
{
	boolean_t wired;
	vm_offset_t end = vm_map_pin_run(vm, e, &wired);
	kern_return_t result = vm_map_clip_end(vm, share, e, end);
	struct vm_map_entry to = *e;

	to.start = e->start - from->offset + from->start;
	to.end = e->end - from->offset + from->start;
	to.protection = from->protection;
	to.max_protection = from->max_protection;
	to.inheritance = from->inheritance;
	VM_POINT(share_pinned);
	if (result == KERN_SUCCESS)
		result = vm_map_copy_entry(vm, share, dst_map, e, &to, wired);
	if (wired)
		vm_map_unpin(vm, e, e->start, end);
	return result;
}

/* A copy, for the child, of a range that the parent shares with others: an
 * entry for each of the share map's. */
kern_return_t
vm_map_copy_shared(struct vm *vm, vm_map_t dst_map, vm_map_entry_t from)
{
	vm_map_t share = from->share_map;
	vm_offset_t begin = from->offset;
	vm_offset_t end = begin + (from->end - from->start);
	kern_return_t result;
	vm_map_entry_t e;

	vm_map_lock(share);
	result = vm_map_clip_range(vm, share, begin, end, &e);
	for (; result == KERN_SUCCESS && e != &share->header && e->start < end;
	     e = e->next)
		result = vm_map_copy_run(vm, share, dst_map, e, from);
	vm_map_unlock(share);
	return result;
}

/* What `inner` says of the part of *as that it covers; addresses in it are
 * `shift` above those of *as. */
void
vm_map_project(struct vm_map_entry *as, vm_map_entry_t inner, vm_offset_t shift)
{
	if (as->start + shift < inner->start)
		as->start = inner->start - shift;
	if (as->end + shift > inner->end)
		as->end = inner->end - shift;
	as->share_map = NULL;
	as->object = inner->object;
	as->offset = inner->offset + (as->start + shift - inner->start);
	as->needs_copy = inner->needs_copy;
	as->copy_on_write = inner->copy_on_write;
}

boolean_t
vm_map_peek(
    struct vm *vm, vm_map_t map, vm_offset_t addr, struct vm_map_entry *as)
{
	vm_map_entry_t e, inner;
	boolean_t found;

	vm_map_lock_read(map);
	found = vm_map_lookup_entry(map, addr, &e);
	if (found)
		*as = *e;
	if (found && e->share_map != NULL) {
		vm_map_t share = e->share_map;
		vm_offset_t shift = e->offset - e->start;

		vm_map_lock_read(share);
		found = vm_map_lookup_entry(share, addr + shift, &inner);
		if (found)
			vm_map_project(as, inner, shift);
		vm_map_unlock_read(share);
	}
	if (found)
		vm_map_entry_reference(vm, as);
	vm_map_unlock_read(map);
	return found;
}
