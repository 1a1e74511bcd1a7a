/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page fault.
 *
 * At every moment a fault holds the lock of the object it looks at or owns a
 * busy page in it; a busy page of its own is on no paging queue; in every
 * object where it has a busy page it holds one paging_in_progress.  While it
 * walks down a chain, a busy stand-in stays in the top object, so that a
 * second fault on the same page waits.
 *
 *	find		walk down; page in; zero-fill at the end of the chain
 *	copy up		a write to a page found below the top: copy it there
 *	push		the top object has a copy object: give it the old page
 *	revalidate	the map was let go for I/O: is it still so?
 *	enter		into the pmap, with nothing locked but the busy page
 *	release		whatever the outcome
 *
 * Each step is entered and left with f->object locked, and says how to go on;
 * release undoes what is held, the same way after success and failure.
 */
#include "core/vm_fault.h"

#include "core/vm_pageout.h"

/* A frame can be had, time and again, but never as many at once as are wanted:
 * after so many waits for one fault there is no hope. */
#define VM_FAULT_PATIENCE 10000

enum vm_fault_next {
	FAULT_ON,     /* next step */
	FAULT_AGAIN,  /* release, start again */
	FAULT_BLOCK,  /* release, sleep on what was asserted, start again */
	FAULT_MEMORY, /* release, wait for a frame, start again */
	FAULT_ERROR,  /* release, f->error */
};

struct vm_faultinfo {
	vm_map_t map;
	vm_offset_t vaddr;
	vm_prot_t fault_type;
	boolean_t change_wiring;

	vm_map_t lookup_map; /* where the lookup ended; read-locked... */
	vm_map_entry_t entry;
	boolean_t lookup_still_valid; /* ...while this is so */
	vm_prot_t prot;
	boolean_t wired;

	vm_object_t first_object; /* referenced, one pip */
	vm_offset_t first_offset;
	vm_page_t first_m;  /* busy stand-in there, while below it */
	vm_object_t object; /* where we look: locked, one pip */
	vm_offset_t offset;
	vm_page_t m;             /* busy page there, or NULL */
	vm_object_t copy_object; /* referenced; dropped at the end */
	kern_return_t error;
};

void
vm_fault_unlock_map(struct vm *vm, struct vm_faultinfo *f)
{
	if (!f->lookup_still_valid)
		return;
	vm_map_lookup_done(vm, f->lookup_map, f->entry);
	f->lookup_still_valid = FALSE;
}

/* On to the next object of the chain, hand over hand: clang cannot follow a
 * lock from one expression to another. */
LK_UNCHECKED void
vm_fault_descend(struct vm *vm, struct vm_faultinfo *f, vm_object_t next)
    LK_HOLDS(f->object->lk)
{
	f->offset += f->object->shadow_offset;
	vm_object_lock(next);
	if (f->object != f->first_object)
		vm_object_paging_end(vm, f->object);
	vm_object_unlock(f->object);
	f->object = next;
	VM_ALSO(fault, next);
	vm_object_paging_begin(next);
}

/* Back up to the stand-in in the top object, which becomes the page.  The
 * lower object goes first: the order of locks is front to back. */
LK_UNCHECKED void
vm_fault_ascend(struct vm *vm, struct vm_faultinfo *f) LK_HOLDS(f->object->lk)
{
	if (f->object != f->first_object) {
		vm_object_paging_end(vm, f->object);
		vm_object_unlock(f->object);
		f->object = f->first_object;
		vm_object_lock(f->object);
	}
	f->offset = f->first_offset;
	f->m = f->first_m;
	f->first_m = NULL;
}

/* Read the page just allocated from the object's pager. */
enum vm_fault_next
vm_fault_pagein(struct vm *vm, struct vm_faultinfo *f) LK_HOLDS(f->object->lk)
{
	vm_pager_t pager = f->object->pager;
	int result;

	vm_object_unlock(f->object);
	vm_fault_unlock_map(vm, f);
	VM_POINT(fault_pagein);
	result = vm_pager_get(vm, pager, f->m);
	vm_object_lock(f->object);

	if (result == VM_PAGER_OK) {
		f->m->flags = (f->m->flags & ~PG_FAKE) | PG_CLEAN;
		pmap_clear_modify(vm->machine, VM_PAGE_TO_PHYS(f->m));
		return FAULT_ON;
	}
	if (result == VM_PAGER_FAIL) /* nothing here: look below */
		return FAULT_AGAIN;
	vm_page_free_one(vm, f->m);
	f->m = NULL;
	f->error = KERN_PROTECTION_FAILURE;
	return FAULT_ERROR;
}

