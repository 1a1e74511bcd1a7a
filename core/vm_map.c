/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries of a map: a list in order of address, closed by the header.
 *
 * Every entry holds one reference on its object.  Splitting an entry therefore
 * references the object once more; joining, by growth, needs none.
 */
#include "core/vm_map.h"

kern_return_t
vm_map_init(struct vm *vm, vm_map_t map)
{
	*map = (struct vm_map){ 0 };
	map->pmap = pmap_create(vm->machine);
	if (map->pmap == NULL)
		return KERN_RESOURCE_SHORTAGE;
	lock_init(vm->machine, &map->lock);
	map->header.prev = map->header.next = &map->header;
	map->header.start = PAGE_SIZE; /* page 0 is never mapped */
	map->header.end = VM_MAX_ADDRESS;
	map->hint = &map->header;

	sync_spin_take(&vm->map_list_lock);
	map->list_next = vm->map_list;
	map->list_prev = &vm->map_list;
	if (map->list_next != NULL)
		map->list_next->list_prev = &map->list_next;
	vm->map_list = map;
	sync_spin_drop(&vm->map_list_lock);
	return KERN_SUCCESS;
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
	vm_object_reference(vm, part->object);
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
	vm_object_reference(vm, part->object);
	vm_map_link(map, e, part);
	return KERN_SUCCESS;
}

kern_return_t
vm_map_insert(struct vm *vm, vm_map_t map, const struct vm_map_entry *as)
{
	vm_map_entry_t before, e;

	if (as->start < map->header.start || as->end > map->header.end ||
	    as->start >= as->end)
		return KERN_INVALID_ADDRESS;
	if (vm_map_lookup_entry(map, as->start, &before) ||
	    (before->next != &map->header && before->next->start < as->end))
		return KERN_NO_SPACE;
	e = vm_malloc(vm, sizeof(*e), M_VMMAPENT);
	if (e == NULL)
		return KERN_RESOURCE_SHORTAGE;
	*e = *as;
	vm_map_link(map, before, e);
	return KERN_SUCCESS;
}

/* May the entry before grow over new anonymous memory with these rights? */
boolean_t
vm_map_extends(vm_map_entry_t e, vm_offset_t start, vm_prot_t prot)
{
	return e->end == start && e->protection == prot &&
	       e->max_protection == VM_PROT_ALL && !e->needs_copy &&
	       !e->copy_on_write && e->inheritance == VM_INHERIT_COPY &&
	       e->wired_count == 0;
}

kern_return_t
vm_map_insert_anonymous(struct vm *vm, vm_map_t map, vm_offset_t start,
    vm_offset_t end, vm_prot_t prot)
{
	vm_map_entry_t before;

	if (start >= map->header.start && end <= map->header.end &&
	    !vm_map_lookup_entry(map, start, &before) &&
	    before != &map->header &&
	    (before->next == &map->header || before->next->start >= end) &&
	    vm_map_extends(before, start, prot) &&
	    vm_object_coalesce(vm, before->object, NULL, before->offset, 0,
		before->end - before->start, end - start)) {
		before->end = end;
		return KERN_SUCCESS;
	}
	return vm_map_insert(vm, map,
	    &(struct vm_map_entry){
		.start = start,
		.end = end,
		.protection = prot,
		.max_protection = VM_PROT_ALL,
		.inheritance = VM_INHERIT_COPY,
	    });
}

kern_return_t
vm_map_findspace(
    vm_map_t map, vm_offset_t hint, vm_size_t size, vm_offset_t *addr)
{
	vm_offset_t start = hint < map->header.start ? map->header.start : hint;
	vm_map_entry_t e;

	if (vm_map_lookup_entry(map, start, &e))
		start = e->end;
	for (e = e->next; e != &map->header; e = e->next) {
		if (e->start >= start && e->start - start >= size)
			break;
		if (e->end > start)
			start = e->end;
	}
	if (start + size < start || start + size > map->header.end)
		return KERN_NO_SPACE;
	*addr = start;
	return KERN_SUCCESS;
}
