/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/vm_probe.h"

#ifdef VMRACE_HAZARDS

struct vm_inside
vm_half_enter(struct vm *vm, enum vm_half half, const void *a, const void *b)
{
	struct vm_inside was = { .probe = vm->config.probe, .half = half };

	if (was.probe != NULL)
		was.probe->enter(was.probe, &was, a, b);
	return was;
}

void
vm_half_leave(struct vm_inside *was)
{
	if (was->probe != NULL)
		was->probe->leave(was->probe, was);
}

#endif
