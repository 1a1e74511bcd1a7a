/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resident pages: where they are found, and which queue they are on.
 *
 * A page's identity (object, offset) changes with the object's and, if it is on
 * a paging queue, the page queues' lock held; so either is enough to read it.
 * That is what lets the pageout daemon start from a queue.
 *
 * The hash is keyed by the object's serial number, not its address: the order
 * of a bucket is the same in every run of one seed.
 */
#include "core/vm.h"
#include "core/vm_page_batch.h"
#include "core/vm_pageout.h"

#define VM_PAGE_CHUNK 256 /* fresh frames queued at a time */

unsigned
vm_page_hash(struct vm *vm, vm_object_t object, vm_offset_t offset)
{
	return (VM_OBJECT_SALT(object) * 0x9e3779b1u + (unsigned)atop(offset)) &
	       vm->vm_page_hash_mask;
}

kern_return_t
vm_page_startup(struct vm *vm)
{
	unsigned frames = frame_count(vm->machine);
	unsigned buckets = 1;

	while (buckets < frames)
		buckets <<= 1;
	vm->vm_page_hash_mask = buckets - 1;
	vm->vm_page_array =
	    machine_fixed(vm->machine, frames * sizeof(struct vm_page));
	vm->vm_page_buckets =
	    machine_fixed(vm->machine, buckets * sizeof(struct vm_page_bucket));
	if (vm->vm_page_array == NULL || vm->vm_page_buckets == NULL)
		return KERN_RESOURCE_SHORTAGE;

	/* A zeroed bucket is an empty one: vm_page_insert sees to its tail. */
	queue_init(&vm->vm_page_queue_free);
	queue_init(&vm->vm_page_queue_active);
	queue_init(&vm->vm_page_queue_inactive);
	vm->vm_page_fresh = 0;
	sync_store_relaxed(&vm->cnt.v_free_count, vm->machine->nframes);
	return LK_BATCH ? vm_page_batch_startup(vm) : KERN_SUCCESS;
}

vm_page_t
PHYS_TO_VM_PAGE(struct vm *vm, vm_offset_t pa)
{
	return &vm->vm_page_array[atop(pa)];
}

/* Frames are laid out when first wanted: a large memory costs nothing until
 * it is used. */
void
vm_page_lay_out(struct vm *vm) LK_HOLDS(vm->lk.freequeue)
{
	unsigned end = vm->vm_page_fresh + VM_PAGE_CHUNK;

	if (end > vm->machine->nframes)
		end = vm->machine->nframes;
	for (unsigned i = vm->vm_page_fresh; i < end; i++) {
		vm_page_t m = &vm->vm_page_array[i];

		m->phys_addr = ptoa(i);
		queue_enter(&vm->vm_page_queue_free, m, vm_page_t, pageq);
	}
	vm->vm_page_fresh = end;
}

vm_page_t
vm_page_first_free(struct vm *vm)
{
	vm_page_t m;

	if (queue_empty(&vm->vm_page_queue_free))
		vm_page_lay_out(vm);
	m = (vm_page_t)queue_first(&vm->vm_page_queue_free);
	queue_remove(&vm->vm_page_queue_free, m, vm_page_t, pageq);
	sync_store_relaxed(&vm->cnt.v_free_count, vm->cnt.v_free_count - 1);
	return m;
}

void
vm_page_enter_free(struct vm *vm, vm_page_t m)
{
	queue_enter(&vm->vm_page_queue_free, m, vm_page_t, pageq);
	sync_store_relaxed(&vm->cnt.v_free_count, vm->cnt.v_free_count + 1);
}

unsigned
vm_page_free_count(struct vm *vm)
{
	unsigned n = sync_load_relaxed(&vm->cnt.v_free_count);

	return LK_BATCH ? n + vm_page_magazine_frames(vm) : n;
}

vm_page_t
vm_page_take_free(struct vm *vm)
{
	vm_page_t m = NULL;
	unsigned reserved = current_thread() == sync_load_relaxed(&vm->daemon)
				? 0
				: vm->cnt.v_free_reserved;

	lk_freequeue_enter(&vm->lk);
	if (vm->cnt.v_free_count > reserved)
		m = vm_page_first_free(vm);
	lk_freequeue_exit(&vm->lk);
	return m;
}

vm_page_t
vm_page_alloc(struct vm *vm, vm_object_t object, vm_offset_t offset)
{
	vm_page_t m =
	    LK_BATCH ? vm_page_magazine_take(vm) : vm_page_take_free(vm);
	unsigned free_count = sync_load_relaxed(&vm->cnt.v_free_count);

	if (LK_BATCH && free_count < vm->cnt.v_free_target)
		free_count = vm_page_free_count(vm);
	if (free_count < vm->cnt.v_free_min ||
	    (free_count < vm->cnt.v_free_target &&
		sync_load_relaxed(&vm->cnt.v_inactive_count) <
		    sync_load_relaxed(&vm->cnt.v_inactive_target)))
		vm_pageout_wanted(vm);
	if (m == NULL)
		return NULL;
	frame_alloc(vm->machine, VM_PAGE_TO_PHYS(m));
	/* Queue flags and wiring are as vm_page_free left them: none. */
	m->flags = PG_CLEAN | PG_FAKE;
	VM_PAGE_BUSY(m);
	vm_page_insert(vm, m, object, offset);
	return m;
}

