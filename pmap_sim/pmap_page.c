/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Translations by frame: every mapping of a physical page.
 *
 * THE DIFFICULTY.  The list of mappings is under the frame's lock, which comes
 * after the pmaps' locks, and it is the list that says which pmaps to lock.
 *
 * THE WAY ROUND.  With the frame's lock, note a few mappings that need work and
 * let go.  For each, mask, take its pmap's lock, and look again whether the
 * table still has that page at that address; do the work if so.  Then ask the
 * list for more, behind the last one done, until it has none.
 *
 *	a noted mapping may have gone		the second look says so
 *	a noted pmap may be someone else's	pmaps are type-stable, and the
 *						second look says so again
 *	a mapping may be made meanwhile		it was made after this call; who
 *						must not let that happen holds
 *						the lock of the page's object
 *
 * Behind the last one, not from the front: a program that goes on storing sets
 * M again at once, and clear_modify would never end.
 *
 * READING THE TABLES under the frame's lock alone is sound: a mapping in the
 * list keeps its table (frame.c).
 *
 * A frame that nothing maps is answered with one load.  It reads what the last
 * pv_remove() released, so all that its mappers did to the page is behind it.
 */
#include "pmap_sim/panic.h"
#include "pmap_sim/pmap_table.h"

#define PV_GATHER 16

/* A mapping, when the list was read. */
struct pv_note {
	struct pmap *pmap;
	vm_offset_t va;
};

/* Partner: sync_store() in pv_remove(). */
static inline boolean_t
frame_mapped(struct frame *frame)
{
	return sync_load(&frame->pv.pmap) != NULL;
}

static inline struct pv_entry *
pv_first(struct frame *frame)
{
	return frame->pv.pmap != NULL ? &frame->pv : NULL;
}

/* The word of a mapping that is in the list. */
static inline pt_entry_t
pv_pte(struct pv_entry *pv)
{
	pt_entry_t *slot = pmap_walk(pv->pmap, pv->va);

	return slot != NULL ? sync_load(slot) : 0;
}

/* The mapping behind the one noted; the first, if that has gone. */
static struct pv_entry *
pv_behind(struct frame *frame, const struct pv_note *last)
{
	if (last->pmap != NULL)
		for (struct pv_entry *pv = pv_first(frame); pv != NULL;
		     pv = pv->next)
			if (pv->pmap == last->pmap && pv->va == last->va)
				return pv->next;
	return pv_first(frame);
}

/* Is it a mapping to take bits from: has it any of them, and none of spare? */
static inline boolean_t
pte_concerned(pt_entry_t pte, pt_entry_t bits, pt_entry_t spare)
{
	return (pte & bits) != 0 && (pte & spare) == 0;
}

/* Note up to PV_GATHER such mappings behind last. */
static unsigned
pv_gather(struct frame *frame, pt_entry_t bits, pt_entry_t spare,
    const struct pv_note *last, struct pv_note note[PV_GATHER])
{
	unsigned n = 0;

	frame_enter(frame);
	for (struct pv_entry *pv = pv_behind(frame, last);
	     pv != NULL && n < PV_GATHER; pv = pv->next)
		if (pte_concerned(pv_pte(pv), bits, spare))
			note[n++] = (struct pv_note){ pv->pmap, pv->va };
	frame_exit(frame);
	return n;
}

/* Take bits from one mapping; without VALID there is none. */
static void
pv_take(struct machine *m, unsigned number, const struct pv_note *at,
    pt_entry_t bits, pt_entry_t spare)
{
	struct pmap *pmap = at->pmap;
	struct cpu *self = pmap_lock(pmap);
	pt_entry_t *slot = pmap_slot(pmap, at->va);
	pt_entry_t pte = slot != NULL ? sync_load(slot) : 0;

	if ((pte & PTE_VALID) != 0 && pte_frame(pte) == number &&
	    pte_concerned(pte, bits, spare)) {
		m->shootdown->begin(self, pmap, at->va, at->va + PAGE_SIZE);
		if ((bits & PTE_VALID) != 0)
			pte_remove(pmap, slot, at->va);
		else
			sync_and(slot, ~bits);
		m->shootdown->end(self, pmap, at->va, at->va + PAGE_SIZE);
	}
	pmap_unlock(pmap, self);
}

