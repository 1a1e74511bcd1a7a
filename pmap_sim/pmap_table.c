/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables: the tree, and the two words that change it.
 *
 * NODES LIVE AS LONG AS THEIR PMAP.  A walker follows addresses with no lock,
 * so an empty node stays linked until the last reference to the pmap is gone
 * and no CPU is loaded with it.  Then every node is all zero but for the words
 * that held its children; those are zeroed on the way, and the node goes to the
 * pool ready for the next pmap.
 *
 * EMPTY PARTS COST NOTHING.  Each node has a bit for each used slot: a search
 * for what is valid in a range steps from bit to bit, and a range with nothing
 * in it is seen to be empty at the highest level that has no bit there.
 *
 * LOCALITY.  The last leaf is remembered under the lock, so a run of
 * neighbours walks once.
 */
#include "pmap_sim/pmap_table.h"
#include "pmap_sim/panic.h"

#define LEAF_SHIFT NODE_SHIFT(1)

struct cpu *
pmap_lock(struct pmap *pmap)
{
	struct cpu *self = curcpu();

	if (self != NULL)
		cpu_mask(self);
	sync_spin_take(&pmap->lock);
	return self;
}

void
pmap_unlock(struct pmap *pmap, struct cpu *self)
{
	sync_spin_drop(&pmap->lock);
	if (self != NULL)
		cpu_unmask(self);
}

static inline void
node_mark(struct pmap_node *node, unsigned i)
{
	node->used[i / 64] |= 1ul << i % 64;
}

static inline void
node_unmark(struct pmap_node *node, unsigned i)
{
	node->used[i / 64] &= ~(1ul << i % 64);
}

/* The first used slot from i on, or NODE_SLOTS. */
static inline unsigned
node_next(const struct pmap_node *node, unsigned i)
{
	unsigned word = i / 64;
	uint64_t bits = node->used[word] & ~0ul << i % 64;

	while (bits == 0)
		if (++word == NODE_SLOTS / 64)
			return NODE_SLOTS;
		else
			bits = node->used[word];
	return word * 64 + (unsigned)__builtin_ctzl(bits);
}

static struct pmap_node *
node_alloc(struct machine *m)
{
	void *chain;

	if (pool_get(&m->pv_pool->nodes, &chain, 1) == 0)
		return NULL;
	return chain;
}

static inline boolean_t
leaf_cached(struct pmap *pmap, vm_offset_t va)
{
	return pmap->leaf != NULL && pmap->leaf_number == va >> LEAF_SHIFT;
}

static inline void
leaf_cache(struct pmap *pmap, struct pmap_node *leaf, vm_offset_t va)
{
	pmap->leaf = leaf;
	pmap->leaf_number = va >> LEAF_SHIFT;
}

pt_entry_t *
pmap_slot(struct pmap *pmap, vm_offset_t va)
{
	struct pmap_node *node = pmap->root;

	if (leaf_cached(pmap, va))
		return &pmap->leaf->slot[node_index(va, 0)];
	if (va >= PMAP_VA_END)
		return NULL;
	for (unsigned level = NODE_LEVELS - 1; level > 0; level--) {
		if (node == NULL)
			return NULL;
		node = node_child(node, node_index(va, level));
	}
	if (node == NULL)
		return NULL;
	leaf_cache(pmap, node, va);
	return &node->slot[node_index(va, 0)];
}

pt_entry_t *
pmap_slot_make(struct pmap *pmap, vm_offset_t va)
{
	struct pmap_node *node, *child;

	if (leaf_cached(pmap, va))
		return &pmap->leaf->slot[node_index(va, 0)];
	if (pmap->root == NULL)
		sync_store(&pmap->root, node_alloc(pmap->machine));
	node = pmap->root;
	for (unsigned level = NODE_LEVELS - 1; level > 0; level--) {
		unsigned i = node_index(va, level);

		if (node == NULL)
			return NULL;
		child = node_child(node, i);
		if (child == NULL &&
		    (child = node_alloc(pmap->machine)) != NULL) {
			node_mark(node, i);
			/* A walker that finds it finds it zeroed. */
			sync_store(&node->slot[i], (uint64_t)child);
		}
		node = child;
	}
	if (node == NULL)
		return NULL;
	leaf_cache(pmap, node, va);
	return &node->slot[node_index(va, 0)];
}

