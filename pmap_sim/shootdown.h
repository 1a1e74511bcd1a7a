/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A shootdown scheme: how a CPU that changes a page table gets the other CPUs
 * that use it to forget.  Schemes are found by name; pmap.c calls them and
 * knows no more.
 */
#ifndef PMAP_SIM_SHOOTDOWN_H
#define PMAP_SIM_SHOOTDOWN_H

#include "pmap_sim/cpu.h"
#include "pmap_sim/pmap.h"

struct shootdown {
	const char *name;
	const char *story; /* one line for "vmrace list shootdowns" */
	/*
	 * The running CPU, or NULL for a caller that plays none, is masked and
	 * holds pmap's lock.  After begin it may
	 * change the table for [start, end); after end no CPU will use what
	 * the table said before.
	 */
	void (*begin)(struct cpu *self, struct pmap *pmap, vm_offset_t start,
	    vm_offset_t end);
	void (*end)(struct cpu *self, struct pmap *pmap, vm_offset_t start,
	    vm_offset_t end);
	/* The interrupt handler: the running CPU is not masked. */
	void (*interrupt)(struct cpu *self);
	/* The CPU leaves idleness, or is unmasked: catch up, become active. */
	void (*resume)(struct cpu *self);
};

extern const struct shootdown shootdown_mach;

/* NULL-terminated. */
extern const struct shootdown *const shootdowns[];
const struct shootdown *shootdown_find(const char *name);

#endif /* PMAP_SIM_SHOOTDOWN_H */
