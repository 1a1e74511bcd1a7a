/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which parts of an address space are mapped, to what and how: a sorted array
 * of regions.  The program's side of the VM's map: knows nothing of objects,
 * shadows or locks, so that it can be right when they are wrong.
 *
 * Nothing here synchronises.  Finders may run together; changers alone.
 */
#ifndef STRESS_LAYOUT_H
#define STRESS_LAYOUT_H

#include "pmap_sim/types.h"

struct region {
	vm_offset_t start, end;
	void *backing;      /* what is mapped; NULL: private memory */
	vm_offset_t offset; /* of start in the backing; 0 without one */
	vm_prot_t prot;
	boolean_t shared; /* changes are the backing's */
};

struct layout {
	struct region *regions; /* sorted, disjoint */
	unsigned count, room;
};

void layout_fini(struct layout *layout);
void layout_copy(struct layout *to, const struct layout *from);

/* The region that holds address, or NULL. */
const struct region *
layout_find(const struct layout *layout, vm_offset_t address);
/* The first region that ends after address, or NULL; for walks. */
const struct region *
layout_from(const struct layout *layout, vm_offset_t address);

/* Put region in place of what is there. */
void layout_map(struct layout *layout, struct region region);
void layout_unmap(struct layout *layout, vm_offset_t start, vm_offset_t end);
void layout_protect(
    struct layout *layout, vm_offset_t start, vm_offset_t end, vm_prot_t prot);
/* mremap of one mapping; FALSE if [from, from + old_size) is not mapped by
 * neighbours that continue each other. */
boolean_t layout_move(struct layout *layout, vm_offset_t from,
    vm_size_t old_size, vm_offset_t to, vm_size_t new_size);

#endif /* STRESS_LAYOUT_H */
