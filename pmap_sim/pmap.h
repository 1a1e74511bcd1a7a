/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine-dependent half of the VM: address translations (substrate.md
 * section 7).  Every call has done its work on all CPUs when it returns.
 *
 * Callers may hold any lock of the VM above: pmap locks are leaves.  Nothing
 * here sleeps but pmap_create and pmap_destroy.
 */
#ifndef PMAP_SIM_PMAP_H
#define PMAP_SIM_PMAP_H

#include "pmap_sim/sync.h"
#include "pmap_sim/types.h"

struct machine;
struct pmap_node;
struct pv_entry;

#define PMAP_VA_BITS 48 /* what a table can translate */

struct pmap {
	struct machine *machine;
	struct sync_spin lock; /* of the table; held while parked CPUs wait */
	unsigned long cpus_using;  /* atomic set of CPU numbers */
	int ref_count;             /* atomic */
	struct pmap_node *root;    /* atomic; NULL: translates nothing */
	long resident_count;       /* valid translations */
	unsigned serial;           /* names it in messages, never an address */
	struct pmap_node *leaf;    /* the last one used, or NULL */
	vm_offset_t leaf_number;   /* which: va >> 21 */
	struct pv_entry *pv_spare; /* entries kept for the next mapping */
	unsigned pv_spares;
	struct pmap *next_free; /* on machine->pmap_free */
	struct pmap *next_all;  /* on machine->pmap_all, for ever */
};

/* A pmap with one reference and no translation, or NULL for want of memory. */
struct pmap *pmap_create(struct machine *m);
void pmap_reference(struct pmap *pmap);
/* Give up a reference; NULL ok.  The last one frees; no CPU may use it. */
void pmap_destroy(struct pmap *pmap);

/*
 * va translates to pa with exactly prot.  A different mapping that was there is
 * removed everywhere first.  KERN_RESOURCE_SHORTAGE: no memory for tables, and
 * va may translate to nothing.  KERN_INVALID_ARGUMENT: no such va, or no such
 * frame.
 */
kern_return_t pmap_enter(struct pmap *pmap, vm_offset_t va, vm_offset_t pa,
    vm_prot_t prot, boolean_t wired);

/* No table and no TLB translates [start, end) any more; NULL pmap ok. */
void pmap_remove(struct pmap *pmap, vm_offset_t start, vm_offset_t end);

/* Rights in [start, end) are at most prot.  NONE removes; WRITE: no-op. */
void pmap_protect(
    struct pmap *pmap, vm_offset_t start, vm_offset_t end, vm_prot_t prot);

/*
 * The same for every mapping of a frame: without WRITE the right to write is
 * gone; without READ the mappings are.
 */
void pmap_page_protect(struct machine *m, vm_offset_t pa, vm_prot_t prot);
/* No mapping of the frame has the right to write, and only wired ones are
 * left. */
void pmap_page_spare_wired(struct machine *m, vm_offset_t pa);

/* Has any mapping, past or present, set the bit since it was cleared? */
boolean_t pmap_is_modified(struct machine *m, vm_offset_t pa);
boolean_t pmap_is_referenced(struct machine *m, vm_offset_t pa);
/* Clear it everywhere, cached copies included (G9). */
void pmap_clear_modify(struct machine *m, vm_offset_t pa);
void pmap_clear_reference(struct machine *m, vm_offset_t pa);

/* Contents; the frames are nobody else's at this moment. */
void pmap_zero_page(struct machine *m, vm_offset_t pa);
void pmap_copy_page(struct machine *m, vm_offset_t from, vm_offset_t to);

/* The physical address va translates to (page offset kept), or 0; see
 * pmap_extract_ok for frame number 0. */
vm_offset_t pmap_extract(struct pmap *pmap, vm_offset_t va);
boolean_t pmap_extract_ok(
    struct pmap *pmap, vm_offset_t va, vm_offset_t *pa, vm_prot_t *prot);
/* Wired or not; the mapping must exist. */
void pmap_change_wiring(struct pmap *pmap, vm_offset_t va, boolean_t wired);

/* Advisory: nothing to do here. */
void pmap_copy(struct pmap *to, struct pmap *from, vm_offset_t to_va,
    vm_size_t length, vm_offset_t from_va);
void pmap_pageable(
    struct pmap *pmap, vm_offset_t start, vm_offset_t end, boolean_t pageable);
void pmap_collect(struct pmap *pmap);
/* All deferred invalidations are done: they are, in a synchronous scheme. */
void pmap_update(struct machine *m);

/* How many mappings name the frame now. */
unsigned pmap_mappings(struct machine *m, vm_offset_t pa);

/*
 * At rest (no CPU running): every TLB entry must be allowed by its pmap's
 * table, every table entry be in the reverse map and no more.  Reports
 * violations; returns their number.
 */
unsigned pmap_check(struct machine *m);

/* While the machine is made, after frame_init(): the kernel's pmap.  0 or
 * -1. */
int pmap_init(struct machine *m);
/* At the end, before frame_fini(): all pmaps are gone. */
void pmap_fini(struct machine *m);

/*
 * At rest, for machine_reset(), before frames are put back: as after pmap_init.
 * Only the kernel's pmap is left, nothing translates anything, no CPU is loaded
 * with an address space, every TLB and mailbox is empty.
 */
void pmap_reset(struct machine *m);

#endif /* PMAP_SIM_PMAP_H */
