/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects: life, references, death.
 *
 * WHO COUNTS.  A reference is a map entry, a shadow pointer, or an operation
 * under way.  Copy pointers, hash entries and pages are not counted; whoever
 * drops the last reference sees to them.
 *
 * THE LAST REFERENCE.  Dropping it, and finding the object again through its
 * pager, must exclude each other, so 1 -> 0 and 0 -> 1 hold the identity of the
 * pager and the object (seed 197-217).  Other drops need not: a strategy may
 * do them without a lock (hazard A13).
 *
 * DYING.  An object that will not persist is marked DYING at 1 -> 0 and stays
 * in the pager hash until its pager has been told and its last dirty page is
 * written.  A lookup that meets it waits for that (hazard A6): the pager must
 * not get a second object while the first still writes to it.
 *
 *	deallocate			lookup
 *	1. ref 1 -> 0, DYING
 *	2. waits for paging, cleans
 *					3. finds the entry, ref 0, DYING: sleeps
 *	4. detaches the pager
 *	5. takes the entry out, wakes
 *					6. looks again: nothing; its
 *					   caller asks the file, which has
 *					   no pager now
 *	7. frees the pager
 */
#include "core/vm_object.h"

#include "core/vm.h"
#include "core/vm_page_batch.h"

/* The list for objects that are made here. */
unsigned
vm_object_own_list(void)
{
	struct cpu *cpu = LK_OBJECT_LISTS > 1 ? curcpu() : NULL;

	return cpu != NULL ? cpu->id % LK_OBJECT_LISTS : 0;
}

/*
 * Where each CPU has a list, it has salts, too: no two objects have the same at
 * a time, and the last given back is the next taken.  So who makes and ends
 * objects in turn has their pages in the same buckets, which nobody else's use.
 */
void
vm_object_salt(struct vm_object_list *list, vm_object_t object, unsigned at)
{
#if LK_OBJECT_LISTS > 1
	object->salt = list->spare != 0 ? list->salt[--list->spare]
					: list->salts++ * LK_OBJECT_LISTS + at;
#else
	(void)list, (void)object, (void)at;
#endif
}

void
vm_object_unsalt(struct vm_object_list *list, vm_object_t object)
{
#if LK_OBJECT_LISTS > 1
	if (list->spare < VM_OBJECT_SALTS)
		list->salt[list->spare++] = object->salt;
#else
	(void)list, (void)object;
#endif
}

/* Everything but the count, the list and the lock's neighbours. */
void
vm_object_setup(struct vm *vm, vm_size_t size, vm_object_t object)
{
	unsigned at = vm_object_own_list();
	struct vm_object_list *list = &vm->vm_object_lists[at];

	queue_init(&object->memq);
	vm_object_lock_init(object);
	lk_ref_init(&object->ref, 1);
	object->resident_page_count = 0;
	object->size = size;
	object->flags = OBJ_INTERNAL;
	object->paging_in_progress = 0;
	object->copy = NULL;
	object->pager = NULL;
	object->paging_offset = 0;
	object->shadow = NULL;
	object->shadow_offset = 0;
	object->cached_list.qe_next = object->cached_list.qe_prev =
	    QUEUE_POISON;

	vm_object_list_lock(at);
	object->serial = list->serial++ * LK_OBJECT_LISTS + at;
	vm_object_salt(list, object, at);
	queue_enter(&list->objects, object, vm_object_t, object_list);
	list->count++;
	vm_object_list_unlock(at);
}

vm_object_t
vm_object_after(struct vm *vm, vm_object_t object)
{
	vm_object_t next = object != NULL
			       ? (vm_object_t)queue_next(&object->object_list)
			       : NULL;
	unsigned i = object != NULL ? VM_OBJECT_LIST(object) + 1 : 0;

	for (; next == NULL && i < LK_OBJECT_LISTS; i++)
		next =
		    (vm_object_t)queue_first(&vm->vm_object_lists[i].objects);
	return next;
}

void
vm_object_init(struct vm *vm, vm_size_t size)
{
	queue_init(&vm->vm_object_cached_list);
	for (unsigned i = 0; i < LK_OBJECT_LISTS; i++)
		queue_init(&vm->vm_object_lists[i].objects);
	vm->vm_object_collapse_allowed = TRUE;

	vm->kernel_object = &vm->kernel_object_store;
	vm_object_setup(vm, size, vm->kernel_object);
	vm->kmem_object = &vm->kmem_object_store;
	vm_object_setup(vm, size, vm->kmem_object);
}

