/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Collapse and bypass: keep shadow chains short.
 *
 *	object -> backing -> next
 *
 * COLLAPSE.  If nobody else refers to backing, its pages that object lacks move
 * up, with the pager if there is one, and backing is freed.  The claim 1 -> 0
 * settles that nobody else does, in a strategy that counts without locks too.
 *
 * BYPASS.  If backing is shared but every page it has is covered by object,
 * object may shadow next directly.  Backing loses one of at least two
 * references; if it turns out to be the last, somebody has just let go and it
 * is a collapse.
 *
 * Neither may happen while either has paging in progress: a busy page is
 * somebody's (hazard E6).  Nor if backing is a copy object: what next pushes
 * must still arrive (hazard E1 tells why only `copy == backing` counts).  Nor
 * if backing can be looked up (E3), or one of the two is dying (B2).
 */
#include "core/vm.h"

/* May backing be merged into, or dropped from under, what shadows it?  Both are
 * locked. */
boolean_t
vm_object_collapsible(struct vm *vm, vm_object_t backing_object)
    LK_HOLDS(backing_object->lk)
{
	vm_object_t next = backing_object->shadow;

	if ((backing_object->flags & OBJ_INTERNAL) == 0 ||
	    (backing_object->flags & (OBJ_HASHED | OBJ_DYING)) != 0 ||
	    backing_object->paging_in_progress != 0)
		return FALSE;
	if (next == NULL)
		return TRUE;
	if (AS_FOUND(E1))
		return next->copy == NULL;
	return sync_load_relaxed(&next->copy) != backing_object;
}

/* Move backing's pages that object lacks; free the rest.  Both locked. */
void
vm_object_collapse_pages(struct vm *vm, vm_object_t object,
    vm_object_t backing_object) LK_HOLDS(object->lk, backing_object->lk)
{
	vm_offset_t backing_offset = object->shadow_offset;
	vm_size_t size = object->size;
	vm_page_t p;

	while ((p = (vm_page_t)queue_first(&backing_object->memq)) != NULL) {
		vm_offset_t new_offset = p->offset - backing_offset;

		if (p->offset < backing_offset || new_offset >= size ||
		    vm_page_lookup(vm, object, new_offset) != NULL)
			vm_page_free_one(vm, p);
		else
			vm_page_rename(vm, p, object, new_offset);
		VM_POINT(collapse_page);
	}
}

/* Nobody else refers to backing_object, and now nobody does. */
void
vm_object_absorb(struct vm *vm, vm_object_t object, vm_object_t backing_object)
    LK_HOLDS(object->lk) LK_RELEASES(backing_object->lk)
{
	vm_offset_t backing_offset = object->shadow_offset;

	VM_POINT(collapse_checked);
	vm_object_collapse_pages(vm, object, backing_object);

	/* E2: the bias goes with the pager that needs it. */
	if (AS_FOUND(E2))
		object->paging_offset += backing_offset;
	else if (backing_object->pager != NULL)
		object->paging_offset =
		    backing_object->paging_offset + backing_offset;
	sync_store(&object->pager, backing_object->pager);
	sync_store(&backing_object->pager, NULL);
	VM_POINT(collapse_pager);

	/* The reference to what is below moves up with the pointer. */
	object->shadow = backing_object->shadow;
	object->shadow_offset += backing_object->shadow_offset;
	if (AS_FOUND(E1) && object->shadow != NULL &&
	    object->shadow->copy != NULL)
		panic(vm->machine,
		    "vm_object_collapse: we collapsed a copy-object!");
	vm_object_unlock(backing_object);
	VM_POINT(collapse_unlocked);

	vm_object_free(vm, backing_object);
	vm_count(object_collapses);
}

