/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page fault (docs/substrate.md section 8).
 */
#ifndef CORE_VM_FAULT_H
#define CORE_VM_FAULT_H

#include "core/vm_map.h"

/*
 * Make va accessible for fault_type (VM_PROT_READ, _WRITE or, to wire at the
 * entry's protection, _NONE) in the map.  change_wiring: the page is wired
 * too.  Holding nothing, or the map's lock recursively; may sleep.
 * KERN_INVALID_ADDRESS, KERN_PROTECTION_FAILURE (pager errors too),
 * KERN_RESOURCE_SHORTAGE.
 */
kern_return_t vm_fault(struct vm *vm, vm_map_t map, vm_offset_t va,
    vm_prot_t fault_type, boolean_t change_wiring);

/* Queue a busy page of the caller's, if it belongs on a queue, and let others
 * have it.  Its object locked. */
void vm_fault_release_page(struct vm *vm, vm_page_t m);

/* Wire an entry's pages; undoes itself.  Unwire those below end.  The map is
 * write-locked, to wire recursively. */
kern_return_t vm_fault_wire(struct vm *vm, vm_map_t map, vm_map_entry_t e);
void
vm_fault_unwire(struct vm *vm, vm_map_t map, vm_map_entry_t e, vm_offset_t end);

/* Copy the wired pages of a source entry, whose map is write-locked, into an
 * object made for dst_entry. */
kern_return_t vm_fault_copy_entry(struct vm *vm, vm_map_t dst_map,
    vm_map_entry_t dst_entry, vm_map_entry_t src_entry);

#endif /* CORE_VM_FAULT_H */