void
vm_page_insert(
    struct vm *vm, vm_page_t m, vm_object_t object, vm_offset_t offset)
{
	unsigned bucket = vm_page_hash(vm, object, offset);
	queue_head_t *head = &vm->vm_page_buckets[bucket].pages;

	if (m->flags & PG_TABLED)
		panic(vm->machine, "vm_page_insert: already inserted");
	m->object = object;
	m->offset = offset;

	lk_pagehash_enter(&vm->lk, bucket);
	if (head->qe_prev == NULL)
		queue_init(head);
	queue_enter(head, m, vm_page_t, hashq);
	lk_pagehash_exit(&vm->lk, bucket);

	queue_enter(&object->memq, m, vm_page_t, listq);
	m->flags |= PG_TABLED;
	object->resident_page_count++;
}

void
vm_page_remove(struct vm *vm, vm_page_t m)
{
	unsigned bucket;

	if ((m->flags & PG_TABLED) == 0)
		return;
	bucket = vm_page_hash(vm, m->object, m->offset);
	lk_pagehash_enter(&vm->lk, bucket);
	queue_remove(&vm->vm_page_buckets[bucket].pages, m, vm_page_t, hashq);
	lk_pagehash_exit(&vm->lk, bucket);

	queue_remove(&m->object->memq, m, vm_page_t, listq);
	m->object->resident_page_count--;
	m->flags &= ~PG_TABLED;
}

vm_page_t
vm_page_lookup(struct vm *vm, vm_object_t object, vm_offset_t offset)
{
	unsigned bucket;
	vm_page_t m;

	if (object->resident_page_count == 0)
		return NULL;
	bucket = vm_page_hash(vm, object, offset);
	lk_pagehash_enter(&vm->lk, bucket);
	QUEUE_FOREACH (m, &vm->vm_page_buckets[bucket].pages, vm_page_t, hashq)
		if (m->object == object && m->offset == offset)
			break;
	lk_pagehash_exit(&vm->lk, bucket);
	return m;
}

void
vm_page_rename(
    struct vm *vm, vm_page_t m, vm_object_t new_object, vm_offset_t new_offset)
{
	if (m->object == new_object)
		return;
	vm_page_lock_queues();
	vm_page_remove(vm, m);
	vm_page_insert(vm, m, new_object, new_offset);
	vm_page_unlock_queues();
}

void
vm_page_free(struct vm *vm, vm_page_t m)
{
	if (m->flags & PG_WANTED) {
		m->flags &= ~PG_WANTED;
		thread_wakeup(vm->machine, m);
	}
	vm_page_remove(vm, m);
	vm_page_unqueue(vm, m);
	if (m->flags & PG_FICTITIOUS)
		return;
	if (m->wire_count != 0) {
		m->wire_count = 0;
		sync_store_relaxed(
		    &vm->cnt.v_wire_count, vm->cnt.v_wire_count - 1);
	}
	m->flags = 0;
	frame_free(vm->machine, VM_PAGE_TO_PHYS(m));

	if (LK_BATCH && vm_page_magazine_put(vm, m))
		return;
	lk_freequeue_enter(&vm->lk);
	vm_page_enter_free(vm, m);
	lk_freequeue_exit(&vm->lk);
}

/* Off the paging queue it is on, maybe to go to another. */
int
vm_page_leave_queue(struct vm *vm, vm_page_t m) LK_HOLDS(vm->lk.queues)
{
	if (LK_BATCH && vm_page_batch_take(vm, m))
		return 1;
	if (m->queue_flags & PG_ACTIVE) {
		queue_remove(&vm->vm_page_queue_active, m, vm_page_t, pageq);
		VM_PAGE_FLAG(m, queue_flags, PG_ACTIVE, 0);
		sync_store_relaxed(
		    &vm->cnt.v_active_count, vm->cnt.v_active_count - 1);
		return 1;
	}
	if (m->queue_flags & PG_INACTIVE) {
		queue_remove(&vm->vm_page_queue_inactive, m, vm_page_t, pageq);
		VM_PAGE_FLAG(m, queue_flags, PG_INACTIVE | PG_LAUNDRY, 0);
		sync_store_relaxed(
		    &vm->cnt.v_inactive_count, vm->cnt.v_inactive_count - 1);
		return -1;
	}
	return 0;
}

int
vm_page_unqueue(struct vm *vm, vm_page_t m)
{
	int was = vm_page_leave_queue(vm, m);

	VM_PAGE_SET_WHERE(m, VM_PAGE_NOWHERE);
	return was;
}

