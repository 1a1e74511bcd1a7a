/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One CPU's translation lookaside buffer: set-associative, replaced round
 * robin, private to its CPU (others post actions to the mailbox).
 *
 * An entry caches the right to write and the modified bit: a store through an
 * entry that has both walks no table and sets no bit.  That is what makes
 * clearing a modified bit without a flush lose writes (hazard G9).
 *
 * An entry remembers the generation its frame had when it was loaded.  A
 * touch through an entry whose frame has been freed since is a violation.
 */
#ifndef PMAP_SIM_TLB_H
#define PMAP_SIM_TLB_H

#include "pmap_sim/types.h"

struct cpu;

struct tlb_entry {
	vm_offset_t vpn;      /* virtual page number */
	unsigned epoch;       /* valid iff equal to the TLB's; 0 never is */
	unsigned frame;       /* frame number */
	unsigned generation;  /* of that frame when loaded */
	unsigned char prot;   /* VM_PROT_* */
	unsigned char modify; /* M is known to be set in the table */
};

struct tlb {
	unsigned epoch; /* flush = epoch + 1 */
	unsigned sets, ways;
	unsigned hand;
	struct tlb_entry *entries; /* [sets * ways] */
};

/* An empty TLB of sets (a power of two) by ways; 0, or -1 for want of
 * memory. */
int tlb_init(struct cpu *cpu, unsigned sets, unsigned ways);
void tlb_fini(struct cpu *cpu);

/* The entry for va, or NULL. */
struct tlb_entry *tlb_find(struct tlb *tlb, vm_offset_t va);
/* A slot for va: the one that has it, a free one, or a victim. */
struct tlb_entry *tlb_slot(struct tlb *tlb, vm_offset_t va);
/* Forget [start, end). */
void tlb_flush_range(struct tlb *tlb, vm_offset_t start, vm_offset_t end);
/* Forget everything: one increment. */
void tlb_flush(struct tlb *tlb);

#endif /* PMAP_SIM_TLB_H */