vm_object_t
vm_object_allocate(struct vm *vm, vm_size_t size)
{
	vm_object_t result = vm_malloc(vm, sizeof(*result), M_VMOBJ);

	if (result != NULL)
		vm_object_setup(vm, size, result);
	return result;
}

void
vm_object_reference(struct vm *vm, vm_object_t object)
{
	(void)vm;
	if (object == NULL)
		return;
	if (lk_ref_get_fast(&object->ref))
		return;
	vm_object_lock(object);
	lk_ref_get(&object->ref);
	vm_object_unlock(object);
}

/* A collapse may give the object another pager while we wait for the first
 * one's identity: hold, then look whether it is still the right one. */
LK_UNCHECKED const struct vm_pager *
vm_object_identity_enter(struct vm *vm, vm_object_t object)
{
	for (;;) {
		const struct vm_pager *pager =
		    sync_load_relaxed(&object->pager);

		lk_identity_enter(&vm->lk, pager);
		vm_object_lock(object);
		if (lk_identity_covers(
			pager, sync_load_relaxed(&object->pager)))
			return pager;
		vm_object_unlock(object);
		lk_identity_exit(&vm->lk, pager);
	}
}

/* Ref is 0, it may persist: into the cache, at the young end. */
void
vm_object_cache_insert(struct vm *vm, vm_object_t object)
    LK_HOLDS(vm->lk.identity)
{
	lk_cache_enter_inner(&vm->lk);
	queue_enter(
	    &vm->vm_object_cached_list, object, vm_object_t, cached_list);
	vm->vm_object_cached++;
	lk_cache_exit_inner(&vm->lk);
	vm_count(cache_entries);
}

/* A2: what has no pager could not be found again. */
boolean_t
vm_object_persists(struct vm *vm, vm_object_t object)
{
	(void)vm;
	return (object->flags & OBJ_CANPERSIST) != 0 &&
	       (object->pager != NULL || AS_FOUND(A2));
}

void
vm_object_deallocate(struct vm *vm, vm_object_t object)
{
	while (object != NULL) {
		const struct vm_pager *pager;

		VM_WITHIN(
		    deallocate, object, sync_load_relaxed(&object->pager));
		if (lk_ref_put_fast(&object->ref))
			return;

		pager = vm_object_identity_enter(vm, object);
		if (lk_ref_put(&object->ref) != 0) {
			vm_object_unlock(object);
			lk_identity_exit(&vm->lk, pager);
			return;
		}
		if (vm_object_persists(vm, object)) {
			vm_object_cache_insert(vm, object);
			lk_identity_exit(&vm->lk, pager);

			vm_object_deactivate_pages(vm, object);
			vm_object_unlock(object);

			vm_object_cache_trim(vm);
			return;
		}
		object->flags |= OBJ_DYING;
		if (AS_FOUND(A6))
			vm_object_remove(vm, object, object->pager);
		VM_POINT(dealloc_zero);
		lk_identity_exit(&vm->lk, pager);

		object = vm_object_terminate(vm, object);
	}
}

void
vm_object_paging_begin_at(vm_object_t object, const struct held_site *site)
{
	object->paging_in_progress++;
	held_mark(&object->paging_by, site);
}

void
vm_object_paging_over(struct vm *vm, vm_object_t object)
{
	if (--object->paging_in_progress == 0)
		thread_wakeup(vm->machine, object);
}

void
vm_object_paging_end(struct vm *vm, vm_object_t object)
{
	if (AS_FOUND(C2))
		object->paging_in_progress--;
	else
		vm_object_paging_over(vm, object);
}

void
vm_object_paging_wait(struct vm *vm, vm_object_t object)
{
	while (object->paging_in_progress != 0) {
		vm_count(pip_waits);
		vm_object_sleep(object, object);
		vm_object_lock(object);
	}
}

/* While the object is locked and at 0, so that nobody who comes by the copy
 * pointer takes a reference on it. */
void
vm_object_forget_copy(struct vm *vm, vm_object_t object) LK_HOLDS(object->lk)
{
	vm_object_t shadow_object = object->shadow;

	if (shadow_object == NULL)
		return;
	vm_object_lock(shadow_object);
	if (shadow_object->copy == object)
		sync_store_relaxed(&shadow_object->copy, NULL);
	vm_object_unlock(shadow_object);
}

