/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pagers in general: one of several kinds behind one set of calls.
 *
 * A pager is on the list from its making until it is detached; the list has a
 * lock of its own, where the original relied on one processor (hazard G15).
 * Nobody keeps a pager by finding it there.
 *
 * ONE PAGER TO A VNODE.  Making one sleeps, so the vnode is marked
 * VN_PAGER_LOCKED meanwhile and a second mapper waits (hazard A14).  The pager
 * is published last, when its object can already be looked up by it.
 *
 * FINDING THE OBJECT.  The address read from the vnode is only a key: the
 * pager behind it may die, even be replaced, before the lookup.
 *
 *	mapper				last unmap
 *	1. reads v_vmdata: P
 *					2. object of P is DYING, is cleaned
 *	3. lookup of P sleeps
 *					4. detach: v_vmdata = NULL
 *					5. P leaves the hash, wakes
 *	6. lookup: NULL.  Reads
 *	   v_vmdata again: NULL,
 *	   makes a pager
 *					7. frees P
 *
 * If P's memory has become another vnode's pager by then, the lookup finds that
 * one's object; the reference it returns keeps the pager, which says whose it
 * is (hazards A6, A7, A16).
 */
#include "core/vm_pager.h"

#include <string.h>

#include "core/vm.h"

kern_return_t
vm_pager_init(struct vm *vm)
{
	sync_spin_init(&vm->pager_list_lock);
	queue_init(&vm->pager_list);
	return swap_pager_init(vm);
}

void
vm_pager_fini(struct vm *vm)
{
	swap_pager_fini(vm);
	sync_spin_fini(&vm->pager_list_lock);
}

vm_pager_t
vm_pager_make(struct vm *vm, const struct vm_pager_ops *ops, size_t extra)
{
	vm_pager_t pager = vm_malloc(vm, sizeof(*pager) + extra, M_VMPAGER);

	if (pager == NULL)
		return NULL;
	memset(pager, 0, sizeof(*pager) + extra);
	pager->ops = ops;
	sync_spin_take(&vm->pager_list_lock);
	queue_enter(&vm->pager_list, pager, vm_pager_t, list);
	sync_spin_drop(&vm->pager_list_lock);
	return pager;
}

/* VM_PAGER_OK, or what goes wrong with this call. */
int
vm_pager_trouble(struct vm *vm, enum vm_pager_call call)
{
	const struct vm_trouble *trouble = vm->config.trouble;

	return trouble != NULL ? trouble->pager(trouble, call) : VM_PAGER_OK;
}

int
vm_pager_get(struct vm *vm, vm_pager_t pager, vm_page_t m)
{
	int result;

	if (pager == NULL) {
		vm_page_zero_fill(vm, m);
		return VM_PAGER_OK;
	}
	result = vm_pager_trouble(vm, VM_PAGER_GET);
	if (result == VM_PAGER_OK)
		result = pager->ops->getpage(vm, pager, m);
	if (result == VM_PAGER_OK)
		vm_count(pageins);
	else if (result == VM_PAGER_ERROR)
		vm_count(failed_pageins);
	return result;
}

int
vm_pager_put(struct vm *vm, vm_pager_t pager, vm_page_t m, boolean_t sync)
{
	int result;

	if (pager == NULL)
		panic(vm->machine, "vm_pager_put: null pager");
	result = vm_pager_trouble(vm, VM_PAGER_PUT);
	if (result == VM_PAGER_OK)
		result = pager->ops->putpage(vm, pager, m, sync);
	if (result == VM_PAGER_OK || result == VM_PAGER_PEND)
		vm_count(pageouts);
	else if (result != VM_PAGER_BAD)
		vm_count(failed_pageouts);
	return result;
}

boolean_t
vm_pager_has_page(struct vm *vm, vm_pager_t pager, vm_offset_t offset)
{
	if (pager == NULL)
		panic(vm->machine, "vm_pager_has_page: null pager");
	return pager->ops->haspage(vm, pager, offset);
}

void
vm_pager_detach(struct vm *vm, vm_pager_t pager)
{
	if (pager == NULL)
		panic(vm->machine, "vm_pager_deallocate: null pager");
	sync_spin_take(&vm->pager_list_lock);
	queue_remove(&vm->pager_list, pager, vm_pager_t, list);
	sync_spin_drop(&vm->pager_list_lock);
	pager->ops->detach(vm, pager);
}

