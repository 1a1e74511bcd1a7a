/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual copies.
 *
 * SYMMETRIC, for memory whose changes nobody else needs to see: source and copy
 * are the same object, both sides marked needs_copy, and whoever writes first
 * makes a shadow.  The one map that may write it is locked, and takes its own
 * write access away (vm_map_copy.c).
 *
 * ASYMMETRIC, for an object with a pager of its own, which must see the
 * changes: the copy gets a copy object C that shadows the source S, and
 * S.copy = C says that a page of S must be pushed into C before it changes.
 * There is one copy object at a time.  If the one there is has pages already,
 * it describes an older state: the new one, N, goes between the two:
 *
 *	X -> S, S.copy = X	becomes		X -> N -> S, S.copy = N
 *
 * N shadows S before anything shadows N (hazard D1): a fault that walks down
 * from X at that moment must not find an end of the chain at N.
 *
 * IN FLIGHT.  A write fault that found no copy object lets go of S with its
 * page busy and is about to enter a writable mapping.  So the splice waits
 * until no page of S is busy (hazard D2), and then, in the same hold of S's
 * lock, takes away write access from all of S's pages (hazard D3).  The wait
 * happens under the caller's map lock; that is why a fault that holds a busy
 * page only tries the map lock.
 */
#include "core/vm.h"

/* A write to the range must go through vm_fault from now on; `protect`: those
 * who may write already may no longer. */
void
vm_object_copy_mark(struct vm *vm, vm_object_t object, vm_offset_t start,
    vm_offset_t end, boolean_t protect) LK_HOLDS(object->lk)
{
	vm_page_t p;

	QUEUE_FOREACH (p, &object->memq, vm_page_t, listq) {
		if (p->offset < start || p->offset >= end)
			continue;
		if (protect)
			pmap_page_protect(vm->machine, VM_PAGE_TO_PHYS(p),
			    VM_PROT_READ | VM_PROT_EXECUTE);
		VM_PAGE_FLAG(p, flags, 0, PG_COPYONWRITE);
		VM_POINT(pmapcopy_page);
	}
}

/* TRUE: no page was busy.  FALSE: slept, with the lock dropped and retaken. */
boolean_t
vm_object_wait_busy(struct vm *vm, vm_object_t object) LK_HOLDS(object->lk)
{
	vm_page_t p;

	QUEUE_FOREACH (p, &object->memq, vm_page_t, listq) {
		if ((p->flags & PG_BUSY) == 0)
			continue;
		PAGE_ASSERT_WAIT(p, FALSE);
		vm_object_unlock(object);
		thread_block();
		vm_object_lock(object);
		return FALSE;
	}
	return TRUE;
}

/* The copy object, locked against the order; NULL with FALSE: try again, the
 * source was let go meanwhile (D4: the holder may be waiting for it). */
LK_UNCHECKED boolean_t
vm_object_copy_lock_old(struct vm *vm, vm_object_t src_object,
    vm_object_t *old_copy, unsigned turn) LK_HOLDS(src_object->lk)
{
	*old_copy = src_object->copy;
	if (*old_copy == NULL || vm_object_lock_try(*old_copy))
		return TRUE;
	vm_count(copy_retries);
	vm_object_unlock(src_object);
	cpu_relax_after(turn);
	thread_yield();
	vm_object_lock(src_object);
	return FALSE;
}

/* The source, locked, gets its new copy. */
void
vm_object_copy_attach(vm_object_t src_object, vm_object_t new_copy)
{
	new_copy->shadow = src_object;
	new_copy->shadow_offset = 0;
	lk_ref_get(&src_object->ref); /* new_copy's */
	sync_store_relaxed(&src_object->copy, new_copy);
}

/* The old copy, locked as is the source, shadows the new one from now on. */
void
vm_object_copy_splice(struct vm *vm, vm_object_t src_object,
    vm_object_t old_copy, vm_object_t new_copy)
{
	if (old_copy->shadow != src_object || old_copy->shadow_offset != 0)
		panic(vm->machine, "vm_object_copy: copy/shadow inconsistency");
	old_copy->shadow = new_copy;
	lk_ref_get(&new_copy->ref);
	lk_ref_put_shared(&src_object->ref); /* old_copy's */
}