void
vm_object_free_pages(struct vm *vm, vm_object_t object) LK_HOLDS(object->lk)
{
	vm_page_t p;

	if (LK_BATCH)
		vm_page_unqueue_all(vm, object);
	while ((p = (vm_page_t)queue_first(&object->memq)) != NULL) {
		if (p->flags & PG_BUSY)
			panic(vm->machine,
			    "vm_object_terminate: object %u: page at %#lx busy",
			    object->serial, (unsigned long)p->offset);
		vm_page_free_one(vm, p);
	}
}

void
vm_object_reclaim(struct sync_rcu_head *head)
{
	vm_object_t object =
	    (vm_object_t)((char *)head - offsetof(struct vm_object, retired));

	vm_object_lock_fini(object);
	free(object);
}

/* Off the list and away, now or when no lookup can hold it any more. */
void
vm_object_free(struct vm *vm, vm_object_t object)
{
	unsigned at = VM_OBJECT_LIST(object);
	struct vm_object_list *list = &vm->vm_object_lists[at];

	vm_object_list_lock(at);
	queue_remove(&list->objects, object, vm_object_t, object_list);
	vm_object_unsalt(list, object);
	list->count--;
	vm_object_list_unlock(at);

	vm_percpu(vm)->allocated[M_VMOBJ]--;
	if (object->flags & OBJ_WASHASHED)
		lk_retire(&vm->lk, &object->retired, vm_object_reclaim);
	else
		vm_object_reclaim(&object->retired);
}

vm_object_t
vm_object_terminate(struct vm *vm, vm_object_t object)
{
	vm_object_t shadow_object;
	vm_pager_t pager;

	VM_WITHIN(terminate, object, object->pager);
	vm_object_forget_copy(vm, object);
	vm_object_paging_wait(vm, object);
	VM_POINT(term_woken);
	if ((object->flags & OBJ_INTERNAL) == 0)
		vm_object_page_clean(vm, object, 0, 0, TRUE);
	vm_object_free_pages(vm, object);
	shadow_object = object->shadow; /* B2: only now is it final */
	pager = object->pager;
	vm_object_unlock(object);
	VM_POINT(term_detached);

	if (pager != NULL) {
		vm_pager_detach(vm, pager);
		VM_POINT(dealloc_unhashed);
		lk_identity_enter(&vm->lk, pager);
		vm_object_remove(vm, object, pager);
		lk_identity_exit(&vm->lk, pager);
		thread_wakeup(vm->machine, pager);
		VM_POINT(pager_dealloc);
		vm_pager_free(vm, pager);
	}
	vm_object_free(vm, object);
	return shadow_object;
}

/* It loses its pager for good. */
void
vm_object_abandon(struct vm *vm, vm_object_t object)
{
	const struct vm_pager *identity;
	vm_pager_t pager;

	vm_object_lock(object);
	vm_object_paging_wait(vm, object);
	vm_object_unlock(object);
	identity = vm_object_identity_enter(vm, object);
	pager = object->pager;
	if (pager != NULL) {
		vm_object_remove(vm, object, pager);
		sync_store(&object->pager, NULL);
		object->flags &= ~OBJ_CANPERSIST;
	}
	vm_object_unlock(object);
	lk_identity_exit(&vm->lk, identity);

	if (pager != NULL) {
		vm_pager_detach(vm, pager);
		vm_pager_free(vm, pager);
	}
}

/*
 * The original gains a reference to every object and then drops the paging
 * areas, leaving pointers to them behind (hazard A11).  Here the cache goes
 * first; then each object that is left loses its pager for good.  The caller
 * sees to it that no object comes or goes meanwhile.
 */
void
vm_object_shutdown(struct vm *vm)
{
	vm_object_t object, next;

	vm_object_cache_clear(vm);

	for (unsigned i = 0; i < LK_OBJECT_LISTS; i++) {
		vm_object_list_lock(i);
		object =
		    (vm_object_t)queue_first(&vm->vm_object_lists[i].objects);
		vm_object_list_unlock(i);
		for (; object != NULL; object = next) {
			vm_object_abandon(vm, object);
			vm_object_list_lock(i);
			next = (vm_object_t)queue_next(&object->object_list);
			vm_object_list_unlock(i);
		}
	}
}