/* Is every page of backing covered by one of object?  Both locked. */
boolean_t
vm_object_covers(struct vm *vm, vm_object_t object, vm_object_t backing_object)
    LK_HOLDS(object->lk, backing_object->lk)
{
	vm_offset_t backing_offset = object->shadow_offset;
	vm_size_t size = object->size;
	vm_page_t p, pp;

	QUEUE_FOREACH (p, &backing_object->memq, vm_page_t, listq) {
		vm_offset_t new_offset = p->offset - backing_offset;

		if (p->offset < backing_offset || new_offset > size ||
		    (new_offset == size && !AS_FOUND(E8)))
			continue;
		pp = vm_page_lookup(vm, object, new_offset);
		if (pp == NULL || (pp->flags & PG_FAKE))
			return FALSE;
	}
	return TRUE;
}

/* Shadow the next one instead.  FALSE: backing has become ours alone. */
boolean_t
vm_object_bypass(struct vm *vm, vm_object_t object, vm_object_t backing_object)
    LK_HOLDS(object->lk, backing_object->lk)
{
	if (!lk_ref_put_shared(&backing_object->ref))
		return FALSE;
	vm_object_reference(vm, object->shadow = backing_object->shadow);
	VM_POINT(bypass_linked);
	object->shadow_offset += backing_object->shadow_offset;
	vm_count(object_bypasses);
	return TRUE;
}

/* One step.  TRUE: the chain has changed, look again. */
boolean_t
vm_object_collapse_step(struct vm *vm, vm_object_t object) LK_HOLDS(object->lk)
{
	vm_object_t backing_object = object->shadow;
	boolean_t again;

	VM_WITHIN(collapse, object, backing_object);
	vm_object_lock(backing_object);
	if (!vm_object_collapsible(vm, backing_object)) {
		vm_object_unlock(backing_object);
		return FALSE;
	}
	if (lk_ref_claim(&backing_object->ref)) {
		vm_object_absorb(vm, object, backing_object);
		return TRUE;
	}
	again = FALSE;
	if (backing_object->pager == NULL &&
	    vm_object_covers(vm, object, backing_object)) {
		vm_object_bypass(vm, object, backing_object);
		again = TRUE;
	}
	vm_object_unlock(backing_object);
	return again;
}

void
vm_object_collapse(struct vm *vm, vm_object_t object)
{
	if (!vm->vm_object_collapse_allowed || object == NULL)
		return;
	while (object->paging_in_progress == 0 && object->pager == NULL &&
	       (object->flags & OBJ_DYING) == 0 && object->shadow != NULL)
		if (!vm_object_collapse_step(vm, object))
			return;
}

/* Can prev_object, locked, grow in place? */
boolean_t
vm_object_extendable(struct vm *vm, vm_object_t object) LK_HOLDS(object->lk)
{
	(void)vm;
	return lk_ref_read(&object->ref) == 1 && object->pager == NULL &&
	       object->shadow == NULL && object->copy == NULL &&
	       (object->paging_in_progress == 0 || AS_FOUND(F1));
}

boolean_t
vm_object_coalesce(struct vm *vm, vm_object_t prev_object,
    vm_object_t next_object, vm_offset_t prev_offset, vm_offset_t next_offset,
    vm_size_t prev_size, vm_size_t next_size)
{
	vm_offset_t old_end = prev_offset + prev_size;
	vm_offset_t new_end = old_end + next_size;

	(void)next_offset;
	if (next_object != NULL)
		return FALSE;
	if (prev_object == NULL)
		return TRUE;

	VM_WITHIN(coalesce, prev_object, NULL);
	vm_object_lock(prev_object);
	vm_object_collapse(vm, prev_object);
	if (!vm_object_extendable(vm, prev_object)) {
		vm_object_unlock(prev_object);
		return FALSE;
	}
	VM_POINT(coalesce_tested);
	/* What an earlier shrink has left there. */
	vm_object_page_remove(vm, prev_object, old_end, new_end);
	if (new_end > prev_object->size)
		prev_object->size = new_end;
	vm_object_unlock(prev_object);
	vm_count(coalesces);
	return TRUE;
}
