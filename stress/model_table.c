/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "pmap_sim/sync.h"
#include "pmap_sim/unseen.h"
#include "stress/model_table.h"
#include "stress/need.h"

#define BITS   9
#define WIDTH  (1u << BITS)
#define LEVELS 4

UNSEEN_BEGIN

static union model_slot *
model_table_below(union model_slot *slot, boolean_t make)
{
	union model_slot *below = sync_load(&slot->below);

	if (below != NULL || !make)
		return below;
	union model_slot *made = need_zeroed(WIDTH, sizeof(*made));

	if (sync_cas(&slot->below, &below, made))
		return made;
	free(made);
	return below;
}

uint64_t *
model_table_slot(struct model_table *table, vm_offset_t page, boolean_t make)
{
	union model_slot *slot = &table->root;

	if (page >= MODEL_TABLE_END)
		return NULL;
	for (int level = LEVELS - 1; level >= 0; level--) {
		slot = model_table_below(slot, make);
		if (slot == NULL)
			return NULL;
		slot += page >> (level * BITS) & (WIDTH - 1);
	}
	return &slot->word;
}

/* A walk: of the pages [first, last). */
struct walk {
	vm_offset_t first, last;
	void (*fn)(void *arg, vm_offset_t page, uint64_t *slot);
	void *arg;
};

/* slot: of `level` levels, the first page of which is base. */
static void
model_table_walk(union model_slot *slot, int level, vm_offset_t base,
    const struct walk *walk)
{
	vm_offset_t span = (vm_offset_t)1 << (level * BITS);

	if (base >= walk->last || base + span <= walk->first)
		return;
	if (level == 0) {
		if (sync_load(&slot->word) != 0)
			walk->fn(walk->arg, base, &slot->word);
		return;
	}
	union model_slot *below = sync_load(&slot->below);

	if (below == NULL)
		return;
	span >>= BITS;
	for (unsigned i = 0; i < WIDTH; i++)
		model_table_walk(below + i, level - 1, base + i * span, walk);
}

void
model_table_each(struct model_table *table, vm_offset_t first, vm_offset_t last,
    void (*fn)(void *arg, vm_offset_t page, uint64_t *slot), void *arg)
{
	struct walk walk = { first, last, fn, arg };

	model_table_walk(&table->root, LEVELS, 0, &walk);
}

static void
model_table_free(union model_slot *slot, int level)
{
	if (level == 0 || slot->below == NULL)
		return;
	for (unsigned i = 0; level > 1 && i < WIDTH; i++)
		model_table_free(slot->below + i, level - 1);
	free(slot->below);
	slot->below = NULL;
}

void
model_table_fini(struct model_table *table)
{
	model_table_free(&table->root, LEVELS);
}

UNSEEN_END
