/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Getting frames back.
 *
 * TWO QUEUES.  Pages leave the active queue at its head, with their reference
 * bits cleared; what is referenced again before it comes to the head of the
 * inactive queue goes back, the rest is written if it is dirty and freed in a
 * later pass if it has stayed clean.
 *
 * AGAINST THE ORDER.  The scan starts from a queue, so it has the page queues'
 * lock first and may only try an object's.  The object cannot go meanwhile: its
 * last page has to be taken off this queue first.
 *
 * UNMAP, THEN TEST.  What a page was when it was deactivated is a guess; what
 * counts is what it is when nobody can store to it any more (hazard G2).
 *
 * WRITING lets go of both locks with the page BUSY and one paging_in_progress.
 * After a write that PENDs the page is not ours any more.  Either way the
 * successor seen before may have left the queue: if it has, the scan starts
 * again from the head (hazard G3).  BUSY pages (G4), and all of an object that
 * is dying (B2), are somebody's.  No more is written in a pass than is short.
 *
 * WAITING.  A thread without a frame says so and sleeps, both under
 * vm_pages_needed_lock; the daemon looks at the count under it before it wakes
 * anybody.  While somebody waits, the daemon does not sleep but for its own
 * writes, whose end wakes it.  If pass after pass comes to nothing, references
 * stop to count; if no page was in anybody's hands meanwhile, the memory is too
 * small.
 */
#include "core/vm_pageout.h"

#include "core/vm_page_batch.h"

#define VM_PAGEOUT_CERTAIN   100    /* a vain pass that met nobody's pages */
#define VM_PAGEOUT_URGENT    300    /* so much in vain: spare nothing */
#define VM_PAGEOUT_EXHAUSTED 100000 /* so much in vain: give up */

void
vm_pageout_init(struct vm *vm)
{
	unsigned min = vm->machine->nframes / 20;

	if (min < 3)
		min = 3;
	if (min > 40)
		min = 40;
	vm->cnt.v_free_min = min;
	vm->cnt.v_free_target = min * 4 / 3;
	if (vm->cnt.v_free_target <= min)
		vm->cnt.v_free_target = min + 1;
	vm->cnt.v_free_reserved = 2;
	vm->cnt.v_inactive_target = vm->cnt.v_free_target + 1;
}

/* Would a thread that is not the daemon get a frame? */
boolean_t
vm_pageout_enough(struct vm *vm)
{
	return vm_page_free_count(vm) > vm->cnt.v_free_reserved;
}

/* If there are frames for them, wake who wait.  TRUE: they must go on
 * waiting. */
boolean_t
vm_pageout_awaited(struct vm *vm)
{
	const void *event = &vm->cnt.v_free_count;
	boolean_t enough;

	sync_spin_take(&vm->vm_pages_needed_lock);
	enough = vm_pageout_enough(vm);
	sync_spin_drop(&vm->vm_pages_needed_lock);
	if (!enough)
		return event_waiters(vm->machine, event) != 0;
	thread_wakeup(vm->machine, event);
	return FALSE;
}

/* --- the inactive queue -------------------------------------------------- */

/* Make the object a pager, unless it has got one meanwhile; NULL: cannot.  The
 * caller has a paging_in_progress. */
vm_pager_t
vm_pageout_pager(struct vm *vm, vm_object_t object, vm_size_t size)
{
	vm_pager_t pager = swap_pager_alloc(vm, size), mine = pager;

	if (pager == NULL)
		return NULL;
	vm_object_lock(object);
	if (object->pager == NULL) {
		sync_store(&object->pager, pager);
		object->paging_offset = 0;
	}
	pager = object->pager;
	vm_object_unlock(object);
	if (pager != mine) {
		vm_pager_detach(vm, mine);
		vm_pager_free(vm, mine);
	}
	return pager;
}

/* A write is over.  TRUE: the page is clean.  Object locked, page busy. */
boolean_t
vm_pageout_written(struct vm *vm, vm_page_t m, int result)
{
	if (result == VM_PAGER_OK || result == VM_PAGER_BAD) {
		/* BAD: past the end of its file, where nothing is kept. */
		m->flags |= PG_CLEAN;
		pmap_clear_modify(vm->machine, VM_PAGE_TO_PHYS(m));
		return TRUE;
	}
	vm_page_lock_queues();
	if (m->queue_flags & PG_INACTIVE)
		vm_page_activate(vm, m);
	vm_page_unlock_queues();
	return FALSE;
}