/*
 * Get to the point where the splice may happen: source quiet, old copy locked
 * or NULL.  TRUE: *old_copy, which is not locked then, is empty and serves as
 * the copy; its count has been raised.  Source locked before and after.
 */
LK_UNCHECKED boolean_t
vm_object_copy_settle(struct vm *vm, vm_object_t src_object,
    vm_object_t *old_copy) LK_HOLDS(src_object->lk)
{
	unsigned turns = 0;

	while ((!AS_FOUND(D2) && !vm_object_wait_busy(vm, src_object)) ||
	       !vm_object_copy_lock_old(vm, src_object, old_copy, turns++))
		continue;
	if (*old_copy == NULL || (*old_copy)->resident_page_count != 0 ||
	    (*old_copy)->pager != NULL)
		return FALSE;
	lk_ref_get(&(*old_copy)->ref);
	vm_object_unlock(*old_copy);
	return TRUE;
}

/* A copy object with a reference for the caller, or NULL: no memory.  Source
 * locked before and after. */
LK_UNCHECKED vm_object_t
vm_object_copy_asymmetric(struct vm *vm, vm_object_t src_object)
    LK_HOLDS(src_object->lk)
{
	vm_size_t size = src_object->size; /* D5: it may grow once unlocked */
	vm_object_t new_copy, old_copy;

	if (vm_object_copy_settle(vm, src_object, &old_copy))
		return old_copy;
	if (old_copy != NULL)
		vm_object_unlock(old_copy);
	vm_object_unlock(src_object);
	VM_POINT(copy_unlocked);
	new_copy = vm_object_allocate(vm, size);
	vm_object_lock(src_object);
	if (new_copy == NULL)
		return NULL;

	/* D7: meanwhile another copier may have left an empty one. */
	if (vm_object_copy_settle(vm, src_object, &old_copy)) {
		vm_object_unlock(src_object);
		vm_object_deallocate(vm, new_copy);
		vm_object_lock(src_object);
		return old_copy;
	}
	if (!AS_FOUND(D1))
		vm_object_copy_attach(src_object, new_copy);
	if (old_copy != NULL) {
		vm_object_copy_splice(vm, src_object, old_copy, new_copy);
		vm_object_unlock(old_copy);
	}
	VM_POINT(copy_spliced);
	if (AS_FOUND(D1))
		vm_object_copy_attach(src_object, new_copy);
	VM_POINT(copy_linked);
	vm_object_copy_mark(vm, src_object, 0, ~(vm_offset_t)0, !AS_FOUND(D3));
	return new_copy;
}

kern_return_t
vm_object_copy(struct vm *vm, vm_object_t src_object, vm_offset_t src_offset,
    vm_size_t size, vm_object_t *dst_object, vm_offset_t *dst_offset,
    boolean_t *src_needs_copy)
{
	*src_needs_copy = FALSE;
	*dst_object = NULL;
	*dst_offset = 0;
	if (src_object == NULL)
		return KERN_SUCCESS;

	VM_WITHIN(copy, src_object, NULL);
	vm_object_lock(src_object);
	if (src_object->pager == NULL || (src_object->flags & OBJ_INTERNAL)) {
		lk_ref_get(&src_object->ref);
		vm_object_copy_mark(
		    vm, src_object, src_offset, src_offset + size, FALSE);
		*dst_object = src_object;
		*src_needs_copy = TRUE;
	} else
		*dst_object = vm_object_copy_asymmetric(vm, src_object);
	vm_object_unlock(src_object);
	*dst_offset = src_offset;
	return *dst_object != NULL ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

kern_return_t
vm_object_shadow(
    struct vm *vm, vm_object_t *object, vm_offset_t *offset, vm_size_t length)
{
	vm_object_t result;

	VM_WITHIN(shadow, *object, NULL);
	result = vm_object_allocate(vm, length);
	if (result == NULL)
		return KERN_RESOURCE_SHORTAGE;

	/* The caller's reference to the source becomes the shadow's. */
	vm_object_lock(result);
	result->shadow = *object;
	result->shadow_offset = *offset;
	vm_object_unlock(result);
	*offset = 0;
	*object = result;
	return KERN_SUCCESS;
}