/* The page is resident: make it ours, or wait for whoever has it. */
enum vm_fault_next
vm_fault_resident(struct vm *vm, vm_page_t m)
{
	if (m->flags & PG_BUSY) {
		PAGE_ASSERT_WAIT(m, FALSE);
		return FAULT_BLOCK;
	}
	(void)vm_page_unqueue_one(vm, m);
	VM_PAGE_BUSY(m);
	return FAULT_ON;
}

/* The end of the chain: the stand-in becomes a page of zeroes. */
void
vm_fault_zero_fill(struct vm *vm, struct vm_faultinfo *f)
    LK_HOLDS(f->object->lk)
{
	vm_fault_ascend(vm, f);
	vm_page_zero_fill(vm, f->m);
	f->m->flags &= ~(PG_FAKE | PG_CLEAN);
	vm_count(zero_fills);
}

/* Look in one object.  FAULT_AGAIN: not here. */
enum vm_fault_next
vm_fault_look(struct vm *vm, struct vm_faultinfo *f) LK_HOLDS(f->object->lk)
{
	boolean_t top = f->object == f->first_object;
	boolean_t ask =
	    f->object->pager != NULL && (!f->change_wiring || f->wired);
	enum vm_fault_next next = FAULT_AGAIN;
	vm_page_t m = vm_page_lookup(vm, f->object, f->offset);

	if (m != NULL) {
		next = vm_fault_resident(vm, m);
		if (next == FAULT_ON)
			f->m = m;
		return next;
	}
	if (!top && !ask)
		return FAULT_AGAIN;
	f->m = vm_page_alloc(vm, f->object, f->offset);
	if (f->m == NULL)
		return FAULT_MEMORY;
	if (ask)
		next = vm_fault_pagein(vm, f);
	if (next != FAULT_AGAIN)
		return next;
	if (top)
		f->first_m = f->m;
	else
		vm_page_free_one(vm, f->m);
	f->m = NULL;
	return FAULT_AGAIN;
}

enum vm_fault_next
vm_fault_find(struct vm *vm, struct vm_faultinfo *f) LK_HOLDS(f->object->lk)
{
	enum vm_fault_next next;

	while ((next = vm_fault_look(vm, f)) == FAULT_AGAIN) {
		if (f->object->shadow == NULL) {
			vm_fault_zero_fill(vm, f);
			return FAULT_ON;
		}
		vm_fault_descend(vm, f, f->object->shadow);
	}
	return next;
}

/* Queue a page that is ours, if it belongs on a queue, and let others have it.
 * Its object is locked. */
void
vm_fault_release_page(struct vm *vm, vm_page_t m)
{
	vm_page_activate_one(vm, m);
	VM_POINT(fault_activated);
	PAGE_WAKEUP(m);
}

/* A page found below the top: a reader may not write it, a writer copies. */
void
vm_fault_copy_up(struct vm *vm, struct vm_faultinfo *f) LK_HOLDS(f->object->lk)
{
	if (f->object == f->first_object)
		return;
	if ((f->fault_type & VM_PROT_WRITE) == 0) {
		f->prot &= ~VM_PROT_WRITE;
		f->m->flags |= PG_COPYONWRITE;
		return;
	}
	VM_WITHIN(cow, f->first_object, f->object);
	/* In this order: it may be a file's page, which others write. */
	vm_object_page_quiesce(vm, f->m);
	vm_page_copy(vm, f->m, f->first_m);
	vm_fault_release_page(vm, f->m);
	vm_fault_ascend(vm, f);
	f->m->flags &= ~(PG_FAKE | PG_CLEAN);
	vm_count(cow_faults);

	/* Our own paging must not hinder it. */
	f->object->paging_in_progress--;
	vm_object_collapse(vm, f->object);
	f->object->paging_in_progress++;
}

/* The copy object has neither page nor pager's page: push ours.  Both locked,
 * copy_m is busy. */
void
vm_fault_push_page(struct vm *vm, struct vm_faultinfo *f, vm_page_t copy_m)
{
	vm_page_copy(vm, f->m, copy_m);
	vm_object_page_quiesce(vm, f->m);
	copy_m->flags &= ~(PG_FAKE | PG_CLEAN);
	vm_fault_release_page(vm, copy_m);
	vm_count(copy_pushes);
}

/*
 * Does the copy object's pager have the page?  Both objects locked before and
 * after, with f->object's order kept; copy_m is busy meanwhile.  FAULT_AGAIN:
 * the copy object has lost its place.
 */
