/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on the resident pages of one object.
 *
 * UNMAP, THEN TEST.  Whether a page is dirty is settled after its mappings are
 * gone, or a store in between is lost (hazards C5, C6).  A wired mapping stays
 * and loses only the right to write; others of its page go, for theirs may be a
 * copy that has just got a page of its own (C9).
 *
 * ONE PASS.  Cleaning lets go of the object for each write, and faults go on
 * meanwhile.  A range is cleaned by offset, each once: what is dirtied behind
 * the pass is left to the next call (C3).  The whole of an object is cleaned
 * when it ends, and no other pass can be under way: that takes the page at the
 * head of the list, moves it to the tail, and does so as often as there were
 * pages at the start.
 *
 * BUSY pages are somebody's: cleaning and removing wait for each (C7).
 */
#include <stdio.h>

#include "core/vm.h"

/* Let go, sleep until the busy page is not, lock again. */
void
vm_object_wait_page(struct vm *vm, vm_object_t object, vm_page_t p)
    LK_HOLDS(object->lk)
{
	PAGE_ASSERT_WAIT(p, FALSE);
	vm_object_unlock(object);
	thread_block();
	vm_object_lock(object);
}

/* No store to the page can happen, or come unnoticed, from here on. */
void
vm_object_page_quiesce(struct vm *vm, vm_page_t p)
{
	if (p->wire_count != 0)
		pmap_page_spare_wired(vm->machine, VM_PAGE_TO_PHYS(p));
	else
		pmap_page_protect(
		    vm->machine, VM_PAGE_TO_PHYS(p), VM_PROT_NONE);
}

/* Back where it was before it was written: 1 active, -1 inactive; 0 if it was
 * wired, and who has unwired it since has left it to us. */
void
vm_object_page_requeue(struct vm *vm, vm_page_t p, int onqueue)
{
	vm_page_lock_queues();
	if (p->wire_count == 0) {
		vm_page_activate(vm, p);
		if (onqueue < 0)
			vm_page_deactivate(vm, p);
	}
	vm_page_unlock_queues();
}

/* Write one page, busy meanwhile; TRUE if the pager took it. */
boolean_t
vm_object_page_write(struct vm *vm, vm_object_t object, vm_page_t p,
    boolean_t de_queue) LK_HOLDS(object->lk)
{
	vm_pager_t pager = object->pager;
	int onqueue, result;

	onqueue = vm_page_unqueue_one(vm, p);
	VM_POINT(clean_unqueued);
	VM_PAGE_BUSY(p);
	vm_object_paging_begin(object);
	vm_object_unlock(object);
	VM_POINT(clean_put);

	result = vm_pager_put(vm, pager, p, TRUE);

	vm_object_lock(object);
	if (result == VM_PAGER_OK) {
		p->flags |= PG_CLEAN;
		pmap_clear_modify(vm->machine, VM_PAGE_TO_PHYS(p));
	}
	if (!de_queue)
		vm_object_page_requeue(vm, p, onqueue);
	else if (result != VM_PAGER_OK && result != VM_PAGER_BAD)
		vm_count(lost_pages);
	PAGE_WAKEUP(p);
	vm_object_paging_end(vm, object);
	return result == VM_PAGER_OK;
}

/* Clean one page that is not busy.  FALSE: could not. */
boolean_t
vm_object_page_clean_one(struct vm *vm, vm_object_t object, vm_page_t p,
    boolean_t de_queue) LK_HOLDS(object->lk)
{
	boolean_t dirty = FALSE;

	if (AS_FOUND(C6))
		dirty = vm_page_dirty(vm, p);
	VM_POINT(clean_tested);
	vm_object_page_quiesce(vm, p);
	if (!AS_FOUND(C6))
		dirty = vm_page_dirty(vm, p);
	if (dirty)
		return vm_object_page_write(vm, object, p, de_queue);
	if (de_queue)
		(void)vm_page_unqueue_one(vm, p);
	return TRUE;
}

/* Clean it when it is nobody's.  FALSE: could not. */
boolean_t
vm_object_page_clean_at(struct vm *vm, vm_object_t object, vm_offset_t offset,
    boolean_t de_queue) LK_HOLDS(object->lk)
{
	vm_page_t p;

	do {
		while ((p = vm_page_lookup(vm, object, offset)) != NULL &&
		       (p->flags & PG_BUSY))
			vm_object_wait_page(vm, object, p);
		if (p == NULL ||
		    vm_object_page_clean_one(vm, object, p, de_queue))
			return TRUE;
	} while (AS_FOUND(C4));
	return FALSE;
}