void
vm_pager_free(struct vm *vm, vm_pager_t pager)
{
	vm_mfree(vm, pager, M_VMPAGER);
}

void
vm_pager_sync(struct vm *vm)
{
	swap_pager_clean(vm);
}

unsigned
vm_pager_pending(struct vm *vm)
{
	return swap_pager_pending(vm);
}

/* Until nobody is making its pager: interlock held, and after. */
void
vm_pager_settle(struct vnode *vp)
{
	while (vp->flags & VN_PAGER_LOCKED) {
		assert_wait(vp, FALSE);
		sync_spin_drop(&vp->interlock);
		thread_block();
		sync_spin_take(&vp->interlock);
	}
}

/* The vnode has no pager now; whoever looks from here on makes a new one. */
void
vm_pager_unpublish(struct vm *vm, vm_pager_t pager)
{
	struct vnode *vp = pager->vnode;

	sync_spin_take(&vp->interlock);
	if (vp->v_vmdata == pager) {
		vp->v_vmdata = NULL;
		vp->users--;
	}
	sync_spin_drop(&vp->interlock);
	thread_wakeup(vm->machine, vp);
}

/* An object for the pager, which can be looked up; or NULL, nothing done. */
vm_object_t
vm_pager_object(struct vm *vm, struct vnode *vp, vm_pager_t pager)
{
	vm_object_t object =
	    vm_object_allocate(vm, round_page(sync_load(&vp->size)));

	if (object == NULL)
		return NULL;
	vm_object_lock(object);
	object->flags &= ~OBJ_INTERNAL;
	if (pager->ops->populate != NULL)
		pager->ops->populate(vm, pager, object);
	vm_object_unlock(object);
	VM_WITHIN(setpager, object, vp);
	VM_POINT(pager_alloc);
	vm_object_setpager(vm, object, pager, 0);
	if (vm_object_enter(vm, object, pager))
		return object;
	vm_object_setpager(vm, object, NULL, 0);
	vm_object_deallocate(vm, object);
	return NULL;
}

vm_object_t
vm_pager_find(struct vm *vm, struct vnode *vp)
{
	vm_pager_t key;
	vm_object_t object;

	VM_WITHIN(find, vp, NULL);
	for (;;) {
		sync_spin_take(&vp->interlock);
		vm_pager_settle(vp);
		key = vp->v_vmdata;
		if (key == NULL)
			return NULL;
		sync_spin_drop(&vp->interlock);

		object = vm_object_lookup(vm, key);
		if (object == NULL && AS_FOUND(A6) &&
		    (object = vm_pager_object(vm, vp, key)) != NULL)
			return object;
		if (object == NULL)
			continue;
		if (sync_load(&object->pager)->vnode == vp)
			return object;
		vm_object_deallocate(vm, object);
	}
}

/* A pager with its object, which can be looked up; or NULL, nothing done. */
vm_object_t
vm_pager_setup(struct vm *vm, struct vnode *vp)
{
	const struct vm_pager_ops *ops =
	    vp->type == VCHR ? &device_pager_ops : &vnode_pager_ops;
	vm_pager_t pager = vm_pager_make(vm, ops, 0);
	vm_object_t object;

	if (pager == NULL)
		return NULL;
	pager->vnode = vp;
	object = vm_pager_object(vm, vp, pager);
	if (object != NULL)
		return object;
	vm_pager_detach(vm, pager);
	vm_pager_free(vm, pager);
	return NULL;
}

vm_pager_t
vm_pager_allocate(struct vm *vm, struct vnode *vp, vm_object_t *object)
{
	vm_pager_t pager = NULL;

	*object = vm_pager_find(vm, vp);
	if (*object != NULL)
		return sync_load(&(*object)->pager);
	vp->flags |= VN_PAGER_LOCKED;
	sync_spin_drop(&vp->interlock);

	*object = vm_pager_setup(vm, vp);
	if (*object != NULL)
		pager = sync_load(&(*object)->pager);

	sync_spin_take(&vp->interlock);
	if (pager != NULL) {
		vp->v_vmdata = pager;
		vp->users++;
	}
	vp->flags &= ~VN_PAGER_LOCKED;
	sync_spin_drop(&vp->interlock);
	thread_wakeup(vm->machine, vp);
	return pager;
}
