/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pmap oracle: at rest, three records of the same thing must agree.
 *
 *	a TLB entry	is allowed by the table of its CPU's pmap, now, unless
 *			that CPU has been told and has not looked yet
 *	a table word	is in its frame's reverse map, once; its frame is in use
 *	a reverse map	names valid words only, of that frame
 *
 * Everything is read without locks.
 */
#include "pmap_sim/panic.h"
#include "pmap_sim/pmap_table.h"

static unsigned
check_frame_of(struct pmap *pmap, vm_offset_t va, pt_entry_t pte)
{
	struct machine *m = pmap->machine;
	unsigned number = pte_frame(pte), times = 0, bad = 0;
	struct frame *frame = &m->frames[number];

	if (frame->pv.pmap != NULL)
		for (struct pv_entry *pv = &frame->pv; pv != NULL;
		     pv = pv->next)
			times += pv->pmap == pmap && pv->va == va;
	if (times != 1) {
		bad++;
		violation(m,
		    "pmap %u va 0x%lx: expected once in the reverse map of "
		    "frame %u, found %u times",
		    pmap->serial, va, number, times);
	}
	if (!frame->in_use) {
		bad++;
		violation(m,
		    "pmap %u va 0x%lx (I11): expected a frame in use, found "
		    "free frame %u",
		    pmap->serial, va, number);
	}
	return bad;
}

static unsigned
check_pmap(struct pmap *pmap)
{
	vm_offset_t va = 0;
	pt_entry_t *slot;
	long resident = 0;
	unsigned bad = 0;

	for (; (slot = pmap_next(pmap, &va, PMAP_VA_END)) != NULL;
	     va += PAGE_SIZE) {
		resident++;
		bad += check_frame_of(pmap, va, sync_load(slot));
	}
	if (resident != pmap->resident_count) {
		bad++;
		violation(pmap->machine,
		    "pmap %u: expected resident_count %ld, found %ld words",
		    pmap->serial, pmap->resident_count, resident);
	}
	return bad;
}

static unsigned
check_reverse_map(struct machine *m, unsigned number)
{
	struct frame *frame = &m->frames[number];
	unsigned bad = 0;

	if (frame->pv.pmap == NULL)
		return 0;
	for (struct pv_entry *pv = &frame->pv; pv != NULL; pv = pv->next) {
		pt_entry_t *slot = pmap_walk(pv->pmap, pv->va);
		pt_entry_t pte = slot != NULL ? sync_load(slot) : 0;

		if ((pte & PTE_VALID) != 0 && pte_frame(pte) == number)
			continue;
		bad++;
		violation(m,
		    "frame %u: expected a word in pmap %u va 0x%lx, found "
		    "0x%lx",
		    number, pv->pmap->serial, pv->va, (unsigned long)pte);
	}
	return bad;
}

/* Has the CPU been told to forget va, and not done so yet? */
static boolean_t
posted(struct cpu *cpu, vm_offset_t va)
{
	struct cpu_mailbox *box = &cpu->mailbox;

	for (unsigned i = 0; i < box->count; i++)
		if (box->action[i].pmap == cpu->pmap &&
		    va >= trunc_page(box->action[i].start) &&
		    va < box->action[i].end)
			return TRUE;
	return box->flush_all;
}

static unsigned
check_tlb_entry(struct cpu *cpu, struct tlb_entry *e)
{
	struct machine *m = cpu->machine;
	vm_offset_t va = ptoa(e->vpn);
	pt_entry_t *slot, pte, need = PTE_VALID | PTE_REFERENCED;

	if (e->epoch != cpu->tlb.epoch || posted(cpu, va))
		return 0;
	need |= pte_prot(e->prot) | (e->modify ? PTE_MODIFIED : 0);
	slot = cpu->pmap != NULL ? pmap_walk(cpu->pmap, va) : NULL;
	pte = slot != NULL ? sync_load(slot) : 0;
	if ((pte & need) == need && pte_frame(pte) == e->frame &&
	    m->frames[e->frame].generation == e->generation)
		return 0;
	violation(m,
	    "cpu %u: TLB has va 0x%lx frame %u generation %u prot %u modify "
	    "%u; expected a table word that allows it, found 0x%lx in pmap %d, "
	    "generation %u",
	    cpu->id, va, e->frame, e->generation, e->prot, e->modify,
	    (unsigned long)pte, cpu->pmap != NULL ? (int)cpu->pmap->serial : -1,
	    m->frames[e->frame].generation);
	return 1;
}

unsigned
pmap_check(struct machine *m)
{
	unsigned bad = 0;

	for (struct pmap *p = m->pmap_all; p != NULL; p = p->next_all)
		bad += check_pmap(p);
	for (unsigned i = 0; i < frame_count(m); i++)
		bad += check_reverse_map(m, i);
	for (unsigned i = 0; i < m->ncpus; i++) {
		struct tlb *tlb = &m->cpus[i].tlb;

		for (unsigned j = 0; j < tlb->sets * tlb->ways; j++)
			bad += check_tlb_entry(&m->cpus[i], &tlb->entries[j]);
	}
	return bad;
}
