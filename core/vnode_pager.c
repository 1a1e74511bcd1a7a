/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pager of a real file.
 *
 * SIZE.  What is past the end of the file reads as zero and is never written.
 * I/O is synchronous.
 */
#include <string.h>

#include "core/vm.h"

/* Where a page lies in its file. */
vm_offset_t
vnode_pager_offset(vm_page_t m)
{
	return m->offset + m->object->paging_offset;
}

/* How much of the page at offset is the file's; 0: it is all beyond. */
unsigned
vnode_pager_length(struct vnode *vp, vm_offset_t offset)
{
	vm_size_t size = sync_load(&vp->size);

	if (offset >= size)
		return 0;
	return (
	    unsigned)(size - offset < PAGE_SIZE ? size - offset : PAGE_SIZE);
}

int
vnode_pager_getpage(struct vm *vm, vm_pager_t pager, vm_page_t m)
{
	vm_offset_t offset = vnode_pager_offset(m);
	struct disk_request request = {
		.fd = pager->vnode->fd,
		.pa = VM_PAGE_TO_PHYS(m),
		.offset = (off_t)offset,
		.length = vnode_pager_length(pager->vnode, offset),
	};

	if (request.length == 0)
		return VM_PAGER_BAD;
	if (disk_transfer(vm->machine, &request) != 0)
		return VM_PAGER_ERROR;
	memset(frame_bytes(vm->machine, request.pa) + request.moved, 0,
	    PAGE_SIZE - request.moved);
	return VM_PAGER_OK;
}

int
vnode_pager_putpage(
    struct vm *vm, vm_pager_t pager, vm_page_t m, boolean_t sync)
{
	vm_offset_t offset = vnode_pager_offset(m);
	struct disk_request request = {
		.fd = pager->vnode->fd,
		.write = TRUE,
		.pa = VM_PAGE_TO_PHYS(m),
		.offset = (off_t)offset,
		.length = vnode_pager_length(pager->vnode, offset),
	};

	(void)sync;
	if (request.length == 0)
		return VM_PAGER_BAD;
	if (disk_transfer(vm->machine, &request) != 0 ||
	    request.moved != request.length)
		return VM_PAGER_ERROR;
	return VM_PAGER_OK;
}

boolean_t
vnode_pager_haspage(struct vm *vm, vm_pager_t pager, vm_offset_t offset)
{
	(void)vm;
	return vnode_pager_length(pager->vnode, offset) != 0;
}

const struct vm_pager_ops vnode_pager_ops = {
	.type = PG_VNODE,
	.getpage = vnode_pager_getpage,
	.putpage = vnode_pager_putpage,
	.haspage = vnode_pager_haspage,
	.detach = vm_pager_unpublish,
};

/*
 * The page that the end of the file now lies in reads as zero from there on.
 * A wired page may be read meanwhile, so these stores are atomic, as its
 * users' are.  It is no dirtier for them: the pager would fill it so, too.
 */
void
vnode_pager_zero_tail(struct vm *vm, vm_object_t object, vm_size_t size)
    LK_HOLDS(object->lk)
{
	vm_offset_t offset = trunc_page(size);
	unsigned char *bytes;
	vm_page_t m;

	if (offset == size)
		return;
	while ((m = vm_page_lookup(vm, object, offset)) != NULL &&
	       (m->flags & PG_BUSY))
		vm_object_wait_page(vm, object, m);
	if (m == NULL)
		return;
	vm_object_page_quiesce(vm, m);
	bytes = frame_bytes(vm->machine, VM_PAGE_TO_PHYS(m));
	for (vm_offset_t at = size - offset; at < PAGE_SIZE; at++)
		sync_store_relaxed(&bytes[at], 0);
}

/* Copies of the object cover all of it. */
void
vnode_pager_grow(struct vm *vm, vm_object_t object, vm_size_t size)
{
	vm_object_lock(object);
	if (object->size < size)
		object->size = size;
	vm_object_unlock(object);
}

void
vnode_pager_setsize(struct vm *vm, struct vnode *vp, vm_size_t size)
{
	vm_size_t old = sync_swap(&vp->size, size);
	vm_object_t object = vm_pager_find(vm, vp);

	if (object == NULL) {
		sync_spin_drop(&vp->interlock);
		return;
	}
	VM_WITHIN(truncate, object, object->pager);
	if (size < old) {
		vm_object_lock(object);
		vm_object_page_remove(
		    vm, object, round_page(size), round_page(old));
		vnode_pager_zero_tail(vm, object, size);
		vm_object_unlock(object);
	} else
		vnode_pager_grow(vm, object, round_page(size));
	vm_object_deallocate(vm, object);
}

boolean_t
vnode_pager_uncache(struct vm *vm, struct vnode *vp)
{
	vm_object_t object = vm_pager_find(vm, vp);
	boolean_t unused;

	if (object == NULL) {
		sync_spin_drop(&vp->interlock);
		return TRUE;
	}
	vm_object_lock(object);
	unused = lk_ref_read(&object->ref) == 1;
	vm_object_unlock(object);
	pager_cache(vm, object, FALSE);
	return unused;
}
