/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pageout daemon (docs/substrate.md section 9), one to a VM, on a CPU of
 * its own.
 */
#ifndef CORE_VM_PAGEOUT_H
#define CORE_VM_PAGEOUT_H

#include "core/vm.h"

/* Boot, once the number of frames is known: how many are to be kept free. */
void vm_pageout_init(struct vm *vm);

/* Its body: returns when vm_pageout_stop has been called and what it has
 * begun to write is written. */
void vm_pageout(struct vm *vm);
void vm_pageout_stop(struct vm *vm);

/* What one scan has done. */
struct vm_pageout_pass {
	boolean_t urgent; /* in: references spare no page */
	unsigned freed;   /* frames */
	unsigned cleaned; /* pages, to be freed by a later pass */
	unsigned coming;  /* the same, and writes begun, by whomever */
	unsigned skipped; /* somebody else's at that moment */
};

/* One scan of both queues.  Holding no role; may sleep. */
void vm_pageout_scan(struct vm *vm, struct vm_pageout_pass *pass);

/* How much has been in vain, after that pass, of passes made while somebody
 * waits; panics when memory is exhausted. */
unsigned vm_pageout_vain(
    struct vm *vm, const struct vm_pageout_pass *pass, unsigned vain);

/* Sleep until the daemon has freed some.  Holding no role.  Without a daemon
 * the caller scans itself.  */
void vm_wait(struct vm *vm);
#define VM_WAIT vm_wait(vm)

/* There is no hope that frames become free: the end. */
_Noreturn void vm_pageout_exhausted(struct vm *vm);

/* Memory is getting short, or a write has ended: wake the daemon.  By anyone,
 * the disk included, any locks held. */
void vm_pageout_wanted(struct vm *vm);

#endif /* CORE_VM_PAGEOUT_H */
