/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translations by address: what substrate.md section 7 asks of a pmap.
 *
 * EVERY CHANGE has this shape:
 *
 *	pmap_lock		the CPU is masked and not active, then locked
 *	find what there is	nothing to change: nobody is told
 *	shootdown begin		now no CPU uses or walks this range
 *	change
 *	shootdown end
 *	pmap_unlock		and the CPU does what was posted to it
 *
 * Who only makes a translation, or adds rights to one, tells nobody: no TLB can
 * hold what was not valid, and a CPU that finds its entry short of a right
 * walks again.  One that adds rights does so with a compare-and-swap, for CPUs
 * that are not parked set R and M meanwhile.
 *
 * ORDER.  pmap->lock > frame->lock.  Both are leaves to everybody above, and no
 * two of a kind are held together.
 *
 * PMAPS ARE TYPE-STABLE.  One that is destroyed goes to machine->pmap_free with
 * its lock, to be the next that is created.  Who has noted (pmap, va) in a
 * reverse map and let go of it may therefore take that pmap's lock at any later
 * time and look again (pmap_page.c).
 */
#include <stdlib.h>

#include "pmap_sim/panic.h"
#include "pmap_sim/pmap_table.h"

static inline void
shootdown_begin(
    struct cpu *self, struct pmap *pmap, vm_offset_t start, vm_offset_t end)
{
	pmap->machine->shootdown->begin(self, pmap, start, end);
}

static inline void
shootdown_end(
    struct cpu *self, struct pmap *pmap, vm_offset_t start, vm_offset_t end)
{
	pmap->machine->shootdown->end(self, pmap, start, end);
}

/* --- Life ---------------------------------------------------------------- */

/* One that has been used before, or NULL. */
static struct pmap *
pmap_reuse(struct machine *m)
{
	struct pmap *pmap;

	sync_spin_take(&m->pmap_list_lock);
	pmap = m->pmap_free;
	if (pmap != NULL) {
		m->pmap_free = pmap->next_free;
		pmap->serial = m->pmap_serial++;
	}
	sync_spin_drop(&m->pmap_list_lock);
	return pmap;
}

static struct pmap *
pmap_alloc(struct machine *m)
{
	/* Lines of its own: CPUs in different pmaps must not meet. */
	size_t bytes =
	    (sizeof(struct pmap) + SYNC_APART - 1) & ~(size_t)(SYNC_APART - 1);
	struct pmap *pmap = aligned_alloc(SYNC_APART, bytes);

	if (pmap == NULL)
		return NULL;
	*pmap = (struct pmap){ .machine = m };
	sync_spin_init(&pmap->lock);
	sync_spin_take(&m->pmap_list_lock);
	pmap->serial = m->pmap_serial++;
	pmap->next_all = m->pmap_all;
	m->pmap_all = pmap;
	sync_spin_drop(&m->pmap_list_lock);
	return pmap;
}

struct pmap *
pmap_create(struct machine *m)
{
	struct pmap *pmap = pmap_reuse(m);

	if (pmap == NULL)
		pmap = pmap_alloc(m);
	if (pmap != NULL)
		sync_store(&pmap->ref_count, 1);
	return pmap;
}

void
pmap_reference(struct pmap *pmap)
{
	sync_add(&pmap->ref_count, 1);
}

/* No translation, no node, no spare entry. */
static void
pmap_empty(struct pmap *pmap)
{
	struct cpu *self;

	pmap_remove(pmap, 0, PMAP_VA_END);
	self = pmap_lock(pmap);
	pmap_prune(pmap);
	pv_return(pmap);
	pmap_unlock(pmap, self);
}

void
pmap_destroy(struct pmap *pmap)
{
	struct machine *m;
	unsigned long using;

	if (pmap == NULL || sync_add(&pmap->ref_count, -1) > 0)
		return;
	m = pmap->machine;
	using = sync_load(&pmap->cpus_using);
	if (using != 0)
		panic(m, "pmap_destroy: pmap %u is loaded on CPUs 0x%lx",
		    pmap->serial, using);
	pmap_empty(pmap);
	sync_spin_take(&m->pmap_list_lock);
	pmap->next_free = m->pmap_free;
	m->pmap_free = pmap;
	sync_spin_drop(&m->pmap_list_lock);
}

