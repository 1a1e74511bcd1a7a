/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pager of a real file.
 *
 * ONE PAGER TO A FILE.  Making one sleeps, so the vnode is marked
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
 * If P's memory has become another file's pager by then, the lookup finds that
 * one's object; the reference it returns keeps the pager, which says whose it
 * is (hazards A6, A16).
 *
 * SIZE.  What is past the end of the file reads as zero and is never written.
 * I/O is synchronous.
 */
#include <string.h>

#include "core/vm.h"

/* Keep others from making or ending the pager: interlock held, and after. */
void
vnode_pager_settle(struct vnode *vp)
{
	while (vp->flags & VN_PAGER_LOCKED) {
		assert_wait(vp, FALSE);
		sync_spin_drop(&vp->interlock);
		thread_block();
		sync_spin_take(&vp->interlock);
	}
}

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

/* The file has no pager now; whoever looks from here on makes a new one. */
void
vnode_pager_detach(struct vm *vm, vm_pager_t pager)
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

static const struct vm_pager_ops vnode_pager_ops = {
	.type = PG_VNODE,
	.getpage = vnode_pager_getpage,
	.putpage = vnode_pager_putpage,
	.haspage = vnode_pager_haspage,
	.detach = vnode_pager_detach,
};

/*
 * The file's pager and, with one more reference, its object; or NULL, with the
 * interlock still held: there is none, nor is one being made.
 */
vm_object_t
vnode_pager_find(struct vm *vm, struct vnode *vp)
{
	const struct vm_pager *key;
	vm_object_t object;

	for (;;) {
		sync_spin_take(&vp->interlock);
		vnode_pager_settle(vp);
		key = vp->v_vmdata;
		if (key == NULL)
			return NULL;
		sync_spin_drop(&vp->interlock);

		object = vm_object_lookup(vm, key);
		if (object == NULL)
			continue;
		if (sync_load(&object->pager)->vnode == vp)
			return object;
		vm_object_deallocate(vm, object);
	}
}

/* A pager with its object, which can be looked up; or NULL, nothing done. */
vm_object_t
vnode_pager_make(struct vm *vm, struct vnode *vp)
{
	vm_pager_t pager = vm_pager_make(vm, &vnode_pager_ops, 0);
	vm_object_t object = NULL;

	if (pager == NULL)
		return NULL;
	pager->vnode = vp;
	object = vm_object_allocate(vm, round_page(sync_load(&vp->size)));
	if (object != NULL) {
		vm_object_lock(object);
		object->flags &= ~OBJ_INTERNAL;
		vm_object_unlock(object);
		vm_object_setpager(vm, object, pager, 0);
		if (vm_object_enter(vm, object, pager))
			return object;
		vm_object_setpager(vm, object, NULL, 0);
		vm_object_deallocate(vm, object);
	}
	vm_pager_detach(vm, pager);
	vm_pager_free(vm, pager);
	return NULL;
}

vm_pager_t
vnode_pager_alloc(struct vm *vm, struct vnode *vp, vm_object_t *object)
{
	vm_pager_t pager = NULL;

	*object = vnode_pager_find(vm, vp);
	if (*object != NULL)
		return sync_load(&(*object)->pager);
	vp->flags |= VN_PAGER_LOCKED;
	sync_spin_drop(&vp->interlock);

	*object = vnode_pager_make(vm, vp);
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

void
vnode_pager_setsize(struct vm *vm, struct vnode *vp, vm_size_t size)
{
	vm_size_t old = sync_swap(&vp->size, size);
	vm_object_t object = vnode_pager_find(vm, vp);

	if (object == NULL) {
		sync_spin_drop(&vp->interlock);
		return;
	}
	if (size < old) {
		vm_object_lock(object);
		vm_object_page_remove(
		    vm, object, round_page(size), round_page(old));
		vnode_pager_zero_tail(vm, object, size);
		vm_object_unlock(object);
	}
	vm_object_deallocate(vm, object);
}

boolean_t
vnode_pager_uncache(struct vm *vm, struct vnode *vp)
{
	vm_object_t object = vnode_pager_find(vm, vp);
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
