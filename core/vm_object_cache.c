/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a pager to its object, and the cache of objects nobody refers to.
 *
 * A hash entry holds its own key, so a walk along a bucket reads entries only
 * and never another object's count line.  Entries are published and unlinked
 * by release stores under identity.  Pagers that share a bucket share an
 * identity (LK_IDENTITY_HASH), so a bucket has one writer at a time.
 *
 * CACHED means: count 0 and not DYING, on the cached list, still hashed.  Trim
 * takes a victim's key under the cache role, lets go, and finds the victim
 * again by that key under identity (hazard A1): a pointer alone would be stale
 * by then.  What has been revived meanwhile keeps its persistence (A3).
 */
#include "core/vm.h"

#define vm_object_hash(pager) LK_IDENTITY_HASH(pager)

/* The entry of a pager, or NULL: identity held, or inside a lookup section. */
vm_object_hash_entry_t
vm_object_hash_find(struct vm *vm, const struct vm_pager *pager)
{
	vm_object_hash_entry_t entry;

	entry = sync_load(&vm->vm_object_hashtable[vm_object_hash(pager)]);
	while (entry != NULL && entry->pager != pager)
		entry = sync_load(&entry->next);
	return entry;
}

/* Out of the cache with one reference; identity and object held, count 0. */
void
vm_object_revive(struct vm *vm, vm_object_t object) LK_HOLDS(vm->lk.identity)
{
	lk_cache_enter_inner(&vm->lk);
	queue_remove(
	    &vm->vm_object_cached_list, object, vm_object_t, cached_list);
	vm->vm_object_cached--;
	lk_cache_exit_inner(&vm->lk);
	lk_ref_get(&object->ref);
}

/* One more reference without identity, or NULL: to be settled under it.
 * Whether the object is still its pager's is asked of the entry: the object's
 * line may be another CPU's again, and would have to come back for it. */
vm_object_t
vm_object_lookup_lockfree(struct vm *vm, const struct vm_pager *pager)
{
	vm_object_hash_entry_t entry;
	vm_object_t object = NULL;
	boolean_t gone = FALSE;

	lk_lookup_begin(&vm->lk);
	entry = vm_object_hash_find(vm, pager);
	if (entry != NULL && lk_ref_get_live(&entry->object->ref)) {
		object = entry->object;
		gone = sync_load_relaxed(&entry->gone);
	}
	lk_lookup_end(&vm->lk);

	if (gone) {
		vm_object_deallocate(vm, object);
		return NULL;
	}
	return object;
}

vm_object_t
vm_object_lookup(struct vm *vm, const struct vm_pager *pager)
{
	vm_object_hash_entry_t entry;
	vm_object_t object;

	VM_WITHIN(lookup, NULL, pager);
	vm_count(lookups);
	if (LK_LOOKUP_LOCKFREE &&
	    (object = vm_object_lookup_lockfree(vm, pager)) != NULL) {
		vm_count(lookup_hits);
		return object;
	}
	for (;;) {
		lk_identity_enter(&vm->lk, pager);
		entry = vm_object_hash_find(vm, pager);
		if (entry == NULL) {
			lk_identity_exit(&vm->lk, pager);
			return NULL;
		}
		object = entry->object;
		VM_POINT(lookup_hit);
		if (lk_ref_get_live(&object->ref)) {
			lk_identity_exit(&vm->lk, pager);
			vm_count(lookup_hits);
			return object;
		}
		vm_object_lock(object);
		if ((object->flags & OBJ_DYING) == 0)
			break;
		vm_count(dying_waits);
		assert_wait(pager, FALSE);
		vm_object_unlock(object);
		lk_identity_exit(&vm->lk, pager);
		thread_block();
	}
	if (lk_ref_read(&object->ref) == 0) {
		vm_object_revive(vm, object);
		vm_count(cache_revivals);
	} else
		lk_ref_get(&object->ref);
	vm_object_unlock(object);
	lk_identity_exit(&vm->lk, pager);
	vm_count(lookup_hits);
	return object;
}

boolean_t
vm_object_enter(struct vm *vm, vm_object_t object, struct vm_pager *pager)
{
	vm_object_hash_entry_t entry, *bucket;

	if (object == NULL || pager == NULL)
		return FALSE;
	entry = vm_malloc(vm, sizeof(*entry), M_VMOBJHASH);
	if (entry == NULL)
		return FALSE;
	entry->pager = pager;
	entry->object = object;
	entry->gone = FALSE;

	VM_WITHIN(enter, object, pager->vnode);
	VM_POINT(enter_flagged);
	lk_identity_enter(&vm->lk, pager);
	if (vm_object_hash_find(vm, pager) != NULL) {
		lk_identity_exit(&vm->lk, pager);
		vm_mfree(vm, entry, M_VMOBJHASH);
		return FALSE;
	}
	vm_object_lock(object);
	object->flags |= OBJ_CANPERSIST | OBJ_HASHED | OBJ_WASHASHED;
	vm_object_unlock(object);
	bucket = &vm->vm_object_hashtable[vm_object_hash(pager)];
	entry->next = sync_load_relaxed(bucket);
	sync_store(bucket, entry);
	lk_identity_exit(&vm->lk, pager);
	return TRUE;
}

