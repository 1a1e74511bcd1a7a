/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process's loads and stores, and with --verify the memory model beside
 * them: the only place where the two meet.
 */
#ifndef STRESS_VERIFY_H
#define STRESS_VERIFY_H

#include "stress/process.h"

/* KERN_SUCCESS, or what the VM refused with.  A wrong value is reported. */
kern_return_t verify_load(struct process *process, vm_offset_t address);
kern_return_t verify_store(struct process *process, vm_offset_t address);

/* Sometimes: read a page again that the process has touched before. */
void verify_sometimes(struct process *process);
/* The process is about to end: read many of its pages again. */
void verify_exit(struct process *process);

#endif /* STRESS_VERIFY_H */