/* Only the daemon leaves a write to be reaped: it stays to see to it. */
boolean_t
vm_pageout_sync(struct vm *vm)
{
	return !vm->config.swap_async || current_thread() == NULL ||
	       sync_load_relaxed(&vm->daemon) != current_thread();
}

/* Write a page that is busy, unmapped and inactive. */
void
vm_pageout_launder(struct vm *vm, vm_object_t object, vm_page_t m,
    struct vm_pageout_pass *pass) LK_RELEASES(object->lk)
{
	int result = VM_PAGER_FAIL;
	vm_pager_t pager;
	vm_size_t size;

	vm_object_collapse(vm, object);
	vm_object_paging_begin(object);
	pager = object->pager;
	size = object->size;
	vm_object_unlock(object);

	vm_pageout_awaited(vm);
	VM_POINT(pageout_pageralloc);
	if (pager == NULL)
		pager = vm_pageout_pager(vm, object, size);
	VM_POINT(pageout_put);
	if (pager != NULL)
		result = vm_pager_put(vm, pager, m, vm_pageout_sync(vm));
	if (result == VM_PAGER_PEND) {
		pass->coming++;
		return;
	}
	vm_object_lock(object);
	if (vm_pageout_written(vm, m, result)) {
		pass->cleaned++;
		pass->coming++;
	}
	PAGE_WAKEUP(m);
	vm_object_paging_over(vm, object);
	vm_object_unlock(object);
}

/* Nobody can store to the page from here on.  TRUE: it may be freed.  Object
 * and page queues locked. */
boolean_t
vm_pageout_unmap(struct vm *vm, vm_page_t m)
{
	boolean_t clean =
	    (m->flags & PG_CLEAN) != 0 && (m->queue_flags & PG_LAUNDRY) == 0;

	VM_POINT(pageout_checked);
	pmap_page_protect(vm->machine, VM_PAGE_TO_PHYS(m), VM_PROT_NONE);
	if (AS_FOUND(G2) && clean)
		return TRUE;
	return !vm_page_dirty(vm, m);
}

/* One inactive page.  TRUE: the page queues were let go meanwhile. */
boolean_t
vm_pageout_page(struct vm *vm, vm_page_t m, struct vm_pageout_pass *pass)
    LK_HOLDS(vm->lk.queues)
{
	vm_object_t object = m->object;

	if (!pass->urgent &&
	    pmap_is_referenced(vm->machine, VM_PAGE_TO_PHYS(m))) {
		vm_page_activate(vm, m);
		vm_count(reactivations);
		return FALSE;
	}
	if (!vm_object_lock_try(object)) {
		pass->skipped++;
		return FALSE;
	}
	VM_WITHIN(launder, object, object->pager);
	if ((m->flags & PG_BUSY) || (object->flags & OBJ_DYING)) {
		pass->skipped++;
		vm_object_unlock(object);
		return FALSE;
	}
	if (vm_pageout_unmap(vm, m)) {
		vm_page_free(vm, m);
		vm_object_unlock(object);
		vm_count(pageout_frees);
		pass->freed++;
		return FALSE;
	}
	VM_PAGE_BUSY(m);
	m->queue_flags &= ~PG_LAUNDRY;
	pmap_clear_reference(vm->machine, VM_PAGE_TO_PHYS(m));
	vm_page_unlock_queues();
	vm_pageout_launder(vm, object, m, pass);
	vm_page_lock_queues();
	return TRUE;
}

/* Free, or begin to clean, as many as are short. */
void
vm_pageout_inactive(struct vm *vm, struct vm_pageout_pass *pass)
    LK_HOLDS(vm->lk.queues)
{
	queue_head_t *inactive = &vm->vm_page_queue_inactive;
	vm_page_t m = (vm_page_t)queue_first(inactive), next;

	while (m != NULL &&
	       vm_page_free_count(vm) + pass->coming < vm->cnt.v_free_target) {
		next = (vm_page_t)queue_next(&m->pageq);
		if (vm_pageout_page(vm, m, pass) && next != NULL &&
		    (next->queue_flags & PG_INACTIVE) == 0)
			next = (vm_page_t)queue_first(inactive);
		m = next;
	}
}

/* --- the active queue ---------------------------------------------------- */