enum vm_fault_next
vm_fault_push_ask(struct vm *vm, struct vm_faultinfo *f,
    vm_object_t copy_object, vm_offset_t copy_offset, boolean_t *exists)
    LK_HOLDS(f->object->lk, copy_object->lk)
{
	vm_pager_t pager = copy_object->pager;
	vm_offset_t where = copy_offset + copy_object->paging_offset;

	vm_object_unlock(f->object);
	vm_object_unlock(copy_object);
	vm_fault_unlock_map(vm, f);
	*exists = vm_pager_has_page(vm, pager, where);
	vm_object_lock(copy_object);
	vm_object_lock(f->object);
	return copy_object->shadow == f->object ? FAULT_ON : FAULT_AGAIN;
}

/* Copy object locked, as is f->object: see that it has the old page. */
enum vm_fault_next
vm_fault_push_locked(struct vm *vm, struct vm_faultinfo *f,
    vm_object_t copy_object) LK_HOLDS(f->object->lk, copy_object->lk)
{
	vm_offset_t copy_offset = f->first_offset - copy_object->shadow_offset;
	vm_page_t copy_m = vm_page_lookup(vm, copy_object, copy_offset);
	enum vm_fault_next next = FAULT_ON;
	boolean_t exists = FALSE;

	VM_WITHIN(push, f->object, copy_object);
	VM_POINT(fault_copypush);
	if (copy_m != NULL) {
		if ((copy_m->flags & PG_BUSY) == 0)
			return FAULT_ON;
		PAGE_ASSERT_WAIT(copy_m, FALSE);
		return FAULT_BLOCK;
	}
	copy_m = vm_page_alloc(vm, copy_object, copy_offset);
	if (copy_m == NULL)
		return FAULT_MEMORY;
	vm_object_paging_begin(copy_object);
	if (copy_object->pager != NULL)
		next =
		    vm_fault_push_ask(vm, f, copy_object, copy_offset, &exists);
	if (next == FAULT_ON && !exists)
		vm_fault_push_page(vm, f, copy_m);
	else
		vm_page_free_one(vm, copy_m);
	vm_object_paging_end(vm, copy_object);
	return next;
}

/* The top object's old contents belong to its copy object first. */
enum vm_fault_next
vm_fault_push(struct vm *vm, struct vm_faultinfo *f) LK_HOLDS(f->object->lk)
{
	enum vm_fault_next next;
	vm_object_t copy_object;
	unsigned turns = 0;

	while (f->object == f->first_object &&
	       (copy_object = f->object->copy) != NULL) {
		if ((f->fault_type & VM_PROT_WRITE) == 0) {
			f->prot &= ~VM_PROT_WRITE;
			f->m->flags |= PG_COPYONWRITE;
			return FAULT_ON;
		}
		if (!vm_object_lock_try(copy_object)) {
			vm_object_unlock(f->object);
			cpu_relax_after(turns++);
			thread_yield();
			vm_object_lock(f->object);
			continue;
		}
		/* One reference at a time, until the fault ends. */
		if (f->copy_object != NULL && f->copy_object != copy_object) {
			vm_object_unlock(copy_object);
			return FAULT_AGAIN;
		}
		if (f->copy_object == NULL) {
			lk_ref_get(&copy_object->ref);
			f->copy_object = copy_object;
		}
		next = vm_fault_push_locked(vm, f, copy_object);
		vm_object_unlock(copy_object);
		/* It may be written, even if the map was let go meanwhile:
		 * no copy is made while it is busy. */
		if (next == FAULT_ON)
			f->m->flags &= ~PG_COPYONWRITE;
		return next;
	}
	return FAULT_ON;
}

/* The map was let go: the same object, at the same place, with what rights?
 * The map is only tried: whoever has it may be waiting for our page (D2). */
enum vm_fault_next
vm_fault_revalidate(struct vm *vm, struct vm_faultinfo *f)
    LK_HOLDS(f->object->lk)
{
	vm_object_t retry_object;
	vm_offset_t retry_offset;
	vm_prot_t retry_prot;
	kern_return_t result;

	if (f->lookup_still_valid)
		return FAULT_ON;
	vm_object_unlock(f->object);
	f->lookup_map = f->map;
	result = vm_map_lookup(vm, &f->lookup_map, f->vaddr,
	    f->fault_type & ~VM_PROT_WRITE, TRUE, &f->entry, &retry_object,
	    &retry_offset, &retry_prot, &f->wired);
	vm_object_lock(f->object);
	if (result != KERN_SUCCESS)
		return FAULT_AGAIN;
	f->lookup_still_valid = TRUE;
	if (retry_object != f->first_object || retry_offset != f->first_offset)
		return FAULT_AGAIN;
	f->prot &= retry_prot;
	if (f->m->flags & PG_COPYONWRITE)
		f->prot &= ~VM_PROT_WRITE;
	return FAULT_ON;
}

