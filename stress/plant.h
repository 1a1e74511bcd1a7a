/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults on purpose, one a run (--plant, in builds with VM_CHECKS): each is
 * what one oracle is there to find.
 */
#ifndef STRESS_PLANT_H
#define STRESS_PLANT_H

#include "stress/process.h"

/* TRUE: the page's first byte is not what was stored any more. */
boolean_t plant_wrong_value(struct process *process, vm_offset_t address);
/* TRUE: do not free the process's address space. */
boolean_t plant_leak(struct process *process);
/* Whatever else is to happen at an event. */
void plant_event(struct process *process);

#endif /* STRESS_PLANT_H */
