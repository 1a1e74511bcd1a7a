/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries of a map: a list in order of address, closed by the header.
 *
 * Every entry holds one reference on its object or share map.  Splitting an
 * entry therefore references it once more; joining, by growth, needs none.
 */
#include "core/vm_map.h"

/* Empty, over [start, end), and on the list. */
void
vm_map_setup(struct vm *vm, vm_map_t map, struct pmap *pmap, vm_offset_t start,
    vm_offset_t end)
{
	*map = (struct vm_map){ .pmap = pmap, .ref_count = 1 };
	lock_init(vm->machine, &map->lock);
	map->header.prev = map->header.next = &map->header;
	map->header.start = start;
	map->header.end = end;
	map->hint = &map->header;

	sync_spin_take(&vm->map_list_lock);
	map->list_next = vm->map_list;
	map->list_prev = &vm->map_list;
	if (map->list_next != NULL)
		map->list_next->list_prev = &map->list_next;
	vm->map_list = map;
	sync_spin_drop(&vm->map_list_lock);
}

kern_return_t
vm_map_init(struct vm *vm, vm_map_t map)
{
	struct pmap *pmap = pmap_create(vm->machine);

	if (pmap == NULL)
		return KERN_RESOURCE_SHORTAGE;
	/* Page 0 is never mapped. */
	vm_map_setup(vm, map, pmap, PAGE_SIZE, VM_MAX_ADDRESS);
	return KERN_SUCCESS;
}

vm_map_t
vm_map_create(struct vm *vm, vm_offset_t start, vm_offset_t end)
{
	vm_map_t share = vm_malloc(vm, sizeof(*share), M_VMMAP);

	if (share != NULL)
		vm_map_setup(vm, share, NULL, start, end);
	return share;
}

void
vm_map_deallocate(struct vm *vm, vm_map_t share)
{
	if (sync_add(&share->ref_count, -1) != 0)
		return;
	(void)vm_map_remove(vm, share, share->header.start, share->header.end);
	vm_map_fini(vm, share);
	vm_mfree(vm, share, M_VMMAP);
}

void
vm_map_entry_reference(struct vm *vm, vm_map_entry_t e)
{
	if (e->share_map != NULL)
		sync_add(&e->share_map->ref_count, 1);
	else
		vm_object_reference(vm, e->object);
}

void
vm_map_entry_release(struct vm *vm, vm_map_entry_t e)
{
	if (e->share_map != NULL)
		vm_map_deallocate(vm, e->share_map);
	else
		vm_object_deallocate(vm, e->object);
}

void
vm_map_fini(struct vm *vm, vm_map_t map)
{
	sync_spin_take(&vm->map_list_lock);
	*map->list_prev = map->list_next;
	if (map->list_next != NULL)
		map->list_next->list_prev = map->list_prev;
	sync_spin_drop(&vm->map_list_lock);
	pmap_destroy(map->pmap);
	lock_fini(&map->lock);
}

void
vm_map_link(vm_map_t map, vm_map_entry_t after, vm_map_entry_t e)
{
	e->prev = after;
	e->next = after->next;
	after->next->prev = e;
	after->next = e;
	map->nentries++;
}

void
vm_map_unlink(vm_map_t map, vm_map_entry_t e)
{
	if (sync_load_relaxed(&map->hint) == e)
		sync_store_relaxed(&map->hint, e->prev);
	e->prev->next = e->next;
	e->next->prev = e->prev;
	map->nentries--;
}

/* The hint is only where to begin: entries are unlinked under the write lock,
 * which moves the hint off them. */
boolean_t
vm_map_lookup_entry(vm_map_t map, vm_offset_t addr, vm_map_entry_t *entry)
{
	vm_map_entry_t head = &map->header;
	vm_map_entry_t e = sync_load_relaxed(&map->hint);

	if (e == head || e->start > addr)
		e = head->next;
	while (e != head && e->end <= addr)
		e = e->next;
	if (e != head && e->start <= addr) {
		sync_store_relaxed(&map->hint, e);
		*entry = e;
		return TRUE;
	}
	sync_store_relaxed(&map->hint, e->prev);
	*entry = e->prev;
	return FALSE;
}

