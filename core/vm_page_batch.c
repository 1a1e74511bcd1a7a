/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Magazines and batches, for strategies that have them.
 *
 * MAGAZINES.  A CPU's magazine holds free frames, the last freed on top.  When
 * it is empty a load is fetched, when it is full the oldest load is given back:
 * between two visits to the free queue there is at least a load's worth of work
 * (Bonwick's pair of magazines in one).  It is many loads deep: who maps and
 * unmaps no more than it holds has the same frames each time, still in his
 * caches, and goes to the free queue never.  A frame that goes there comes back
 * with the oldest of all, most likely another CPU's, and its 64 lines have to
 * be fetched from there.
 *
 * NO FRAME IS OUT OF REACH.  Whoever finds the free queue at its reserve
 * empties all magazines into it and looks again.  A magazine may be used only
 * while the free queue has at least the reserve, so what a magazine gives is
 * never the daemon's; and while it has less than the target, what is freed goes
 * to the queue and nobody fetches a load.  v_free_count counts the queue;
 * vm_page_free_count() is what can be had.
 *
 * BATCHES.  A page that a fault has done with is to go to the tail of the
 * active queue.  It waits in the batch of its CPU, which keeps as many as the
 * magazine, and puts the oldest load there in one go when it is full.  The
 * daemon empties all before it scans.  Whoever frees, wires or cleans a page
 * has its object locked: he takes it out of the batch, and a page that has come
 * and gone meanwhile has cost the shared queue nothing.
 *
 * A page is moved, between NOWHERE and a batch, with its object and the CPU's
 * lock; from a batch to the queue with the page queues' and the CPU's.  So who
 * has the object reads `where`, takes the CPU's lock and reads it again: if it
 * still says the same, the page is there and he may have it.
 */
#include "core/vm_page_batch.h"

#include <limits.h>
#include <string.h>

#include "core/vm.h"
#include "core/vm_pageout.h"

#if LK_BATCH

/* Frames, and pages, for each of so many: half of the memory at most is in
 * magazines, and two loads, of one frame if need be, are always allowed. */
unsigned
vm_page_share(unsigned frames, unsigned cpus)
{
	unsigned share = frames / (2 * cpus);

	return share < 2 ? 2 : share > LK_KEPT ? LK_KEPT : share;
}

/* A magazine's, apart from the next one's. */
size_t
vm_page_magazine_bytes(unsigned frames, unsigned cpus)
{
	size_t bytes = vm_page_share(frames, cpus) * sizeof(vm_page_t);

	return (bytes + SYNC_APART - 1) & ~(size_t)(SYNC_APART - 1);
}

size_t
vm_page_batch_bytes(unsigned frames, unsigned cpus)
{
	return (cpus + 1) * (sizeof(struct vm_page_cpu) +
				vm_page_magazine_bytes(frames, cpus + 1));
}

kern_return_t
vm_page_batch_startup(struct vm *vm)
{
	unsigned cpus = vm->machine->ncpus + 1;
	unsigned frames = vm->machine->nframes;
	unsigned share = vm_page_share(frames, cpus);
	char *magazines;

	vm->vm_page_cpus =
	    machine_fixed(vm->machine, vm_page_batch_bytes(frames, cpus - 1));
	if (vm->vm_page_cpus == NULL)
		return KERN_RESOURCE_SHORTAGE;
	vm->vm_page_kept = share;
	vm->vm_page_batch = share < 2 * LK_BATCH ? share / 2 : LK_BATCH;
	magazines = (char *)(vm->vm_page_cpus + cpus);
	for (unsigned i = 0; i < cpus; i++) {
		struct vm_page_cpu *own = &vm->vm_page_cpus[i];

		lk_percpu_init(&own->lk);
		if (i < vm->machine->ncpus)
			event_own(&vm->machine->cpus[i], own, sizeof(*own));
		queue_init(&own->batch);
		own->magazine =
		    (vm_page_t *)(magazines +
				  i * vm_page_magazine_bytes(frames, cpus));
	}
	return KERN_SUCCESS;
}

void
vm_page_batch_fini(struct vm *vm)
{
	for (unsigned i = 0; i <= vm->machine->ncpus; i++)
		lk_percpu_fini(&vm->vm_page_cpus[i].lk);
	for (unsigned i = 0; i < vm->machine->ncpus; i++)
		event_own(&vm->machine->cpus[i], NULL, 0);
}

/* The running CPU's; the last is for who runs on none. */
struct vm_page_cpu *
vm_page_cpu(struct vm *vm)
{
	struct cpu *cpu = curcpu();

	return &vm->vm_page_cpus[cpu != NULL ? cpu->id : vm->machine->ncpus];
}

/* --- free frames ---------------------------------------------------------- */

/* Is there enough on the free queue for CPUs to keep some? */
boolean_t
vm_page_plenty(struct vm *vm, unsigned more)
{
	return sync_load_relaxed(&vm->cnt.v_free_count) >=
	       vm->cnt.v_free_target + more;
}

/* A load for an empty magazine, if that leaves enough to others. */
void
vm_page_magazine_load(struct vm *vm, struct vm_page_cpu *own) LK_HOLDS(own->lk)
{
	unsigned n = 0;

	if (!vm_page_plenty(vm, vm->vm_page_batch))
		return;
	lk_freequeue_enter(&vm->lk);
	while (n < vm->vm_page_batch && vm_page_plenty(vm, 1))
		own->magazine[n++] = vm_page_first_free(vm);
	lk_freequeue_exit(&vm->lk);
	sync_store_relaxed(&own->frames, n);
}

/* The n frames that have lain there longest, to the free queue. */
void
vm_page_magazine_unload(struct vm *vm, struct vm_page_cpu *of, unsigned n)
    LK_HOLDS(of->lk)
{
	unsigned left = of->frames - n;

	/* Rather not counted for a moment than twice: in somebody's hands. */
	sync_store_relaxed(&of->frames, left);
	lk_freequeue_enter(&vm->lk);
	for (unsigned i = 0; i < n; i++)
		vm_page_enter_free(vm, of->magazine[i]);
	lk_freequeue_exit(&vm->lk);
	memmove(of->magazine, of->magazine + n, left * sizeof(vm_page_t));
}

vm_page_t
vm_page_magazine_take(struct vm *vm)
{
	struct vm_page_cpu *own = vm_page_cpu(vm);
	vm_page_t m = NULL;

	if (sync_load_relaxed(&vm->cnt.v_free_count) >=
	    vm->cnt.v_free_reserved) {
		lk_percpu_enter(&vm->lk, &own->lk);
		if (own->frames == 0)
			vm_page_magazine_load(vm, own);
		if (own->frames != 0) {
			m = own->magazine[own->frames - 1];
			sync_store_relaxed(&own->frames, own->frames - 1);
		}
		lk_percpu_exit(&vm->lk, &own->lk);
	}
	if (m == NULL)
		m = vm_page_take_free(vm);
	if (m == NULL && vm_page_magazine_frames(vm) != 0) {
		vm_page_magazines_drain(vm);
		m = vm_page_take_free(vm);
	}
	return m;
}

boolean_t
vm_page_magazine_put(struct vm *vm, vm_page_t m)
{
	struct vm_page_cpu *own = vm_page_cpu(vm);

	if (!vm_page_plenty(vm, 0))
		return FALSE;
	lk_percpu_enter(&vm->lk, &own->lk);
	if (own->frames == vm->vm_page_kept)
		vm_page_magazine_unload(vm, own, vm->vm_page_batch);
	own->magazine[own->frames] = m;
	sync_store_relaxed(&own->frames, own->frames + 1);
	lk_percpu_exit(&vm->lk, &own->lk);
	return TRUE;
}

void
vm_page_magazines_drain(struct vm *vm)
{
	for (unsigned i = 0; i <= vm->machine->ncpus; i++) {
		struct vm_page_cpu *of = &vm->vm_page_cpus[i];

		lk_percpu_enter(&vm->lk, &of->lk);
		if (of->frames != 0)
			vm_page_magazine_unload(vm, of, of->frames);
		lk_percpu_exit(&vm->lk, &of->lk);
	}
}

unsigned
vm_page_magazine_frames(struct vm *vm)
{
	unsigned n = 0;

	for (unsigned i = 0; i <= vm->machine->ncpus; i++)
		n += sync_load_relaxed(&vm->vm_page_cpus[i].frames);
	return n;
}

/* --- pages to become active ----------------------------------------------- */

/* Out of this batch, to `where`. */
void
vm_page_batch_leave(struct vm_page_cpu *of, vm_page_t m, unsigned where)
    LK_HOLDS(of->lk)
{
	queue_remove(&of->batch, m, vm_page_t, pageq);
	sync_store_relaxed(&of->pages, of->pages - 1);
	VM_PAGE_SET_WHERE(m, where);
}

/* The n that came first, or all. */
void
vm_page_batch_drain(struct vm *vm, struct vm_page_cpu *of, unsigned n)
    LK_HOLDS(vm->lk.queues)
{
	vm_page_t m;

	lk_percpu_enter(&vm->lk, &of->lk);
	while (n-- > 0 && (m = (vm_page_t)queue_first(&of->batch)) != NULL) {
		vm_page_batch_leave(of, m, VM_PAGE_QUEUED);
		vm_page_enter_active(vm, m);
	}
	lk_percpu_exit(&vm->lk, &of->lk);
}

void
vm_page_batches_drain(struct vm *vm)
{
	for (unsigned i = 0; i <= vm->machine->ncpus; i++)
		vm_page_batch_drain(vm, &vm->vm_page_cpus[i], UINT_MAX);
}

void
vm_page_batch_put(struct vm *vm, vm_page_t m)
{
	struct vm_page_cpu *own = vm_page_cpu(vm);
	boolean_t full;

	lk_percpu_enter(&vm->lk, &own->lk);
	queue_enter(&own->batch, m, vm_page_t, pageq);
	VM_PAGE_SET_WHERE(
	    m, VM_PAGE_IN_BATCH + (unsigned)(own - vm->vm_page_cpus));
	sync_store_relaxed(&own->pages, own->pages + 1);
	full = own->pages > vm->vm_page_kept;
	lk_percpu_exit(&vm->lk, &own->lk);
	if (!full)
		return;
	vm_page_lock_queues();
	vm_page_batch_drain(vm, own, vm->vm_page_batch);
	vm_page_unlock_queues();
}

boolean_t
vm_page_batch_take(struct vm *vm, vm_page_t m)
{
	unsigned where = VM_PAGE_WHERE(m);
	struct vm_page_cpu *of;
	boolean_t there;

	if (where < VM_PAGE_IN_BATCH)
		return FALSE;
	of = &vm->vm_page_cpus[where - VM_PAGE_IN_BATCH];
	lk_percpu_enter(&vm->lk, &of->lk);
	there = VM_PAGE_WHERE(m) == where;
	if (there)
		vm_page_batch_leave(of, m, VM_PAGE_NOWHERE);
	lk_percpu_exit(&vm->lk, &of->lk);
	return there;
}

unsigned
vm_page_batch_pages(struct vm *vm)
{
	unsigned n = 0;

	for (unsigned i = 0; i <= vm->machine->ncpus; i++)
		n += sync_load_relaxed(&vm->vm_page_cpus[i].pages);
	return n;
}

/* As many as a batch at a time: others want the queues, too. */
void
vm_page_unqueue_all(struct vm *vm, vm_object_t object)
{
	vm_page_t p = (vm_page_t)queue_first(&object->memq);

	while (p != NULL) {
		unsigned n = 0;

		while (p != NULL && VM_PAGE_WHERE(p) != VM_PAGE_QUEUED)
			p = (vm_page_t)queue_next(&p->listq);
		if (p == NULL)
			return;
		vm_page_lock_queues();
		for (; p != NULL && n < LK_BATCH; n++) {
			if (VM_PAGE_WHERE(p) == VM_PAGE_QUEUED)
				vm_page_unqueue(vm, p);
			p = (vm_page_t)queue_next(&p->listq);
		}
		vm_page_unlock_queues();
	}
}

#endif /* LK_BATCH */
