/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One event of a process: what it asks of the VM, and what the model is told
 * when the VM has done it.
 *
 * A REFUSED FAULT is looked at before it is counted: if the mapping is there,
 * with the right that the fault asked for, the VM was wrong to refuse.
 */
#include "core/ops.h"
#include "pmap_sim/panic.h"
#include "stress/need.h"
#include "stress/process.h"
#include "stress/verify.h"

/* --- Changes ------------------------------------------------------------ */

/* What the VM said to a change.  TRUE: it was made. */
static boolean_t
process_changed(struct process *process, kern_return_t rv)
{
	if (rv == KERN_SUCCESS)
		return TRUE;
	process_count(
	    process, rv == KERN_RESOURCE_SHORTAGE ? UNREPLAYED_no_memory
		     : rv == KERN_INVALID_ADDRESS ? UNREPLAYED_change_unmapped
						  : UNREPLAYED_change_refused);
	return FALSE;
}

/* The model's object of shared memory, freed after the repetition. */
static struct model_object *
shared_memory_create(struct replay *replay, vm_size_t size)
{
	struct shared_memory *memory = need_zeroed(1, sizeof(*memory));

	memory->object = model_object_memory(atop(size));
	memory->next = sync_load(&replay->memory);
	while (!sync_cas(&replay->memory, &memory->next, memory))
		continue;
	return memory->object;
}

static void
process_map(struct process *process, const struct plan_event *event)
{
	struct replay *replay = process->replay;
	struct rig *rig = replay->rig;
	boolean_t anonymous = event->number == PLAN_NONE;
	vm_offset_t address = event->address;
	int flags = MAP_FIXED_ | (event->shared ? MAP_SHARED_ : MAP_PRIVATE_) |
		    (anonymous ? MAP_ANON_ : 0);
	struct region region = {
		.start = event->address,
		.end = event->address + event->size,
		.offset = event->other,
		.prot = event->prot,
		.shared = event->shared,
	};

	if (!process_changed(process,
		rig->ops->mmap(rig->vm, process->space, &address, event->size,
		    event->prot, flags,
		    anonymous ? NULL : &replay->files.vnodes[event->number],
		    event->other)) ||
	    process->model == NULL)
		return;
	if (!anonymous)
		region.backing = replay->files.objects[event->number];
	else if (event->shared)
		region.backing = shared_memory_create(replay, event->size);
	model_map(process->model, region);
}

static void
process_move(struct process *process, const struct plan_event *event)
{
	struct rig *rig = process->replay->rig;
	vm_offset_t to = event->other;

	if (process_changed(
		process, rig->ops->move(rig->vm, process->space, event->address,
			     event->size, &to, event->other_size)) &&
	    process->model != NULL)
		(void)model_move(process->model, event->address, event->size,
		    to, event->other_size);
}

static void
process_brk(struct process *process, const struct plan_event *event)
{
	struct rig *rig = process->replay->rig;
	vm_offset_t old = round_page(event->address);
	vm_offset_t new = round_page(event->other);
	struct region grown = {
		.start = old,
		.end = new,
		.prot = VM_PROT_READ | VM_PROT_WRITE,
	};

	if (!process_changed(process, rig->ops->brk(rig->vm, process->space,
					  event->address, event->other)) ||
	    process->model == NULL)
		return;
	if (new > old)
		model_map(process->model, grown);
	else if (new < old)
		model_unmap(process->model, new, old - new);
}

void
process_exec(struct process *process, const struct plan_event *event)
{
	struct replay *replay = process->replay;
	struct rig *rig = replay->rig;
	struct vmspace *old = process->space;

	if (!process_changed(process, rig->ops->exec(rig->vm, &process->space)))
		return;
	if (process->model == NULL)
		return;
	model_view_clear(process->view);
	if (process->space == old) {
		model_space_clear(process->model);
		return;
	}
	model_space_free(process->model);
	process->model =
	    model_space_create(replay->plan->spaces[event->number].crowd);
}

void
process_change(struct process *process, const struct plan_event *event)
{
	struct rig *rig = process->replay->rig;
	const struct vm_ops *ops = rig->ops;
	struct vmspace *space = process->space;
	struct model_space *model = process->model;
	vm_offset_t address = event->address;
	vm_size_t size = event->size;

	switch (event->kind) {
	case PLAN_MAP:
		process_map(process, event);
		break;
	case PLAN_UNMAP:
		if (process_changed(
			process, ops->munmap(rig->vm, space, address, size)) &&
		    model != NULL)
			model_unmap(model, address, size);
		break;
	case PLAN_PROTECT:
		if (process_changed(process, ops->mprotect(rig->vm, space,
						 address, size, event->prot)) &&
		    model != NULL)
			model_protect(model, address, size, event->prot);
		break;
	case PLAN_FORGET:
		if (process_changed(
			process, ops->forget(rig->vm, space, address, size)) &&
		    model != NULL)
			model_forget(model, address, size);
		break;
	case PLAN_SYNC:
		(void)process_changed(
		    process, ops->msync(rig->vm, space, address, size));
		break;
	case PLAN_MOVE:
		process_move(process, event);
		break;
	case PLAN_BRK:
		process_brk(process, event);
		break;
	default:
		break;
	}
}

/* --- Faults ------------------------------------------------------------- */

static void
process_refused(
    struct process *process, const struct plan_event *event, kern_return_t rv)
{
	vm_prot_t right =
	    event->kind == PLAN_STORE ? VM_PROT_WRITE : VM_PROT_READ;
	struct rig *rig = process->replay->rig;
	vm_offset_t address = event->address;
	char who[160];

	if (!rig->ops->mapped(
		rig->vm, process->space, address, PAGE_SIZE, VM_PROT_NONE)) {
		process_count(process, UNREPLAYED_no_mapping);
	} else if (!rig->ops->mapped(
		       rig->vm, process->space, address, PAGE_SIZE, right)) {
		process_count(process, UNREPLAYED_protection);
	} else if (rv == KERN_RESOURCE_SHORTAGE) {
		process_count(process, UNREPLAYED_no_memory);
	} else {
		process_describe(process, who, sizeof(who));
		violation(rig->machine,
		    "fault: %s: expected success, for it is mapped with right "
		    "%d, found a refusal (%d)",
		    who, right, rv);
	}
}

void
process_fault(struct process *process, const struct plan_event *event)
{
	kern_return_t rv;

	if (event->kind == PLAN_STORE)
		rv = verify_store(process, event->address);
	else
		rv = verify_load(process, event->address);
	if (rv != KERN_SUCCESS)
		process_refused(process, event, rv);
}