/* Take bits from every mapping of a frame that has any of them, and none of
 * spare. */
static void
frame_take(
    struct machine *m, struct frame *frame, pt_entry_t bits, pt_entry_t spare)
{
	unsigned number = (unsigned)(frame - m->frames);
	struct pv_note note[PV_GATHER];
	struct pv_note last = { NULL, 0 };
	unsigned n;

	while (frame_mapped(frame) &&
	       (n = pv_gather(frame, bits, spare, &last, note)) > 0) {
		for (unsigned i = 0; i < n; i++)
			pv_take(m, number, &note[i], bits, spare);
		last = note[n - 1];
	}
}

void
pmap_page_protect(struct machine *m, vm_offset_t pa, vm_prot_t prot)
{
	struct frame *frame = frame_of(m, pa);
	const vm_prot_t both = VM_PROT_READ | VM_PROT_WRITE;

	if (frame == NULL || (prot & both) == both)
		return;
	frame_take(
	    m, frame, (prot & VM_PROT_READ) != 0 ? PTE_WRITE : PTE_VALID, 0);
}

void
pmap_page_spare_wired(struct machine *m, vm_offset_t pa)
{
	struct frame *frame = frame_of(m, pa);

	if (frame == NULL)
		return;
	frame_take(m, frame, PTE_WRITE, 0);
	frame_take(m, frame, PTE_VALID, PTE_WIRED);
}

/* Is the bit known from the past, or set in a mapping? */
static boolean_t
frame_has(struct frame *frame, unsigned char attribute, pt_entry_t bit)
{
	boolean_t has;

	if (frame == NULL)
		return FALSE;
	frame_enter(frame);
	has = (frame->attributes & attribute) != 0;
	for (struct pv_entry *pv = pv_first(frame); pv != NULL && !has;
	     pv = pv->next)
		has = (pv_pte(pv) & bit) != 0;
	frame_exit(frame);
	return has;
}

boolean_t
pmap_is_modified(struct machine *m, vm_offset_t pa)
{
	return frame_has(frame_of(m, pa), FRAME_MODIFIED, PTE_MODIFIED);
}

boolean_t
pmap_is_referenced(struct machine *m, vm_offset_t pa)
{
	return frame_has(frame_of(m, pa), FRAME_REFERENCED, PTE_REFERENCED);
}

/*
 * A bit that a TLB has seen set is not set again in the table.  frame_take
 * makes every TLB forget, so the next access finds it clear (G9).
 */
static void
frame_clear(
    struct machine *m, vm_offset_t pa, unsigned char attribute, pt_entry_t bit)
{
	struct frame *frame = frame_of(m, pa);

	if (frame == NULL)
		return;
	frame_enter(frame);
	frame->attributes &= (unsigned char)~attribute;
	frame_exit(frame);
	frame_take(m, frame, bit, 0);
}

void
pmap_clear_modify(struct machine *m, vm_offset_t pa)
{
	frame_clear(m, pa, FRAME_MODIFIED, PTE_MODIFIED);
}

void
pmap_clear_reference(struct machine *m, vm_offset_t pa)
{
	frame_clear(m, pa, FRAME_REFERENCED, PTE_REFERENCED);
}

unsigned
pmap_mappings(struct machine *m, vm_offset_t pa)
{
	struct frame *frame = frame_of(m, pa);
	unsigned n = 0;

	if (frame == NULL)
		return 0;
	frame_enter(frame);
	for (struct pv_entry *pv = pv_first(frame); pv != NULL; pv = pv->next)
		n++;
	frame_exit(frame);
	return n;
}
