/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes wrong below the VM on purpose: who decides it is asked at each call
 * of a pager and each allocation.
 *
 * Only what a pager may honestly say can be asked of it: a get that fails is
 * BAD or an ERROR, a put has FAILed or is an ERROR.  A get that FAILs says that
 * there are no data, a BAD put that none are wanted, has_page says yes or no:
 * there, to fail is to lie.
 */
#ifndef CORE_TROUBLE_H
#define CORE_TROUBLE_H

#include "pmap_sim/types.h"

enum vm_pager_call { VM_PAGER_GET, VM_PAGER_PUT };

struct vm_trouble {
	/* VM_PAGER_OK: go on; or what the call returns instead. */
	int (*pager)(const struct vm_trouble *trouble, enum vm_pager_call call);
	/* Does this allocation fail? */
	boolean_t (*allocation)(const struct vm_trouble *trouble);
};

#endif /* CORE_TROUBLE_H */
