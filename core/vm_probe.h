/* SPDX-License-Identifier: BSD-2-Clause */
/* How core/ tells a probe where it is.  Folds to nothing in release builds. */
#ifndef CORE_VM_PROBE_H
#define CORE_VM_PROBE_H

#include "core/probe.h"
#include "core/vm_struct.h"

#ifdef VMRACE_HAZARDS

/* From here to the end of the block the thread is inside a half. */
#define VM_WITHIN(half, a, b)                                                  \
	__attribute__((                                                        \
	    cleanup(vm_half_leave), unused)) struct vm_inside within_##half =  \
	    vm_half_enter(vm, HALF_##half, (a), (b))
#define VM_ALSO(half, b)                                                       \
	do {                                                                   \
		if (vm->config.probe != NULL)                                  \
			vm->config.probe->also(                                \
			    vm->config.probe, HALF_##half, (b));               \
	} while (0)
#define VM_POINT(name)                                                         \
	do {                                                                   \
		if (vm->config.probe != NULL)                                  \
			vm->config.probe->point(                               \
			    vm->config.probe, POINT_##name);                   \
	} while (0)

struct vm_inside
vm_half_enter(struct vm *vm, enum vm_half half, const void *a, const void *b);
void vm_half_leave(struct vm_inside *was);

#else

#define VM_WITHIN(half, a, b) (void)0
#define VM_ALSO(half, b)      (void)0
#define VM_POINT(name)        (void)0

#endif

#endif /* CORE_VM_PROBE_H */
