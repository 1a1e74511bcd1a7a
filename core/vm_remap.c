/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two calls younger than the original, which recorded programs make: forget a
 * range's contents (madvise), and move a range (mremap).
 */
#include "core/vm_fault.h"
#include "core/vm_map.h"

/* The entry at or after `at`, within end, loses its object, which is returned;
 * *next is where to go on.  The map is locked. */
kern_return_t
vm_forget_entry(struct vm *vm, vm_map_t map, vm_offset_t at, vm_offset_t end,
    vm_offset_t *next, vm_object_t *object)
{
	vm_map_entry_t e;
	kern_return_t result = vm_map_clip_range(vm, map, at, end, &e);

	*object = NULL;
	*next = end;
	if (result != KERN_SUCCESS || e == &map->header || e->start >= end)
		return result;
	*next = e->end;
	if (e->inheritance == VM_INHERIT_SHARE || e->share_map != NULL)
		return KERN_SUCCESS;
	if (e->wired_count != 0)
		return KERN_INVALID_ARGUMENT;
	pmap_remove(map->pmap, e->start, e->end);
	*object = e->object;
	e->object = NULL;
	e->offset = 0;
	e->needs_copy = e->copy_on_write = FALSE;
	return KERN_SUCCESS;
}

kern_return_t
vm_forget(
    struct vm *vm, struct vmspace *space, vm_offset_t addr, vm_size_t size)
{
	vm_map_t map = &space->vm_map;
	kern_return_t result = KERN_SUCCESS;
	vm_object_t object;
	vm_offset_t end;

	if (vm_mmap_range(&addr, size, &end) != KERN_SUCCESS)
		return KERN_INVALID_ADDRESS;
	while (addr < end && result == KERN_SUCCESS) {
		vm_map_lock(map);
		result = vm_forget_entry(vm, map, addr, end, &addr, &object);
		vm_map_unlock(map);
		vm_object_deallocate(vm, object);
	}
	return result;
}

/*
 * The file that the chain below an entry's object ends in, and where the entry
 * begins in it: referenced, or NULL if it ends in none.
 */
LK_UNCHECKED vm_object_t
vm_move_file(struct vm *vm, vm_object_t object, vm_offset_t *offset)
{
	vm_object_t next;

	vm_object_lock(object);
	while ((object->flags & OBJ_INTERNAL) && object->shadow != NULL) {
		next = object->shadow;
		*offset += object->shadow_offset;
		vm_object_lock(next);
		vm_object_unlock(object);
		object = next;
	}
	next = (object->flags & OBJ_INTERNAL) ? NULL : object;
	if (next != NULL)
		lk_ref_get(&next->ref);
	vm_object_unlock(object);
	return next;
}

/*
 * Into *e: what follows the mapping that ends at `end` when it grows, with a
 * reference.  Shared memory goes on as it is; behind a private mapping of a
 * file comes more of the file, whatever was written before; behind other
 * memory, zeroes.
 */
kern_return_t
vm_move_growth(
    struct vm *vm, vm_map_t map, vm_offset_t end, struct vm_map_entry *e)
{
	struct vm_map_entry as;
	boolean_t shared;

	if (!vm_map_peek(vm, map, end - 1, &as))
		return KERN_INVALID_ADDRESS;
	e->protection = as.protection;
	e->inheritance = as.inheritance;
	if (as.object == NULL)
		return KERN_SUCCESS;
	shared = as.inheritance == VM_INHERIT_SHARE && !as.copy_on_write;
	e->offset = as.offset;
	if (shared) {
		vm_object_reference(vm, as.object);
		e->object = as.object;
	} else {
		e->object = vm_move_file(vm, as.object, &e->offset);
		e->copy_on_write = e->needs_copy = e->object != NULL;
	}
	e->offset = e->object != NULL ? e->offset + (end - as.start) : 0;
	vm_object_deallocate(vm, as.object);
	return KERN_SUCCESS;
}

/* What a move works on: [from, from + keep) goes to `to`, [from + keep,
 * old_end) and what was in [to, new_end) are unmapped. */
struct vm_move {
	vm_offset_t from, old_end;
	vm_offset_t to, new_end;
	vm_size_t keep;
	vm_map_entry_t growth; /* NULL: it does not grow */
	vm_map_entry_t dead[2];
};

/* The file at the bottom of an entry's chain, or NULL; *offset: where in it. */
vm_object_t
vm_move_entry_file(struct vm *vm, vm_map_entry_t e, vm_offset_t *offset)
{
	*offset = e->offset;
	return e->object != NULL ? vm_move_file(vm, e->object, offset) : NULL;
}

