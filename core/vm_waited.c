/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an event means that threads sleep on, for the watchdog: read with
 * nothing locked, in a VM that has stopped.
 */
#include <stdio.h>

#include "core/vm.h"
#include "pmap_sim/hang.h"

UNSEEN_BEGIN

/* A walk of the object list goes no further than this. */
#define VM_WAITED_OBJECTS 100000

static void
vm_waited_by(struct hang_event *what, const struct held_mark *mark)
{
#ifdef VM_CHECKS
	const uint64_t address = ((uint64_t)1 << HELD_MARK_SHIFT) - 1;

	what->site = (const struct held_site *)(mark->word & address);
	what->number = (unsigned)(mark->word >> HELD_MARK_SHIFT);
#else
	(void)what, (void)mark;
#endif
}

boolean_t
vm_waited_page(struct vm *vm, const void *event, struct hang_event *what)
{
	const struct vm_page *pages = vm->vm_page_array, *m = event;
	unsigned count = frame_count(vm->machine);

	if (m < pages || m >= pages + count)
		return FALSE;
	snprintf(what->text, sizeof(what->text),
	    "busy page at 0x%lx of object 0x%lx%s", (unsigned long)m->offset,
	    (unsigned long)(uintptr_t)m->object,
	    m->flags & PG_BUSY ? "" : " (it is not busy)");
	if (m->flags & PG_BUSY)
		vm_waited_by(what, &m->busy_by);
	return TRUE;
}

boolean_t
vm_waited_object(struct vm *vm, const void *event, struct hang_event *what)
{
	vm_object_t o = vm_object_after(vm, NULL);
	unsigned walked = 0;

	while (o != NULL && o != event && (void *)o != QUEUE_POISON &&
	       walked++ < VM_WAITED_OBJECTS)
		o = vm_object_after(vm, o);
	if (o != event)
		return FALSE;
	snprintf(what->text, sizeof(what->text),
	    "paging in object 0x%lx (%u in progress)",
	    (unsigned long)(uintptr_t)o, o->paging_in_progress);
	if (o->paging_in_progress != 0)
		vm_waited_by(what, &o->paging_by);
	return TRUE;
}

boolean_t
vm_waited_pager(struct vm *vm, const void *event, struct hang_event *what)
{
	for (unsigned i = 0; i < VM_OBJECT_HASH_COUNT; i++) {
		vm_object_hash_entry_t e = vm->vm_object_hashtable[i];

		for (; e != NULL; e = e->next) {
			if (e->pager != event)
				continue;
			snprintf(what->text, sizeof(what->text),
			    "the end of dying object 0x%lx",
			    (unsigned long)(uintptr_t)e->object);
			return TRUE;
		}
	}
	return FALSE;
}

void
vm_waited(void *arg, const void *event, struct hang_event *what)
{
	struct vm *vm = arg;

	if (event == &vm->vm_pages_needed) {
		snprintf(what->text, sizeof(what->text), "work");
		what->rest = TRUE;
	} else if (event == &vm->cnt.v_free_count)
		snprintf(what->text, sizeof(what->text),
		    "memory (%u frames free)", vm_page_free_count(vm));
	else if (!vm_waited_page(vm, event, what) &&
		 !vm_waited_object(vm, event, what))
		(void)vm_waited_pager(vm, event, what);
}

UNSEEN_END
