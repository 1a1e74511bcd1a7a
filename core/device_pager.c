/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pager of a device: memory that is there already.
 *
 * The frames are the device's own, behind those that the VM gives out, and so
 * are their pages: fictitious, which is to say on no queue, never dirty, never
 * freed, and wired once for good.  The object has all of them from the start,
 * so a fault never asks this pager but beyond the device's end, and what is
 * stored outlives every mapping.
 *
 * One object to a device, like one object to a file: vm_pager.c sees to that.
 */
#include "core/vm.h"

void
device_pager_populate(struct vm *vm, vm_pager_t pager, vm_object_t object)
    LK_HOLDS(object->lk)
{
	vm_offset_t pa = pager->vnode->pa;

	for (vm_offset_t at = 0; at < pager->vnode->size; at += PAGE_SIZE) {
		vm_page_t m = PHYS_TO_VM_PAGE(vm, pa + at);

		*m = (struct vm_page){
			.phys_addr = pa + at,
			.flags = PG_FICTITIOUS | PG_CLEAN,
			.wire_count = 1,
		};
		vm_page_insert(vm, m, object, at);
	}
}

int
device_pager_getpage(struct vm *vm, vm_pager_t pager, vm_page_t m)
{
	(void)vm;
	(void)pager;
	(void)m;
	return VM_PAGER_BAD;
}

int
device_pager_putpage(
    struct vm *vm, vm_pager_t pager, vm_page_t m, boolean_t sync)
{
	(void)m;
	(void)sync;
	panic(vm->machine, "device_pager_putpage: device %u", pager->vnode->id);
}

boolean_t
device_pager_haspage(struct vm *vm, vm_pager_t pager, vm_offset_t offset)
{
	(void)vm;
	return offset < pager->vnode->size;
}

const struct vm_pager_ops device_pager_ops = {
	.type = PG_DEVICE,
	.getpage = device_pager_getpage,
	.putpage = device_pager_putpage,
	.haspage = device_pager_haspage,
	.detach = vm_pager_unpublish,
	.populate = device_pager_populate,
};