/* Is next more of what e is, as the caller who made one mapping sees it? */
boolean_t
vm_move_continues(struct vm *vm, vm_map_entry_t e, vm_map_entry_t next)
{
	vm_size_t size = e->end - e->start;
	vm_offset_t at, next_at;
	vm_object_t file, next_file;

	if (next->start != e->end || e->protection != next->protection ||
	    e->inheritance != next->inheritance ||
	    e->share_map != next->share_map)
		return FALSE;
	if (e->share_map != NULL || e->inheritance == VM_INHERIT_SHARE)
		return e->object == next->object &&
		       e->offset + size == next->offset;
	file = vm_move_entry_file(vm, e, &at);
	next_file = vm_move_entry_file(vm, next, &next_at);
	/* The entries keep them. */
	vm_object_deallocate(vm, file);
	vm_object_deallocate(vm, next_file);
	return file == next_file && (file == NULL || at + size == next_at);
}

/* Only one mapping can be moved, and all of it must be there. */
boolean_t
vm_move_is_one(struct vm *vm, vm_map_t map, struct vm_move *m)
{
	vm_map_entry_t e;

	if (!vm_map_lookup_entry(map, m->from, &e))
		return FALSE;
	for (; e->end < m->old_end; e = e->next)
		if (e->next == &map->header ||
		    !vm_move_continues(vm, e, e->next))
			return FALSE;
	return TRUE;
}

/* Everything that can fail: the map is clipped, and nothing else changed. */
kern_return_t
vm_move_prepare(struct vm *vm, vm_map_t map, struct vm_move *m)
{
	vm_map_entry_t first;

	if (!vm_move_is_one(vm, map, m))
		return KERN_INVALID_ADDRESS;
	if (m->to != m->from && vm_map_clip_range(vm, map, m->to, m->new_end,
				    &first) != KERN_SUCCESS)
		return KERN_RESOURCE_SHORTAGE;
	if (m->to == m->from && m->new_end > m->old_end &&
	    !vm_map_is_free(map, m->old_end, m->new_end))
		return KERN_NO_SPACE;
	if (vm_map_clip_range(vm, map, m->from + m->keep, m->old_end, &first) !=
	    KERN_SUCCESS)
		return KERN_RESOURCE_SHORTAGE;
	return vm_map_clip_range(vm, map, m->from, m->from + m->keep, &first);
}

/* The entries of [from, from + keep) go to `to`, as they are. */
void
vm_move_entries(struct vm *vm, vm_map_t map, struct vm_move *m)
{
	vm_offset_t end = m->from + m->keep;
	vm_map_entry_t e, next, before;

	if (!vm_map_lookup_entry(map, m->from, &e))
		e = e->next;
	for (; e != &map->header && e->start < end; e = next) {
		next = e->next;
		if (e->wired_count != 0) { /* wired where it was */
			vm_fault_unwire(vm, map, e, e->end);
			e->wired_count = 0;
		}
		pmap_remove(map->pmap, e->start, e->end);
		vm_map_unlink(map, e);
		e->end = m->to + (e->end - m->from);
		e->start = m->to + (e->start - m->from);
		vm_map_lookup_entry(map, e->start, &before);
		vm_map_link(map, before, e);
	}
}

/* The map is locked. */
kern_return_t
vm_move_locked(struct vm *vm, vm_map_t map, struct vm_move *m)
{
	kern_return_t result = vm_move_prepare(vm, map, m);

	if (result != KERN_SUCCESS)
		return result;
	/* All is clipped: none of these can fail. */
	if (m->to != m->from)
		(void)vm_map_delete(vm, map, m->to, m->new_end, &m->dead[0]);
	(void)vm_map_delete(
	    vm, map, m->from + m->keep, m->old_end, &m->dead[1]);
	if (m->to != m->from)
		vm_move_entries(vm, map, m);
	if (m->growth != NULL)
		vm_map_place(vm, map, m->growth);
	m->growth = NULL;
	return KERN_SUCCESS;
}

kern_return_t
vm_move(struct vm *vm, struct vmspace *space, vm_offset_t from,
    vm_size_t old_size, vm_offset_t *to, vm_size_t new_size)
{
	vm_map_t map = &space->vm_map;
	struct vm_move m = { .from = from, .to = *to };
	kern_return_t result = KERN_SUCCESS;

	if (old_size == 0 || new_size == 0 || m.to < PAGE_SIZE ||
	    vm_mmap_range(&m.from, old_size, &m.old_end) != KERN_SUCCESS ||
	    vm_mmap_range(&m.to, new_size, &m.new_end) != KERN_SUCCESS ||
	    (m.to != m.from && m.to < m.old_end && m.from < m.new_end))
		return KERN_INVALID_ADDRESS;
	m.keep = round_page(old_size < new_size ? old_size : new_size);
	if (m.new_end > m.to + m.keep) {
		m.growth = vm_map_entry_anonymous(
		    vm, m.to + m.keep, m.new_end, VM_PROT_NONE);
		if (m.growth == NULL)
			return KERN_RESOURCE_SHORTAGE;
		result = vm_move_growth(vm, map, m.from + m.keep, m.growth);
	}
	if (result == KERN_SUCCESS) {
		vm_map_lock(map);
		result = vm_move_locked(vm, map, &m);
		vm_map_unlock(map);
	}
	vm_map_bury(vm, m.dead[0]);
	vm_map_bury(vm, m.dead[1]);
	vm_map_bury(vm, m.growth);
	return result;
}
