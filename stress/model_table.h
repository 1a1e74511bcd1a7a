/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sparse array of words by page number: four levels of 512, as a page table.
 * A slot, once made, stays where it is until the table is freed.  Making one
 * is lock-free.
 */
#ifndef STRESS_MODEL_TABLE_H
#define STRESS_MODEL_TABLE_H

#include "pmap_sim/types.h"

union model_slot {
	union model_slot *below; /* atomic; in the upper levels */
	uint64_t word;           /* atomic; in the lowest */
};

struct model_table {
	union model_slot root;
};

/* The slot of page number, made on request, or NULL. */
uint64_t *
model_table_slot(struct model_table *table, vm_offset_t page, boolean_t make);
/* Call fn for each slot in [first, last) that is not 0. */
void
model_table_each(struct model_table *table, vm_offset_t first, vm_offset_t last,
    void (*fn)(void *arg, vm_offset_t page, uint64_t *slot), void *arg);
/* Free all; nobody uses it. */
void model_table_fini(struct model_table *table);

#define MODEL_TABLE_END ((vm_offset_t)1 << 36) /* one past the last page */

#endif /* STRESS_MODEL_TABLE_H */
