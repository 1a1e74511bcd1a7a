/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CPU keeps to itself: free frames and pages on their way to the active
 * queue, so that the shared queues are touched once for many of them.  Only
 * under strategies with an LK_BATCH; under the others nothing of this is called
 * and none of its fields exist.
 *
 * A page's `where` tells who holds its object, and no more, what to lock:
 *
 *	NOWHERE		on no queue, in no batch; stays so
 *	QUEUED		on a paging queue; stays so, maybe on the other one
 *	IN_BATCH + n	in the batch of CPU n; may become QUEUED meanwhile
 *
 * To NOWHERE, and from it, a page gets only by who has its object locked.
 */
#ifndef CORE_VM_PAGE_BATCH_H
#define CORE_VM_PAGE_BATCH_H

#include "core/vm_page.h"

enum { VM_PAGE_NOWHERE, VM_PAGE_QUEUED, VM_PAGE_IN_BATCH };

#if LK_BATCH
#define VM_PAGE_WHERE(m)        sync_load_relaxed(&(m)->where)
#define VM_PAGE_SET_WHERE(m, w) sync_store_relaxed(&(m)->where, (w))
#else
#define VM_PAGE_WHERE(m)        VM_PAGE_QUEUED
#define VM_PAGE_SET_WHERE(m, w) ((void)0)
#endif

/* Boot.  KERN_RESOURCE_SHORTAGE: fixed memory is too small. */
kern_return_t vm_page_batch_startup(struct vm *vm);
void vm_page_batch_fini(struct vm *vm);
/* Fixed memory for that many CPUs, and so much memory. */
size_t vm_page_batch_bytes(unsigned frames, unsigned cpus);

/* --- free frames ---------------------------------------------------------- */

/* vm_page_take_free, from where it is nearest. */
vm_page_t vm_page_magazine_take(struct vm *vm);
/* Keep a free frame.  FALSE: it is wanted on the free queue. */
boolean_t vm_page_magazine_put(struct vm *vm, vm_page_t m);
/* Every CPU's frames, onto the free queue. */
void vm_page_magazines_drain(struct vm *vm);
/* How many are in magazines. */
unsigned vm_page_magazine_frames(struct vm *vm);

/* --- pages to become active ----------------------------------------------- */

/* Keep a page that is on no queue; its object is locked, it is not wired. */
void vm_page_batch_put(struct vm *vm, vm_page_t m) LK_WITHOUT(vm->lk.queues);
/* Out of whichever batch it is in.  FALSE: it is in none.  Its object, or the
 * page queues locked. */
boolean_t vm_page_batch_take(struct vm *vm, vm_page_t m);
/* Every CPU's pages, onto the active queue. */
void vm_page_batches_drain(struct vm *vm) LK_HOLDS(vm->lk.queues);
/* How many are in batches. */
unsigned vm_page_batch_pages(struct vm *vm);

/* Off the paging queues, all pages of an object that is being terminated. */
void vm_page_unqueue_all(struct vm *vm, vm_object_t object) LK_HOLDS(object->lk)
    LK_WITHOUT(vm->lk.queues);

#endif /* CORE_VM_PAGE_BATCH_H */
