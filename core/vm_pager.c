/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pagers in general: one of several kinds behind one set of calls.
 *
 * A pager is on the list from its making until it is detached; the list has a
 * lock of its own, where the original relied on one processor (hazard G15).
 * Nobody keeps a pager by finding it there.
 *
 * A pager is freed only after its object has left the identity hash.  Whoever
 * has read its address before, from a file, uses it as a key and no more.
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

int
vm_pager_get(struct vm *vm, vm_pager_t pager, vm_page_t m)
{
	int result;

	if (pager == NULL) {
		vm_page_zero_fill(vm, m);
		return VM_PAGER_OK;
	}
	result = pager->ops->getpage(vm, pager, m);
	if (result == VM_PAGER_OK)
		vm_count(pageins);
	return result;
}

int
vm_pager_put(struct vm *vm, vm_pager_t pager, vm_page_t m, boolean_t sync)
{
	int result;

	if (pager == NULL)
		panic(vm->machine, "vm_pager_put: null pager");
	result = pager->ops->putpage(vm, pager, m, sync);
	if (result == VM_PAGER_OK || result == VM_PAGER_PEND)
		vm_count(pageouts);
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