int
pmap_init(struct machine *m)
{
	m->kernel_pmap = pmap_create(m);
	return m->kernel_pmap != NULL ? 0 : -1;
}

void
pmap_fini(struct machine *m)
{
	struct pmap *next;

	for (struct pmap *pmap = m->pmap_all; pmap != NULL; pmap = next) {
		next = pmap->next_all;
		sync_spin_fini(&pmap->lock);
		free(pmap);
	}
	m->pmap_all = m->pmap_free = m->kernel_pmap = NULL;
}

void
pmap_reset(struct machine *m)
{
	for (unsigned i = 0; i < m->ncpus; i++) {
		struct cpu *cpu = &m->cpus[i];

		cpu->pmap = NULL;
		cpu->space = NULL;
		cpu->mailbox.count = 0;
		cpu->mailbox.flush_all = FALSE;
		sync_store(&cpu->mailbox.update_needed, 0);
		tlb_flush(&cpu->tlb);
	}
	m->pmap_free = NULL;
	m->pmap_serial = 0;
	for (struct pmap *pmap = m->pmap_all; pmap != NULL;
	     pmap = pmap->next_all) {
		sync_store(&pmap->cpus_using, 0);
		pmap_empty(pmap);
		if (pmap == m->kernel_pmap) {
			sync_store(&pmap->ref_count, 1);
			pmap->serial = m->pmap_serial++;
			continue;
		}
		sync_store(&pmap->ref_count, 0);
		pmap->next_free = m->pmap_free;
		m->pmap_free = pmap;
	}
}

/* --- Making -------------------------------------------------------------- */

/* A valid word gets want's rights and wiring, and keeps R and M. */
static void
pte_change(struct cpu *self, struct pmap *pmap, pt_entry_t *slot,
    vm_offset_t va, pt_entry_t want)
{
	pt_entry_t old = sync_load(slot);
	pt_entry_t differ = (old ^ want) & (PTE_PROT | PTE_WIRED);

	if (differ == 0)
		return;
	if ((old & differ & PTE_PROT) != 0)
		shootdown_begin(self, pmap, va, va + PAGE_SIZE);
	while (!sync_cas(slot, &old, old ^ differ))
		continue;
	if ((old & differ & PTE_PROT) != 0)
		shootdown_end(self, pmap, va, va + PAGE_SIZE);
}

static kern_return_t
pmap_enter_locked(
    struct cpu *self, struct pmap *pmap, vm_offset_t va, pt_entry_t want)
{
	pt_entry_t *slot = pmap_slot_make(pmap, va);
	pt_entry_t old;

	if (slot == NULL)
		return KERN_RESOURCE_SHORTAGE;
	old = sync_load(slot);
	if ((old & PTE_VALID) != 0 && pte_frame(old) == pte_frame(want)) {
		pte_change(self, pmap, slot, va, want);
		return KERN_SUCCESS;
	}
	if ((old & PTE_VALID) != 0) {
		shootdown_begin(self, pmap, va, va + PAGE_SIZE);
		pte_remove(pmap, slot, va);
		shootdown_end(self, pmap, va, va + PAGE_SIZE);
	}
	if (!pte_install(pmap, slot, va, want))
		return KERN_RESOURCE_SHORTAGE;
	return KERN_SUCCESS;
}

kern_return_t
pmap_enter(struct pmap *pmap, vm_offset_t va, vm_offset_t pa, vm_prot_t prot,
    boolean_t wired)
{
	struct cpu *self;
	kern_return_t rv;

	if (va >= PMAP_VA_END || frame_of(pmap->machine, pa) == NULL)
		return KERN_INVALID_ARGUMENT;
	self = pmap_lock(pmap);
	rv = pmap_enter_locked(self, pmap, trunc_page(va),
	    trunc_page(pa) | pte_prot(prot) | (wired ? PTE_WIRED : 0) |
		PTE_VALID);
	pmap_unlock(pmap, self);
	return rv;
}

/* --- Taking away --------------------------------------------------------- */