/*
 * Go down towards *va as far as there is something at or after it.  A leaf
 * that has a valid word is returned with *va at that word; else NULL, and *va
 * is behind what was seen to be empty.
 */
static struct pmap_node *
pmap_descend(struct pmap *pmap, vm_offset_t *va)
{
	struct pmap_node *node = pmap->root;

	for (unsigned level = NODE_LEVELS - 1;; level--) {
		unsigned here = node_index(*va, level);
		unsigned i = node_next(node, here);

		if (i == NODE_SLOTS) {
			*va = ((*va >> NODE_SHIFT(level + 1)) + 1)
			      << NODE_SHIFT(level + 1);
			return NULL;
		}
		if (i != here)
			*va = ((*va >> NODE_SHIFT(level)) - here + i)
			      << NODE_SHIFT(level);
		if (level == 0)
			return node;
		node = node_child(node, i);
	}
}

pt_entry_t *
pmap_next(struct pmap *pmap, vm_offset_t *va, vm_offset_t end)
{
	struct pmap_node *leaf;

	if (end > PMAP_VA_END)
		end = PMAP_VA_END;
	if (pmap->root == NULL || *va >= end)
		return NULL;
	*va = trunc_page(*va);
	if (leaf_cached(pmap, *va)) {
		unsigned here = node_index(*va, 0);
		unsigned i = node_next(pmap->leaf, here);

		*va += (vm_offset_t)(i - here) << PAGE_SHIFT;
		if (*va >= end)
			return NULL;
		if (i < NODE_SLOTS)
			return &pmap->leaf->slot[i];
	}
	do {
		leaf = pmap_descend(pmap, va);
		if (*va >= end)
			return NULL;
	} while (leaf == NULL);
	leaf_cache(pmap, leaf, *va);
	return &leaf->slot[node_index(*va, 0)];
}

/* Zero a node's words and chain it and what is below it before *chain. */
static void
node_prune(struct pmap_node *node, unsigned level, struct pmap_node **chain,
    struct pmap_node **last)
{
	unsigned i = 0;

	while ((i = node_next(node, i)) < NODE_SLOTS) {
		node_prune(node_child(node, i), level - 1, chain, last);
		sync_store_relaxed(&node->slot[i], 0);
		node_unmark(node, i);
	}
	node->next = *chain;
	*chain = node;
	if (*last == NULL)
		*last = node;
}

void
pmap_prune(struct pmap *pmap)
{
	struct pmap_node *root = pmap->root;
	struct pmap_node *chain = NULL, *last = NULL;

	if (root == NULL)
		return;
	pmap->leaf = NULL;
	sync_store(&pmap->root, NULL);
	node_prune(root, NODE_LEVELS - 1, &chain, &last);
	pool_put(&pmap->machine->pv_pool->nodes, chain, last);
}

boolean_t
pte_install(struct pmap *pmap, pt_entry_t *slot, vm_offset_t va, pt_entry_t pte)
{
	struct frame *frame = &pmap->machine->frames[pte_frame(pte)];

	sync_spin_take(&frame->lock);
	while (!pv_add(frame, pmap, va)) {
		if (!pv_refill(pmap)) {
			sync_spin_drop(&frame->lock);
			return FALSE;
		}
	}
	/* Whoever walks to it sees what the kernel put into the frame. */
	sync_store(slot, pte);
	sync_spin_drop(&frame->lock);
	node_mark(pmap->leaf, node_index(va, 0));
	pmap->resident_count++;
	return TRUE;
}

void
pte_remove(struct pmap *pmap, pt_entry_t *slot, vm_offset_t va)
{
	pt_entry_t pte = sync_load_relaxed(slot);
	struct frame *frame = &pmap->machine->frames[pte_frame(pte)];

	sync_spin_take(&frame->lock);
	/* One step: under a scheme that does not park, a walker may have set
	 * a bit since. */
	pte = sync_swap(slot, 0);
	if ((pte & PTE_REFERENCED) != 0)
		frame->attributes |= FRAME_REFERENCED;
	if ((pte & PTE_MODIFIED) != 0)
		frame->attributes |= FRAME_MODIFIED;
	pv_remove(frame, pmap, va);
	sync_spin_drop(&frame->lock);
	node_unmark(pmap->leaf, node_index(va, 0));
	pmap->resident_count--;
}
