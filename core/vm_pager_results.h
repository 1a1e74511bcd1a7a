/* SPDX-License-Identifier: BSD-2-Clause */
/* What a call of a pager can come to (docs/substrate.md section 6). */
#ifndef CORE_VM_PAGER_RESULTS_H
#define CORE_VM_PAGER_RESULTS_H

#define VM_PAGER_OK    0 /* get: data is there; put: written */
#define VM_PAGER_BAD   1 /* outside the pager */
#define VM_PAGER_FAIL  2 /* get: no data here; put: no resources now */
#define VM_PAGER_PEND  3 /* put: started; page stays busy, pip stays up */
#define VM_PAGER_ERROR 4 /* I/O error */

#endif /* CORE_VM_PAGER_RESULTS_H */
