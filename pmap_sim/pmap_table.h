/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside the pmap module: table words, table nodes, the pools they and the
 * reverse map's links come from.  For pmap_sim/ only.
 *
 * A table is a radix tree of four levels, nine bits of the address each.  A
 * leaf's words are translations, the others' words are the addresses of nodes.
 *
 * Who may do what with a translation:
 *
 *	make or clear it, change its rights	the pmap's lock, and the lock of
 *						the frame it names
 *	change its rights or wiring		the pmap's lock
 *	set R or M				a CPU that walks, with nothing
 *	read it					the pmap's lock; or the frame's
 *						lock and an entry in its reverse
 *						map; or a CPU that is loaded
 *						with the pmap
 */
#ifndef PMAP_SIM_PMAP_TABLE_H
#define PMAP_SIM_PMAP_TABLE_H

#include "pmap_sim/frame.h"
#include "pmap_sim/machine.h"
#include "pmap_sim/pmap.h"
#include "pmap_sim/shootdown.h"

typedef uint64_t pt_entry_t; /* frame number << PAGE_SHIFT | PTE_* */

#define PTE_VALID      1ul
#define PTE_REFERENCED 2ul
#define PTE_MODIFIED   4ul
#define PTE_WIRED      8ul
#define PTE_PROT_SHIFT 4 /* VM_PROT_*, three bits */
#define PTE_PROT       ((pt_entry_t)VM_PROT_ALL << PTE_PROT_SHIFT)
#define PTE_WRITE      ((pt_entry_t)VM_PROT_WRITE << PTE_PROT_SHIFT)

#define PMAP_VA_END ((vm_offset_t)1 << PMAP_VA_BITS)

#define NODE_BITS   9
#define NODE_SLOTS  (1u << NODE_BITS)
#define NODE_LEVELS 4
/* How much of an address a slot of this level answers for; a leaf's is 0. */
#define NODE_SHIFT(level) (PAGE_SHIFT + NODE_BITS * (level))

struct pmap_node {
	struct pmap_node *next;                 /* of the pool's chain */
	uint64_t used[NODE_SLOTS / 64];         /* the pmap's lock */
	_Alignas(64) uint64_t slot[NODE_SLOTS]; /* atomic */
};

static inline pt_entry_t
pte_prot(vm_prot_t prot)
{
	return (pt_entry_t)(prot & VM_PROT_ALL) << PTE_PROT_SHIFT;
}

static inline vm_prot_t
pte_rights(pt_entry_t pte)
{
	return (vm_prot_t)((pte & PTE_PROT) >> PTE_PROT_SHIFT);
}

static inline unsigned
pte_frame(pt_entry_t pte)
{
	return (unsigned)(pte >> PAGE_SHIFT);
}

static inline unsigned
node_index(vm_offset_t va, unsigned level)
{
	return (va >> NODE_SHIFT(level)) & (NODE_SLOTS - 1);
}

static inline struct pmap_node *
node_child(struct pmap_node *node, unsigned i)
{
	return (struct pmap_node *)sync_load(&node->slot[i]);
}

/*
 * The word for va, or NULL: what the hardware does.  Needs no lock, but one of
 * the reasons above why the nodes will not go away.
 */
static inline pt_entry_t *
pmap_walk(struct pmap *pmap, vm_offset_t va)
{
	struct pmap_node *node = sync_load(&pmap->root);

	if (va >= PMAP_VA_END)
		return NULL;
	for (unsigned level = NODE_LEVELS - 1; node != NULL; level--) {
		if (level == 0)
			return &node->slot[node_index(va, 0)];
		node = node_child(node, node_index(va, level));
	}
	return NULL;
}

/* --- With the pmap's lock ------------------------------------------------ */

/* Leave the active, take the lock.  Returns the running CPU, or NULL. */
struct cpu *pmap_lock(struct pmap *pmap);
void pmap_unlock(struct pmap *pmap, struct cpu *self);

/* The word for va, or NULL.  Its leaf is pmap->leaf then. */
pt_entry_t *pmap_slot(struct pmap *pmap, vm_offset_t va);
/* The same; makes what is missing.  NULL for want of memory. */
pt_entry_t *pmap_slot_make(struct pmap *pmap, vm_offset_t va);
/* The first valid word from *va on and below end, or NULL; *va is its address,
 * pmap->leaf its leaf. */
pt_entry_t *pmap_next(struct pmap *pmap, vm_offset_t *va, vm_offset_t end);
/* Give all nodes back.  Nothing is valid. */
void pmap_prune(struct pmap *pmap);

/*
 * Make an invalid word translate to the frame of pte; FALSE for want of
 * memory.  pmap_slot_make() has just returned it.
 */
boolean_t pte_install(
    struct pmap *pmap, pt_entry_t *slot, vm_offset_t va, pt_entry_t pte);
/*
 * Make a valid word invalid and keep what it knew of its frame.  The shootdown
 * is the caller's; pmap_slot() or pmap_next() has just returned the word.
 */
void pte_remove(struct pmap *pmap, pt_entry_t *slot, vm_offset_t va);

/* --- The reverse map: with the frame's and the pmap's lock --------------- */

/* FALSE: it needs an entry and pmap has no spare one. */
boolean_t pv_add(struct frame *frame, struct pmap *pmap, vm_offset_t va);
void pv_remove(struct frame *frame, struct pmap *pmap, vm_offset_t va);

/* With the pmap's lock: some spare entries; FALSE for want of memory. */
boolean_t pv_refill(struct pmap *pmap);
/* All of them back to the pool. */
void pv_return(struct pmap *pmap);

/* --- Pools of things of one size ----------------------------------------- */

/*
 * What is given back goes to the next who asks, as it is but for its first
 * word.  What was never used is zero.
 */
struct pool {
	struct sync_spin lock; /* a leaf below frames */
	void *free;            /* a chain through first words */
	char *fresh, *end;     /* not yet cut up */
	struct pool_chunk *chunks;
	size_t size; /* of one thing */
	long budget; /* chunks that may still be made; tests say 0 */
};

/* What the module's memory comes from: machine->pv_pool. */
struct pv_pool {
	struct pool entries;
	struct pool nodes;
};

/* A chain of up to n; returns how many. */
unsigned pool_get(struct pool *pool, void **chain, unsigned n);
/* A chain, from its first to its last. */
void pool_put(struct pool *pool, void *first, void *last);

#endif /* PMAP_SIM_PMAP_TABLE_H */