void
pmap_remove(struct pmap *pmap, vm_offset_t start, vm_offset_t end)
{
	vm_offset_t va = trunc_page(start), first;
	pt_entry_t *slot;
	struct cpu *self;

	if (pmap == NULL)
		return;
	self = pmap_lock(pmap);
	slot = pmap_next(pmap, &va, end);
	first = va;
	if (slot != NULL) {
		shootdown_begin(self, pmap, first, end);
		for (; slot != NULL; slot = pmap_next(pmap, &va, end)) {
			pte_remove(pmap, slot, va);
			va += PAGE_SIZE;
		}
		shootdown_end(self, pmap, first, end);
	}
	pmap_unlock(pmap, self);
}

/* The first valid word from *va on, below end, that has any of bits. */
static pt_entry_t *
pmap_next_with(
    struct pmap *pmap, vm_offset_t *va, vm_offset_t end, pt_entry_t bits)
{
	pt_entry_t *slot;

	while ((slot = pmap_next(pmap, va, end)) != NULL) {
		if ((sync_load_relaxed(slot) & bits) != 0)
			return slot;
		*va += PAGE_SIZE;
	}
	return NULL;
}

void
pmap_protect(
    struct pmap *pmap, vm_offset_t start, vm_offset_t end, vm_prot_t prot)
{
	pt_entry_t lose = pte_prot(~prot);
	vm_offset_t va = trunc_page(start), first;
	pt_entry_t *slot;
	struct cpu *self;

	if (pmap == NULL || (prot & VM_PROT_WRITE) != 0)
		return;
	if ((prot & VM_PROT_ALL) == VM_PROT_NONE) {
		pmap_remove(pmap, start, end);
		return;
	}
	self = pmap_lock(pmap);
	slot = pmap_next_with(pmap, &va, end, lose);
	first = va;
	if (slot != NULL) {
		shootdown_begin(self, pmap, first, end);
		while (slot != NULL) {
			sync_and(slot, ~lose);
			va += PAGE_SIZE;
			slot = pmap_next_with(pmap, &va, end, lose);
		}
		shootdown_end(self, pmap, first, end);
	}
	pmap_unlock(pmap, self);
}

/* --- Asking -------------------------------------------------------------- */

boolean_t
pmap_extract_ok(
    struct pmap *pmap, vm_offset_t va, vm_offset_t *pa, vm_prot_t *prot)
{
	/* The caller's reference keeps the nodes. */
	pt_entry_t *slot = pmap_walk(pmap, va);
	pt_entry_t pte = slot != NULL ? sync_load(slot) : 0;

	if ((pte & PTE_VALID) == 0)
		return FALSE;
	*pa = ptoa(pte_frame(pte)) | (va & PAGE_MASK);
	*prot = pte_rights(pte);
	return TRUE;
}

vm_offset_t
pmap_extract(struct pmap *pmap, vm_offset_t va)
{
	vm_offset_t pa;
	vm_prot_t prot;

	return pmap_extract_ok(pmap, va, &pa, &prot) ? pa : 0;
}

/* No TLB knows of wiring, so nobody is told. */
void
pmap_change_wiring(struct pmap *pmap, vm_offset_t va, boolean_t wired)
{
	struct cpu *self = pmap_lock(pmap);
	pt_entry_t *slot = pmap_slot(pmap, va);
	boolean_t valid = slot != NULL && (sync_load(slot) & PTE_VALID) != 0;

	if (valid && wired)
		sync_or(slot, PTE_WIRED);
	else if (valid)
		sync_and(slot, ~PTE_WIRED);
	pmap_unlock(pmap, self);
	if (!valid)
		panic(pmap->machine,
		    "pmap_change_wiring: pmap %u does not map 0x%lx",
		    pmap->serial, va);
}

void
pmap_copy(struct pmap *to, struct pmap *from, vm_offset_t to_va,
    vm_size_t length, vm_offset_t from_va)
{
	(void)to;
	(void)from;
	(void)to_va;
	(void)length;
	(void)from_va;
}

void
pmap_pageable(
    struct pmap *pmap, vm_offset_t start, vm_offset_t end, boolean_t pageable)
{
	(void)pmap;
	(void)start;
	(void)end;
	(void)pageable;
}

void
pmap_collect(struct pmap *pmap)
{
	(void)pmap;
}

void
pmap_update(struct machine *m)
{
	(void)m;
}