void
vm_page_enter_active(struct vm *vm, vm_page_t m)
{
	queue_enter(&vm->vm_page_queue_active, m, vm_page_t, pageq);
	VM_PAGE_FLAG(m, queue_flags, 0, PG_ACTIVE);
	sync_store_relaxed(&vm->cnt.v_active_count, vm->cnt.v_active_count + 1);
}

/* The daemon comes here with no object locked, from a queue to the other: so it
 * is never seen to be on none. */
void
vm_page_activate(struct vm *vm, vm_page_t m)
{
	if (m->queue_flags & PG_ACTIVE)
		panic(vm->machine, "vm_page_activate: already active");
	vm_page_leave_queue(vm, m);
	if (m->wire_count != 0) {
		VM_PAGE_SET_WHERE(m, VM_PAGE_NOWHERE);
		return;
	}
	vm_page_enter_active(vm, m);
	VM_PAGE_SET_WHERE(m, VM_PAGE_QUEUED);
}

void
vm_page_deactivate(struct vm *vm, vm_page_t m)
{
	if (LK_BATCH && VM_PAGE_WHERE(m) >= VM_PAGE_IN_BATCH)
		vm_page_activate(vm, m);
	if ((m->queue_flags & PG_ACTIVE) == 0)
		return;
	pmap_clear_reference(vm->machine, VM_PAGE_TO_PHYS(m));
	vm_page_leave_queue(vm, m);
	queue_enter(&vm->vm_page_queue_inactive, m, vm_page_t, pageq);
	VM_PAGE_FLAG(m, queue_flags, 0, PG_INACTIVE);
	if (vm_page_dirty(vm, m))
		m->queue_flags |= PG_LAUNDRY;
	sync_store_relaxed(
	    &vm->cnt.v_inactive_count, vm->cnt.v_inactive_count + 1);
}

/* --- One page, the queues not locked -------------------------------------- */

/* Must the page queues be locked for it?  Out of a batch it goes for that. */
boolean_t
vm_page_wants_queues(struct vm *vm, vm_page_t m)
{
	return !LK_BATCH || m->wire_count != 0 ||
	       (!vm_page_batch_take(vm, m) &&
		   VM_PAGE_WHERE(m) != VM_PAGE_NOWHERE);
}

LK_UNCHECKED void
vm_page_free_one(struct vm *vm, vm_page_t m)
{
	boolean_t queued = vm_page_wants_queues(vm, m);

	if (queued)
		vm_page_lock_queues();
	vm_page_free(vm, m);
	if (queued)
		vm_page_unlock_queues();
}

int
vm_page_unqueue_one(struct vm *vm, vm_page_t m)
{
	int was;

	if (LK_BATCH && VM_PAGE_WHERE(m) == VM_PAGE_NOWHERE)
		return 0;
	if (LK_BATCH && vm_page_batch_take(vm, m))
		return 1;
	vm_page_lock_queues();
	was = vm_page_unqueue(vm, m);
	vm_page_unlock_queues();
	return was;
}

void
vm_page_activate_one(struct vm *vm, vm_page_t m)
{
	if (LK_BATCH) {
		if (m->wire_count == 0 && VM_PAGE_WHERE(m) == VM_PAGE_NOWHERE)
			vm_page_batch_put(vm, m);
		return;
	}
	vm_page_lock_queues();
	if (m->wire_count == 0 && m->queue_flags == 0)
		vm_page_activate(vm, m);
	vm_page_unlock_queues();
}

void
vm_page_wire(struct vm *vm, vm_page_t m)
{
	if (m->wire_count++ != 0)
		return;
	vm_page_unqueue(vm, m);
	sync_store_relaxed(&vm->cnt.v_wire_count, vm->cnt.v_wire_count + 1);
}

void
vm_page_unwire(struct vm *vm, vm_page_t m)
{
	if (m->wire_count == 0)
		panic(vm->machine, "vm_page_unwire: not wired");
	if (--m->wire_count != 0)
		return;
	sync_store_relaxed(&vm->cnt.v_wire_count, vm->cnt.v_wire_count - 1);
	if ((m->flags & PG_BUSY) == 0) /* G5: else its owner queues it */
		vm_page_activate(vm, m);
}

void
vm_page_zero_fill(struct vm *vm, vm_page_t m)
{
	pmap_zero_page(vm->machine, VM_PAGE_TO_PHYS(m));
}

void
vm_page_copy(struct vm *vm, vm_page_t from, vm_page_t to)
{
	pmap_copy_page(vm->machine, VM_PAGE_TO_PHYS(from), VM_PAGE_TO_PHYS(to));
}

boolean_t
vm_page_dirty(struct vm *vm, vm_page_t m)
{
	return (m->flags & PG_FICTITIOUS) == 0 &&
	       ((m->flags & PG_CLEAN) == 0 ||
		   pmap_is_modified(vm->machine, VM_PAGE_TO_PHYS(m)));
}
