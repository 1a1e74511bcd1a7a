/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The original's basic types and constants (substrate.md section 1), widened
 * to 64 bits.  The page size is that of a frame, 4 KiB, and is fixed: a frame
 * here has real contents.
 */
#ifndef PMAP_SIM_TYPES_H
#define PMAP_SIM_TYPES_H

#include <stddef.h>
#include <stdint.h>

typedef uintptr_t vm_offset_t; /* an address, or an offset in an object */
typedef uintptr_t vm_size_t;   /* bytes */
typedef int boolean_t;
typedef int kern_return_t; /* KERN_* */
typedef int vm_prot_t;     /* VM_PROT_* */

#ifndef TRUE
#define TRUE  1
#define FALSE 0
#endif

#define KERN_SUCCESS            0
#define KERN_INVALID_ADDRESS    1
#define KERN_PROTECTION_FAILURE 2
#define KERN_NO_SPACE           3
#define KERN_INVALID_ARGUMENT   4
#define KERN_FAILURE            5
#define KERN_RESOURCE_SHORTAGE  6

#define VM_PROT_NONE    0
#define VM_PROT_READ    1
#define VM_PROT_WRITE   2
#define VM_PROT_EXECUTE 4
#define VM_PROT_ALL     7
#define VM_PROT_DEFAULT VM_PROT_ALL

#define PAGE_SHIFT 12
#define PAGE_SIZE  ((vm_size_t)1 << PAGE_SHIFT)
#define PAGE_MASK  (PAGE_SIZE - 1)

#define round_page(x) (((vm_offset_t)(x) + PAGE_MASK) & ~PAGE_MASK)
#define trunc_page(x) ((vm_offset_t)(x) & ~PAGE_MASK)
#define atop(x)       ((vm_offset_t)(x) >> PAGE_SHIFT)
#define ptoa(x)       ((vm_offset_t)(x) << PAGE_SHIFT)

#endif /* PMAP_SIM_TYPES_H */