/* How many active pages shall become inactive. */
int
vm_pageout_shortage(struct vm *vm, const struct vm_pageout_pass *pass)
    LK_HOLDS(vm->lk.queues)
{
	unsigned target =
	    (vm->cnt.v_active_count + vm->cnt.v_inactive_count) / 3;
	int shortage;

	if (target <= vm->cnt.v_free_target)
		target = vm->cnt.v_free_target + 1;
	sync_store_relaxed(&vm->cnt.v_inactive_target, target);
	shortage = (int)target - (int)vm->cnt.v_inactive_count;
	return shortage <= 0 && pass->freed == 0 ? 1 : shortage;
}

void
vm_pageout_active(struct vm *vm, struct vm_pageout_pass *pass)
    LK_HOLDS(vm->lk.queues)
{
	int shortage = vm_pageout_shortage(vm, pass);
	vm_page_t m = (vm_page_t)queue_first(&vm->vm_page_queue_active), next;

	for (; m != NULL && shortage > 0; m = next) {
		vm_object_t object = m->object;

		next = (vm_page_t)queue_next(&m->pageq);
		if (!vm_object_lock_try(object)) {
			pass->skipped++;
			continue;
		}
		if ((m->flags & PG_BUSY) == 0) {
			vm_page_deactivate(vm, m);
			shortage--;
		}
		vm_object_unlock(object);
	}
}

void
vm_pageout_scan(struct vm *vm, struct vm_pageout_pass *pass)
{
	vm_count(pageout_scans);
	pass->coming = vm_pager_pending(vm);
	if (LK_BATCH)
		vm_page_magazines_drain(vm);
	vm_page_lock_queues();
	if (LK_BATCH)
		vm_page_batches_drain(vm);
	vm_pageout_inactive(vm, pass);
	vm_pageout_active(vm, pass);
	vm_page_unlock_queues();
}

/* --- waiting ------------------------------------------------------------- */

/* Pages on no queue that are not wired: somebody has them in hand. */
boolean_t
vm_pageout_in_transit(struct vm *vm)
{
	return vm_page_free_count(vm) +
		   sync_load_relaxed(&vm->cnt.v_active_count) +
		   sync_load_relaxed(&vm->cnt.v_inactive_count) +
		   sync_load_relaxed(&vm->cnt.v_wire_count) <
	       vm->machine->nframes;
}

void
vm_pageout_exhausted(struct vm *vm)
{
	no_memory(vm->machine,
	    "out of frames and swap (%u frames, %u wired): raise --frames",
	    vm->machine->nframes, sync_load_relaxed(&vm->cnt.v_wire_count));
}

/*
 * A pass made while somebody waits: how much has been in vain, with this one.
 * Pages in somebody's hands will come back, however long he is kept from
 * running, so only passes that met none of them tell that memory is exhausted:
 * who waits for a frame holds nothing.
 */
unsigned
vm_pageout_vain(
    struct vm *vm, const struct vm_pageout_pass *pass, unsigned vain)
{
	if (pass->freed != 0 || pass->cleaned != 0 || vm_pageout_enough(vm))
		return 0;
	if (disk_pending(vm->machine) != 0 || vm_pager_pending(vm) != 0)
		return vain;
	if (pass->skipped != 0 || vm_pageout_in_transit(vm))
		return vain < VM_PAGEOUT_URGENT ? vain + 1 : vain;
	vain += VM_PAGEOUT_CERTAIN;
	if (vain >= VM_PAGEOUT_EXHAUSTED)
		vm_pageout_exhausted(vm);
	return vain;
}

void
vm_pageout_wanted(struct vm *vm)
{
	/* Set and not yet seen is as good as set: what the caller has done
	 * before is seen, too, because it was done under a lock that the daemon
	 * takes after it has cleared this. */
	if (sync_load(&vm->vm_pages_needed))
		return;
	sync_spin_take(&vm->vm_pages_needed_lock);
	sync_store(&vm->vm_pages_needed, TRUE);
	sync_spin_drop(&vm->vm_pages_needed_lock);
	thread_wakeup(vm->machine, &vm->vm_pages_needed);
}

void
vm_pageout_stop(struct vm *vm)
{
	sync_spin_take(&vm->vm_pages_needed_lock);
	vm->stopping = TRUE;
	sync_spin_drop(&vm->vm_pages_needed_lock);
	thread_wakeup(vm->machine, &vm->vm_pages_needed);
}

