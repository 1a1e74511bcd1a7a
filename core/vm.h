/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Services of the whole VM: boot and end, memory, statistics.
 */
#ifndef CORE_VM_H
#define CORE_VM_H

#include <stdlib.h>

#include "core/ops.h"
#include "core/vm_object.h"
#include "core/vm_page.h"
#include "core/vm_pager.h"
#include "core/vm_probe.h"
#include "pmap_sim/kern_lock.h"
#include "pmap_sim/machine.h"
#include "pmap_sim/panic.h"
#include "pmap_sim/pmap.h"

#ifdef VMRACE_HAZARDS
#define AS_FOUND(id)                                                           \
	((vm->as_found >> HAZARD_##id & 1) != 0 && vm_comes_up(vm, HAZARD_##id))
#else
#define AS_FOUND(id) ((void)vm, 0)
#endif

struct hang_event;

/* Count on the running CPU's own line. */
struct vm_percpu *vm_percpu(struct vm *vm);
#define vm_count(name) sync_count_own(&vm_percpu(vm)->name)

/* Here is what an exhibit that was given back changes.  TRUE. */
boolean_t vm_comes_up(struct vm *vm, enum vm_hazard hazard);

/* What a machine's fixed_bytes must hold for a VM. */
size_t vm_fixed_bytes(unsigned frames, unsigned cpus);

/* One per strategy's ops table: see core/ops.h. */
struct vm *vm_create(struct machine *m, const struct vm_config *config);
void vm_destroy(struct vm *vm, struct vm_census *left);
void vm_stat(struct vm *vm, struct vm_statistics *s);
unsigned vm_check(struct vm *vm);
/* What an event means: see core/ops.h. */
void vm_waited(void *vm, const void *event, struct hang_event *what);
/* The machine's fault handler (core/vm_glue.c). */
kern_return_t
vm_machine_fault(void *vm, void *space, vm_offset_t va, vm_prot_t type);

/* M_WAITOK memory, not zeroed.  NULL only when config.fail_allocation says so
 * or the host has none. */
void *vm_malloc(struct vm *vm, size_t size, enum vm_memory kind);
void vm_mfree(struct vm *vm, void *memory, enum vm_memory kind);

#endif /* CORE_VM_H */
