/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resident pages (docs/substrate.md section 5).
 *
 * A page is in at most one of: free queue, active queue, inactive queue.  Wired
 * or busy-in-fault, it is on none.
 *
 * BUSY means: its owner may drop the object's lock, and nobody else looks into,
 * frees, moves or maps the page.  An owner holds one paging_in_progress of the
 * object meanwhile.
 */
#ifndef CORE_VM_PAGE_H
#define CORE_VM_PAGE_H

#include "core/vm_object.h"
#include "pmap_sim/event.h"

#define VM_PAGE_TO_PHYS(p) ((p)->phys_addr)

#define vm_page_lock_queues()   lk_queues_enter(&vm->lk)
#define vm_page_unlock_queues() lk_queues_exit(&vm->lk)

/* Change flags, or queue_flags: clear some, then set some.  As found (G1) the
 * other half is written, too, as it was read. */
#define VM_PAGE_FLAG(m, half, clear, set)                                      \
	do {                                                                   \
		if (AS_FOUND(G1)) {                                            \
			struct vm_page g1_ = { .all_flags = sync_load_relaxed( \
						   &(m)->all_flags) };         \
                                                                               \
			VM_POINT(flags_read);                                  \
			g1_.half = (g1_.half & ~(clear)) | (set);              \
			sync_store_relaxed(&(m)->all_flags, g1_.all_flags);    \
		} else                                                         \
			(m)->half = ((m)->half & ~(clear)) | (set);            \
	} while (0)

/* Boot: all frames of the machine onto the free queue. */
kern_return_t vm_page_startup(struct vm *vm);

/* A BUSY, CLEAN, FAKE page at (object, offset), on no queue, or NULL: no frame
 * free.  Object locked; nothing is there yet. */
vm_page_t vm_page_alloc(struct vm *vm, vm_object_t object, vm_offset_t offset)
    LK_HOLDS(object->lk);
void vm_page_insert(struct vm *vm, vm_page_t m, vm_object_t object,
    vm_offset_t offset) LK_HOLDS(object->lk);
/* Out of its object; object and (if it was queued) page queues locked. */
void vm_page_remove(struct vm *vm, vm_page_t m);
/* The page at (object, offset) or NULL; object locked for a stable answer. */
vm_page_t vm_page_lookup(struct vm *vm, vm_object_t object, vm_offset_t offset);
/* To another object; both locked, page queues not. */
void vm_page_rename(struct vm *vm, vm_page_t m, vm_object_t new_object,
    vm_offset_t new_offset) LK_HOLDS(new_object->lk);
/* To the free queue.  Wakes who waits for it (C8).  Its object and the page
 * queues locked; not wired, not mapped. */
void vm_page_free(struct vm *vm, vm_page_t m) LK_HOLDS(vm->lk.queues);

/* For one page, by who has its object locked and the page queues not: locks
 * them, unless the strategy knows that the page is on none (vm_page_batch.h).
 * To be active: only if it is on no queue and not wired. */
void vm_page_free_one(struct vm *vm, vm_page_t m) LK_WITHOUT(vm->lk.queues);
int vm_page_unqueue_one(struct vm *vm, vm_page_t m) LK_WITHOUT(vm->lk.queues);
void vm_page_activate_one(struct vm *vm, vm_page_t m) LK_WITHOUT(vm->lk.queues);

/* Frames that are free, of all CPUs: a sum made while others take and give. */
unsigned vm_page_free_count(struct vm *vm);
/* A frame of the free queue, or NULL: the last few are the daemon's. */
vm_page_t vm_page_take_free(struct vm *vm) LK_WITHOUT(vm->lk.freequeue);
/* The next of the free queue, which is not empty; and one more. */
vm_page_t vm_page_first_free(struct vm *vm) LK_HOLDS(vm->lk.freequeue);
void vm_page_enter_free(struct vm *vm, vm_page_t m) LK_HOLDS(vm->lk.freequeue);
/* Onto the tail of the active queue; it is on none. */
void vm_page_enter_active(struct vm *vm, vm_page_t m) LK_HOLDS(vm->lk.queues);

/* To the tail of the active, or if active of the inactive queue. */
void vm_page_activate(struct vm *vm, vm_page_t m) LK_HOLDS(vm->lk.queues);
/* Object locked too: reads CLEAN.  Only acts on an active page. */
void vm_page_deactivate(struct vm *vm, vm_page_t m) LK_HOLDS(vm->lk.queues);
/* Off whichever queue it is on: 1 active, -1 inactive, 0 none. */
int vm_page_unqueue(struct vm *vm, vm_page_t m) LK_HOLDS(vm->lk.queues);
/* Object locked too. */
void vm_page_wire(struct vm *vm, vm_page_t m) LK_HOLDS(vm->lk.queues);
void vm_page_unwire(struct vm *vm, vm_page_t m) LK_HOLDS(vm->lk.queues);

/* Contents only: the page is busy and the caller's, who then clears CLEAN and
 * FAKE under the object's lock. */
void vm_page_zero_fill(struct vm *vm, vm_page_t m);
void vm_page_copy(struct vm *vm, vm_page_t from, vm_page_t to);

/* Is its content newer than the pager's?  Object locked, not busy elsewhere. */
boolean_t vm_page_dirty(struct vm *vm, vm_page_t m);

/* The page of a frame. */
vm_page_t PHYS_TO_VM_PAGE(struct vm *vm, vm_offset_t pa);

/* Sleep on a busy page: set WANTED and assert; object locked.  The caller
 * unlocks and blocks. */
#define PAGE_ASSERT_WAIT(m, interruptible)                                     \
	do {                                                                   \
		vm_count(page_waits);                                          \
		(m)->flags |= PG_WANTED;                                       \
		assert_wait((m), (interruptible));                             \
	} while (0)

/* Busy, and whose doing it is; object locked. */
#define VM_PAGE_BUSY(m)                                                        \
	do {                                                                   \
		(m)->flags |= PG_BUSY;                                         \
		held_mark(&(m)->busy_by, HELD_SITE("busy", HELD_OF));          \
	} while (0)

/* No longer busy; object locked. */
#define PAGE_WAKEUP(m)                                                         \
	do {                                                                   \
		VM_PAGE_FLAG(m, flags, PG_BUSY, 0);                            \
		if ((m)->flags & PG_WANTED) {                                  \
			(m)->flags &= ~PG_WANTED;                              \
			thread_wakeup(vm->machine, (m));                       \
		}                                                              \
	} while (0)

#endif /* CORE_VM_PAGE_H */