/* Without a daemon: at least one pass. */
void
vm_wait_alone(struct vm *vm)
{
	unsigned vain = 0, turns = 0;

	do {
		struct vm_pageout_pass pass = {
			.urgent = vain >= VM_PAGEOUT_URGENT,
		};

		vm_pager_sync(vm);
		vm_pageout_scan(vm, &pass);
		vain = vm_pageout_vain(vm, &pass, vain);
		cpu_relax_after(turns++);
		thread_yield();
	} while (
	    !vm_pageout_enough(vm) && !sync_load_relaxed(&vm->daemon_running));
}

/*
 * A fault may want two frames, one for the top and one below, and gives the
 * first back before it waits for the second.  So that one frame above the
 * reserve is not enough to go on: sleep until the daemon has been round, unless
 * there is as much as it would aim for.
 */
void
vm_wait(struct vm *vm)
{
	vm_count(memory_waits);
	sync_spin_take(&vm->vm_pages_needed_lock);
	if (!vm->daemon_running) {
		sync_spin_drop(&vm->vm_pages_needed_lock);
		vm_wait_alone(vm);
		return;
	}
	if (vm_page_free_count(vm) >= vm->cnt.v_free_target) {
		sync_spin_drop(&vm->vm_pages_needed_lock);
		return;
	}
	assert_wait(&vm->cnt.v_free_count, FALSE);
	sync_store(&vm->vm_pages_needed, TRUE);
	sync_spin_drop(&vm->vm_pages_needed_lock);
	thread_wakeup(vm->machine, &vm->vm_pages_needed);
	thread_block();
}

/* --- the daemon ---------------------------------------------------------- */

/* Sleep until wanted.  FALSE: stop, nothing is under way. */
boolean_t
vm_pageout_sleep(struct vm *vm, unsigned *turns)
{
	for (;;) {
		sync_spin_take(&vm->vm_pages_needed_lock);
		if (vm->vm_pages_needed) {
			sync_store(&vm->vm_pages_needed, FALSE);
			sync_spin_drop(&vm->vm_pages_needed_lock);
			return TRUE;
		}
		if (vm->stopping && vm_pager_pending(vm) == 0) {
			sync_store_relaxed(&vm->daemon_running, FALSE);
			sync_spin_drop(&vm->vm_pages_needed_lock);
			return FALSE;
		}
		sync_store(&vm->daemon_asleep, TRUE);
		assert_wait(&vm->vm_pages_needed, FALSE);
		sync_spin_drop(&vm->vm_pages_needed_lock);
		thread_block();
		sync_store(&vm->daemon_asleep, FALSE);
		*turns = 0;
	}
}

/* One turn; returns how much has been in vain. */
unsigned
vm_pageout_turn(struct vm *vm, unsigned vain)
{
	struct vm_pageout_pass pass = { .urgent = vain >= VM_PAGEOUT_URGENT };
	boolean_t short_of;

	vm_pager_sync(vm);
	if (vm_page_free_count(vm) < vm->cnt.v_free_target)
		vm_pageout_scan(vm, &pass);
	vm_pager_sync(vm);

	short_of = vm_page_free_count(vm) < vm->cnt.v_free_target;
	if (vm_pageout_awaited(vm)) {
		vain = vm_pageout_vain(vm, &pass, vain);
		if (vm_pager_pending(vm) == 0)
			vm_pageout_wanted(vm);
	} else {
		vain = 0;
		if (short_of && (pass.freed != 0 || pass.cleaned != 0))
			vm_pageout_wanted(vm);
	}
	return vain;
}

void
vm_pageout(struct vm *vm)
{
	unsigned vain = 0, turns = 0;

	thread_set_name("pageout daemon");
	sync_store(&vm->daemon, current_thread());
	sync_spin_take(&vm->vm_pages_needed_lock);
	sync_store_relaxed(&vm->daemon_running, TRUE);
	sync_spin_drop(&vm->vm_pages_needed_lock);

	while (vm_pageout_sleep(vm, &turns)) {
		vain = vm_pageout_turn(vm, vain);
		cpu_relax_after(turns++);
	}
	sync_store(&vm->daemon, NULL);
	thread_wakeup(vm->machine, &vm->cnt.v_free_count);
}