/* [e->start, at) and [at, e->end): the new entry is the first part. */
kern_return_t
vm_map_clip_start(struct vm *vm, vm_map_t map, vm_map_entry_t e, vm_offset_t at)
{
	vm_map_entry_t part;

	if (at <= e->start || at >= e->end)
		return KERN_SUCCESS;
	part = vm_malloc(vm, sizeof(*part), M_VMMAPENT);
	if (part == NULL)
		return KERN_RESOURCE_SHORTAGE;
	*part = *e;
	part->end = at;
	e->offset += at - e->start;
	e->start = at;
	vm_map_entry_reference(vm, part);
	vm_map_link(map, e->prev, part);
	return KERN_SUCCESS;
}

/* The new entry is the second part. */
kern_return_t
vm_map_clip_end(struct vm *vm, vm_map_t map, vm_map_entry_t e, vm_offset_t at)
{
	vm_map_entry_t part;

	if (at <= e->start || at >= e->end)
		return KERN_SUCCESS;
	part = vm_malloc(vm, sizeof(*part), M_VMMAPENT);
	if (part == NULL)
		return KERN_RESOURCE_SHORTAGE;
	*part = *e;
	part->start = at;
	part->offset += at - e->start;
	e->end = at;
	vm_map_entry_reference(vm, part);
	vm_map_link(map, e, part);
	return KERN_SUCCESS;
}

boolean_t
vm_map_is_free(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	vm_map_entry_t before;

	return start >= map->header.start && end <= map->header.end &&
	       start < end && !vm_map_lookup_entry(map, start, &before) &&
	       (before->next == &map->header || before->next->start >= end);
}

kern_return_t
vm_map_insert(struct vm *vm, vm_map_t map, const struct vm_map_entry *as)
{
	vm_map_entry_t before, e;

	if (!vm_map_is_free(map, as->start, as->end))
		return KERN_NO_SPACE;
	e = vm_malloc(vm, sizeof(*e), M_VMMAPENT);
	if (e == NULL)
		return KERN_RESOURCE_SHORTAGE;
	*e = *as;
	vm_map_lookup_entry(map, e->start, &before);
	vm_map_link(map, before, e);
	return KERN_SUCCESS;
}

vm_map_entry_t
vm_map_entry_anonymous(
    struct vm *vm, vm_offset_t start, vm_offset_t end, vm_prot_t prot)
{
	vm_map_entry_t e = vm_malloc(vm, sizeof(*e), M_VMMAPENT);

	if (e != NULL)
		*e = (struct vm_map_entry){
			.start = start,
			.end = end,
			.protection = prot,
			.max_protection = VM_PROT_ALL,
			.inheritance = VM_INHERIT_COPY,
		};
	return e;
}

/* May the entry before grow over new anonymous memory like e? */
boolean_t
vm_map_extends(vm_map_entry_t before, vm_map_entry_t e)
{
	return before->end == e->start && e->object == NULL &&
	       e->share_map == NULL && before->share_map == NULL &&
	       before->protection == e->protection &&
	       before->max_protection == e->max_protection &&
	       before->inheritance == e->inheritance && !before->needs_copy &&
	       !before->copy_on_write &&
	       before->inheritance == VM_INHERIT_COPY &&
	       before->wired_count == 0;
}

void
vm_map_place(struct vm *vm, vm_map_t map, vm_map_entry_t e)
{
	vm_map_entry_t before;

	vm_map_lookup_entry(map, e->start, &before);
	if (before != &map->header && vm_map_extends(before, e) &&
	    vm_object_coalesce(vm, before->object, NULL, before->offset, 0,
		before->end - before->start, e->end - e->start)) {
		before->end = e->end;
		vm_mfree(vm, e, M_VMMAPENT);
	} else
		vm_map_link(map, before, e);
}

/* The lowest free range at or above start; FALSE: none. */
boolean_t
vm_map_hole(vm_map_t map, vm_offset_t start, vm_size_t size, vm_offset_t *addr)
{
	vm_map_entry_t e;

	if (start < map->header.start)
		start = map->header.start;
	if (vm_map_lookup_entry(map, start, &e))
		start = e->end;
	for (e = e->next; e != &map->header; e = e->next) {
		if (e->start >= start && e->start - start >= size)
			break;
		if (e->end > start)
			start = e->end;
	}
	*addr = start;
	return start + size > start && start + size <= map->header.end;
}

kern_return_t
vm_map_findspace(
    vm_map_t map, vm_offset_t hint, vm_size_t size, vm_offset_t *addr)
{
	if (vm_map_hole(map, hint, size, addr) ||
	    vm_map_hole(map, map->header.start, size, addr))
		return KERN_SUCCESS;
	return KERN_NO_SPACE;
}