void
vm_object_hash_reclaim(struct sync_rcu_head *head)
{
	free((char *)head - offsetof(struct vm_object_hash_entry, retired));
}

void
vm_object_remove(
    struct vm *vm, vm_object_t object, const struct vm_pager *pager)
{
	vm_object_hash_entry_t entry, *link;

	if (pager == NULL)
		return;
	link = &vm->vm_object_hashtable[vm_object_hash(pager)];
	while ((entry = sync_load_relaxed(link)) != NULL) {
		if (entry->object == object && entry->pager == pager) {
			sync_store_relaxed(&entry->gone, TRUE);
			sync_store(link, sync_load_relaxed(&entry->next));
			vm_percpu(vm)->allocated[M_VMOBJHASH]--;
			lk_retire(
			    &vm->lk, &entry->retired, vm_object_hash_reclaim);
			return;
		}
		link = &entry->next;
	}
}

void
vm_object_setpager(struct vm *vm, vm_object_t object, struct vm_pager *pager,
    vm_offset_t paging_offset)
{
	vm_object_lock(object);
	sync_store(&object->pager, pager);
	object->paging_offset = paging_offset;
	vm_object_unlock(object);
}

kern_return_t
pager_cache(struct vm *vm, vm_object_t object, boolean_t should_cache)
{
	if (object == NULL)
		return KERN_INVALID_ARGUMENT;
	VM_WITHIN(uncache, object, sync_load_relaxed(&object->pager));
	vm_object_lock(object);
	if (should_cache)
		object->flags |= OBJ_CANPERSIST;
	else
		object->flags &= ~OBJ_CANPERSIST;
	vm_object_unlock(object);
	vm_object_deallocate(vm, object);
	return KERN_SUCCESS;
}

/* The object cached under this key, out of the cache with one reference and
 * no longer persistent; NULL: it is not cached any more. */
vm_object_t
vm_object_cache_take(struct vm *vm, const struct vm_pager *pager)
{
	vm_object_hash_entry_t entry;
	vm_object_t object = NULL;

	lk_identity_enter(&vm->lk, pager);
	entry = vm_object_hash_find(vm, pager);
	if (entry != NULL) {
		vm_object_lock(entry->object);
		if (lk_ref_read(&entry->object->ref) == 0 &&
		    (entry->object->flags & OBJ_DYING) == 0) {
			object = entry->object;
			vm_object_revive(vm, object);
			object->flags &= ~OBJ_CANPERSIST;
		}
		vm_object_unlock(entry->object);
	}
	lk_identity_exit(&vm->lk, pager);
	return object;
}

/* As found (A1, A2): the victim is looked up by a pager that is read when
 * nothing is held any more, or that it never had. */
void
vm_object_cache_trim_a1(struct vm *vm, vm_object_t object)
{
	if (vm_object_lookup(vm, sync_load_relaxed(&object->pager)) != object)
		panic(vm->machine, "vm_object_deactivate: I'm sooo confused.");
	pager_cache(vm, object, FALSE);
}

/* Terminate the oldest while there are more than max. */
void
vm_object_cache_shrink(struct vm *vm, int max)
{
	vm_object_cache_lock();
	while (vm->vm_object_cached > max) {
		vm_object_t object =
		    (vm_object_t)queue_first(&vm->vm_object_cached_list);
		const struct vm_pager *pager =
		    sync_load_relaxed(&object->pager);

		VM_WITHIN(trim, object, pager);
		vm_object_cache_unlock();
		VM_POINT(trim_picked);
		if (AS_FOUND(A1) || pager == NULL) {
			vm_object_cache_trim_a1(vm, object);
			vm_count(cache_trims);
		} else if ((object = vm_object_cache_take(vm, pager)) != NULL) {
			vm_count(cache_trims);
			vm_object_deallocate(vm, object);
		}
		vm_object_cache_lock();
	}
	vm_object_cache_unlock();
}

void
vm_object_cache_trim(struct vm *vm)
{
	vm_object_cache_shrink(vm, sync_load_relaxed(&vm->vm_cache_max));
}

void
vm_object_cache_limit(struct vm *vm, unsigned limit)
{
	sync_store_relaxed(&vm->vm_cache_max, (int)limit);
	vm_object_cache_trim(vm);
}

void
vm_object_cache_clear(struct vm *vm)
{
	vm_object_cache_shrink(vm, 0);
}