/* With nothing locked but the busy page, and the map for reading. */
enum vm_fault_next
vm_fault_enter(struct vm *vm, struct vm_faultinfo *f) LK_HOLDS(f->object->lk)
{
	if (f->prot & VM_PROT_WRITE)
		f->m->flags &= ~PG_COPYONWRITE;
	vm_object_unlock(f->object);
	VM_POINT(fault_pre_enter);
	f->error = pmap_enter(
	    f->map->pmap, f->vaddr, VM_PAGE_TO_PHYS(f->m), f->prot, f->wired);
	vm_object_lock(f->object);
	if (f->error != KERN_SUCCESS)
		return FAULT_ERROR;
	if (f->change_wiring) {
		vm_page_lock_queues();
		if (f->wired)
			vm_page_wire(vm, f->m);
		else
			vm_page_unwire(vm, f->m);
		vm_page_unlock_queues();
	}
	return FAULT_ON;
}

/* Give back everything a fault holds but the references. */
void
vm_fault_release(struct vm *vm, struct vm_faultinfo *f)
    LK_RELEASES(f->object->lk)
{
	vm_object_t first_object = f->first_object;

	if (f->m != NULL)
		vm_fault_release_page(vm, f->m);
	vm_object_paging_end(vm, f->object);
	if (f->object == first_object && f->first_m != NULL)
		vm_page_free_one(vm, f->first_m);
	vm_object_unlock(f->object);
	if (f->object != first_object) {
		vm_object_lock(first_object);
		if (f->first_m != NULL)
			vm_page_free_one(vm, f->first_m);
		vm_object_paging_end(vm, first_object);
		vm_object_unlock(first_object);
	}
	vm_fault_unlock_map(vm, f);
}

/* From the top object, locked, to the mapping. */
enum vm_fault_next
vm_fault_steps(struct vm *vm, struct vm_faultinfo *f) LK_HOLDS(f->object->lk)
{
	enum vm_fault_next next = vm_fault_find(vm, f);

	if (next != FAULT_ON)
		return next;
	vm_fault_copy_up(vm, f);
	next = vm_fault_push(vm, f);
	if (next == FAULT_ON)
		next = vm_fault_revalidate(vm, f);
	if (next == FAULT_ON)
		next = vm_fault_enter(vm, f);
	return next;
}

/* One attempt. */
enum vm_fault_next
vm_fault_once(struct vm *vm, struct vm_faultinfo *f)
{
	enum vm_fault_next next;

	f->lookup_map = f->map;
	f->error = vm_map_lookup(vm, &f->lookup_map, f->vaddr, f->fault_type,
	    FALSE, &f->entry, &f->first_object, &f->first_offset, &f->prot,
	    &f->wired);
	if (f->error != KERN_SUCCESS)
		return FAULT_ERROR;
	f->lookup_still_valid = TRUE;
	if (f->wired)
		f->fault_type = vm_map_wired_type(f->entry);
	f->object = f->first_object;
	f->offset = f->first_offset;
	f->m = f->first_m = NULL;
	f->copy_object = NULL;

	VM_WITHIN(fault, f->first_object, NULL);
	if (f->change_wiring)
		VM_ALSO(wire, f->first_object);
	vm_object_lock(f->object);
	lk_ref_get(&f->object->ref);
	vm_object_paging_begin(f->object);
	next = vm_fault_steps(vm, f);
	vm_fault_release(vm, f);

	if (next == FAULT_BLOCK)
		thread_block();
	vm_object_deallocate(vm, f->copy_object);
	vm_object_deallocate(vm, f->first_object);
	return next;
}

kern_return_t
vm_fault(struct vm *vm, vm_map_t map, vm_offset_t va, vm_prot_t fault_type,
    boolean_t change_wiring)
{
	struct vm_faultinfo f = {
		.map = map,
		.vaddr = trunc_page(va),
		.fault_type = fault_type,
		.change_wiring = change_wiring,
	};

	unsigned waits = 0;

	vm_count(faults);
	for (;;) {
		switch (vm_fault_once(vm, &f)) {
		case FAULT_ON:
			return KERN_SUCCESS;
		case FAULT_ERROR:
			return f.error;
		case FAULT_MEMORY:
			if (waits++ == VM_FAULT_PATIENCE)
				vm_pageout_exhausted(vm);
			VM_WAIT;
			break;
		case FAULT_AGAIN:
		case FAULT_BLOCK:
			break;
		}
		f.fault_type = fault_type;
		vm_count(fault_retries);
	}
}
