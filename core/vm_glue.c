/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces of processes: made, forked, shared, replaced, ended; and the
 * machine's way into vm_fault.
 */
#include <stdio.h>

#include "core/vm_fault.h"
#include "core/vm_map.h"

struct vmspace *
vmspace_alloc(struct vm *vm)
{
	struct vmspace *space = vm_malloc(vm, sizeof(*space), M_VMMAP);

	if (space == NULL)
		return NULL;
	space->vm_refcnt = 1;
	if (vm_map_init(vm, &space->vm_map) != KERN_SUCCESS) {
		vm_mfree(vm, space, M_VMMAP);
		return NULL;
	}
	return space;
}

void
vmspace_reference(struct vm *vm, struct vmspace *space)
{
	(void)vm;
	sync_add(&space->vm_refcnt, 1);
}

void
vmspace_free(struct vm *vm, struct vmspace *space)
{
	vm_map_t map = &space->vm_map;

	if (sync_add(&space->vm_refcnt, -1) != 0)
		return;
	(void)vm_map_remove(vm, map, map->header.start, map->header.end);
	vm_map_fini(vm, map);
	vm_mfree(vm, space, M_VMMAP);
}

struct vmspace *
vmspace_fork(struct vm *vm, struct vmspace *parent)
{
	struct vmspace *child = vmspace_alloc(vm);
	kern_return_t result = KERN_SUCCESS;
	vm_map_t map = &parent->vm_map;
	vm_map_entry_t e;

	if (child == NULL)
		return NULL;
	vm_map_lock(map);
	for (e = map->header.next; result == KERN_SUCCESS && e != &map->header;
	     e = e->next)
		result = vm_map_fork_entry(vm, map, &child->vm_map, e);
	vm_map_unlock(map);
	if (result != KERN_SUCCESS) {
		vmspace_free(vm, child);
		return NULL;
	}
	return child;
}

void
vmspace_activate(struct vm *vm, struct vmspace *space)
{
	(void)vm;
	thread_space(space != NULL ? space->vm_map.pmap : NULL, space);
}

kern_return_t
vmspace_exec(struct vm *vm, struct vmspace **space)
{
	struct vmspace *old = *space, *new;
	vm_map_t map = &old->vm_map;

	if (sync_load(&old->vm_refcnt) == 1)
		return vm_map_remove(
		    vm, map, map->header.start, map->header.end);
	new = vmspace_alloc(vm);
	if (new == NULL)
		return KERN_RESOURCE_SHORTAGE;
	vmspace_activate(vm, new);
	vmspace_free(vm, old);
	*space = new;
	return KERN_SUCCESS;
}

kern_return_t
vm_machine_fault(void *vm, void *space, vm_offset_t va, vm_prot_t type)
{
	struct vmspace *s = space;

	if (s == NULL)
		return KERN_INVALID_ADDRESS;
	return vm_fault(vm, &s->vm_map, trunc_page(va), type, FALSE);
}

/* The chain below an entry's object, and which of them has the page. */
void
vm_explain_chain(struct vm *vm, vm_object_t object, vm_offset_t offset)
{
	for (; object != NULL; object = object->shadow) {
		vm_page_t m = vm_page_lookup(vm, object, trunc_page(offset));

		fprintf(stderr,
		    "    object %u: ref %d, flags %#x, pager %s, offset %#lx: ",
		    object->serial, lk_ref_read(&object->ref), object->flags,
		    object->pager != NULL ? "yes" : "no",
		    (unsigned long)offset);
		if (m != NULL)
			fprintf(stderr, "frame %lu, flags %#x\n",
			    (unsigned long)atop(VM_PAGE_TO_PHYS(m)), m->flags);
		else
			fprintf(stderr, "no page\n");
		offset += object->shadow_offset;
	}
}

void
vm_explain(struct vm *vm, struct vmspace *space, vm_offset_t addr)
{
	struct vm_map_entry as, *e = &as;
	vm_offset_t pa = 0;
	vm_prot_t prot = 0;

	if (!vm_map_peek(vm, &space->vm_map, addr, &as)) {
		fprintf(stderr, "  %#lx is not mapped\n", (unsigned long)addr);
		return;
	}
	fprintf(stderr, "  %#lx is in [%#lx, %#lx), prot %d%s%s; ",
	    (unsigned long)addr, (unsigned long)e->start, (unsigned long)e->end,
	    e->protection, e->needs_copy ? ", needs copy" : "",
	    e->inheritance == VM_INHERIT_SHARE ? ", shared" : "");
	if (pmap_extract_ok(space->vm_map.pmap, addr, &pa, &prot))
		fprintf(stderr, "pmap has frame %lu, prot %d\n",
		    (unsigned long)atop(pa), prot);
	else
		fprintf(stderr, "pmap has nothing\n");
	vm_explain_chain(vm, e->object, addr - e->start + e->offset);
	vm_object_deallocate(vm, e->object);
}
