/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pageout daemon (docs/substrate.md section 9), one to a VM, on a CPU of
 * its own.
 */
#ifndef CORE_VM_PAGEOUT_H
#define CORE_VM_PAGEOUT_H

#include "core/vm.h"

/* Its body: returns when vm_pageout_stop has been called. */
void vm_pageout(struct vm *vm);
void vm_pageout_stop(struct vm *vm);

/* Sleep until the daemon has freed some.  Holding no role.  Without a daemon
 * the caller scans itself.  */
void vm_wait(struct vm *vm);
#define VM_WAIT vm_wait(vm)

/* Memory is getting short: wake the daemon, any locks held. */
void vm_pageout_wanted(struct vm *vm);

#endif /* CORE_VM_PAGEOUT_H */