boolean_t
vm_object_page_clean_all(struct vm *vm, vm_object_t object, boolean_t de_queue)
    LK_HOLDS(object->lk)
{
	boolean_t clean = TRUE;
	int left = object->resident_page_count;
	vm_page_t p;

	while (
	    left > 0 && (p = (vm_page_t)queue_first(&object->memq)) != NULL) {
		if (p->flags & PG_BUSY) {
			vm_object_wait_page(vm, object, p);
			continue;
		}
		queue_remove(&object->memq, p, vm_page_t, listq);
		queue_enter(&object->memq, p, vm_page_t, listq);
		left--;
		if (!vm_object_page_clean_one(vm, object, p, de_queue)) {
			clean = FALSE;
			if (AS_FOUND(C4))
				left++;
		}
	}
	return clean;
}

boolean_t
vm_object_page_clean(struct vm *vm, vm_object_t object, vm_offset_t start,
    vm_offset_t end, boolean_t de_queue)
{
	boolean_t clean = TRUE;

	if (object->pager == NULL)
		return TRUE;
	VM_WITHIN(page_clean, object, object->pager);
	if (AS_FOUND(C2)) /* it waited for all paging: C3 */
		vm_object_paging_wait(vm, object);
	if (start == end)
		return vm_object_page_clean_all(vm, object, de_queue);
	if (end > object->size)
		end = object->size;
	for (; start < end; start += PAGE_SIZE)
		if (!vm_object_page_clean_at(vm, object, start, de_queue))
			clean = FALSE;
	return clean;
}

void
vm_object_deactivate_pages(struct vm *vm, vm_object_t object)
{
	vm_page_t p;

	if (queue_empty(&object->memq))
		return;
	vm_page_lock_queues();
	QUEUE_FOREACH (p, &object->memq, vm_page_t, listq)
		vm_page_deactivate(vm, p);
	vm_page_unlock_queues();
}

/* Reduce the rights of a range's mappings, everywhere; a wired page can be read
 * where it could be before (C9). */
void
vm_object_pmap_protect(struct vm *vm, vm_object_t object, vm_offset_t start,
    vm_offset_t end, vm_prot_t prot, unsigned short mark)
{
	vm_page_t p;

	if (object == NULL)
		return;
	vm_object_lock(object);
	QUEUE_FOREACH (p, &object->memq, vm_page_t, listq)
		if (p->offset >= start && p->offset < end) {
			pmap_page_protect(vm->machine, VM_PAGE_TO_PHYS(p),
			    p->wire_count != 0 ? prot | VM_PROT_READ : prot);
			VM_PAGE_FLAG(p, flags, 0, mark);
			VM_POINT(pmapcopy_page);
		}
	vm_object_unlock(object);
}

void
vm_object_pmap_copy(
    struct vm *vm, vm_object_t object, vm_offset_t start, vm_offset_t end)
{
	vm_object_pmap_protect(
	    vm, object, start, end, VM_PROT_READ, PG_COPYONWRITE);
}

void
vm_object_pmap_remove(
    struct vm *vm, vm_object_t object, vm_offset_t start, vm_offset_t end)
{
	vm_object_pmap_protect(vm, object, start, end, VM_PROT_NONE, 0);
}

void
vm_object_page_remove(
    struct vm *vm, vm_object_t object, vm_offset_t start, vm_offset_t end)
{
	vm_page_t p, next;

	if (object == NULL)
		return;
	VM_WITHIN(page_remove, object, object->pager);
again:
	for (p = (vm_page_t)queue_first(&object->memq); p != NULL; p = next) {
		next = (vm_page_t)queue_next(&p->listq);
		if (p->offset < start || p->offset >= end || p->wire_count != 0)
			continue;
		if ((p->flags & PG_BUSY) && !AS_FOUND(C7)) {
			vm_object_wait_page(vm, object, p);
			goto again;
		}
		pmap_page_protect(
		    vm->machine, VM_PAGE_TO_PHYS(p), VM_PROT_NONE);
		VM_POINT(remove_protected);
		vm_page_free_one(vm, p);
	}
}

void
vm_object_print(struct vm *vm, vm_object_t object, boolean_t full)
{
	vm_page_t p;
	int count = 0;

	(void)vm;
	if (object == NULL)
		return;
	printf("Object %u: size=%#lx, res=%d, ref=%d, flags=%#x, pip=%u, "
	       "pager=%s+%#lx, shadow=(%d)+%#lx, copy=(%d)\n",
	    object->serial, (unsigned long)object->size,
	    object->resident_page_count, lk_ref_read(&object->ref),
	    object->flags, object->paging_in_progress,
	    object->pager != NULL ? "yes" : "no",
	    (unsigned long)object->paging_offset,
	    object->shadow != NULL ? (int)object->shadow->serial : -1,
	    (unsigned long)object->shadow_offset,
	    object->copy != NULL ? (int)object->copy->serial : -1);
	if (!full)
		return;
	QUEUE_FOREACH (p, &object->memq, vm_page_t, listq)
		printf("%s(off=%#lx,page=%#lx)",
		    count++ % 6 == 0 ? "\n  memory:=" : ",",
		    (unsigned long)p->offset,
		    (unsigned long)VM_PAGE_TO_PHYS(p));
	printf("\n");
}
