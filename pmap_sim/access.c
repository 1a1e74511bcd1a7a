/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a user instruction does: TLB, else table, else fault; then the word.
 *
 * FOUND AND USED IN ONE BREATH.  A CPU that comes here is active, and nothing
 * makes it cease to be but a poll (cpu_state.c).  It polls once, before it
 * looks into the TLB.  From there to the touch of the word there is no poll, no
 * lock and no call that has one.  So an initiator that posted after the poll
 * waits, in mach_wait, until this CPU's next poll, and what the CPU found is
 * still true when it uses it.  Keep it so: whatever is added between the poll
 * and the touch must not wait for anything.
 *
 * The fault handler does all of that, so after it everything starts again, on
 * whichever CPU the caller has woken on.
 *
 * THE WALKER is hardware: it takes no lock, it follows the table of its own
 * pmap, and it sets R, and M for a store, with a compare-and-swap, before the
 * TLB has the entry and before the word is touched.  Who wants to clear a bit
 * or a right has stopped this CPU first.
 *
 * STALE.  An entry carries the generation of its frame from before the last
 * look at the table word.  If the frame has another one now, it has been freed
 * while a CPU could still reach it: reported, and the entry is dropped, so that
 * the run goes on with what the table says.
 *
 * User bytes are relaxed atomics.  See frame.h for why that matters.
 */
#include <stdio.h>

#include "pmap_sim/panic.h"
#include "pmap_sim/pmap_table.h"

/* Tell both sides of a stale translation.  Holding nothing. */
static void
access_stale(struct cpu *self, const struct tlb_entry *e, vm_offset_t va)
{
	struct machine *m = self->machine;
	struct frame *frame = &m->frames[e->frame];
	unsigned generation, tag, mappings;
	struct pv_entry first;
	boolean_t in_use;
	char by[64] = "";

	mappings = pmap_mappings(m, ptoa(e->frame));
	frame_enter(frame);
	generation = frame->generation;
	tag = sync_load_relaxed(&frame->tag);
	in_use = frame->in_use;
	first = frame->pv;
	frame_exit(frame);
	if (first.pmap != NULL)
		snprintf(by, sizeof(by), ", first by pmap %u at 0x%lx",
		    first.pmap->serial, first.va);
	violation(m,
	    "stale translation: cpu %u touches va 0x%lx of pmap %u through a "
	    "TLB entry for frame %u; expected generation %u, as when it was "
	    "loaded, found %u; the frame is now %s, tag 0x%x, mapped %u "
	    "times%s",
	    self->id, va, self->pmap->serial, e->frame, e->generation,
	    generation, in_use ? "in use" : "free", tag, mappings, by);
}

/*
 * The table's word for va with note set in it, or 0 if it does not give right.
 * *generation is the frame's, read before the word was last seen unchanged.
 */
static pt_entry_t
access_note(struct machine *m, pt_entry_t *slot, vm_prot_t right,
    pt_entry_t note, unsigned *generation)
{
	pt_entry_t pte = sync_load(slot), seen;

	for (;;) {
		if ((pte & PTE_VALID) == 0 || (pte_rights(pte) & right) == 0)
			return 0;
		*generation = sync_load(&m->frames[pte_frame(pte)].generation);
		seen = pte;
		/* No write to a line that others walk through, if need be. */
		if ((pte & note) != note) {
			if (sync_cas(slot, &pte, pte | note))
				return pte | note;
		} else if ((pte = sync_load(slot)) == seen) {
			return pte;
		}
	}
}

/*
 * Walk the table for the right to do this access, note it there, and load the
 * TLB.  NULL: that is for the fault handler.
 */
static struct tlb_entry *
access_walk(struct cpu *self, vm_offset_t va, vm_prot_t right)
{
	pt_entry_t *slot = pmap_walk(self->pmap, va);
	pt_entry_t note = PTE_REFERENCED, pte;
	unsigned generation;
	struct tlb_entry *e;

	sync_count_own(&self->tlb_misses);
	if (slot == NULL)
		return NULL;
	if (right == VM_PROT_WRITE)
		note |= PTE_MODIFIED;
	pte = access_note(self->machine, slot, right, note, &generation);
	if (pte == 0)
		return NULL;
	e = tlb_slot(&self->tlb, va);
	*e = (struct tlb_entry){
		.vpn = atop(va),
		.epoch = self->tlb.epoch,
		.frame = pte_frame(pte),
		.generation = generation,
		.prot = (unsigned char)pte_rights(pte),
		.modify = (pte & PTE_MODIFIED) != 0,
	};
	return e;
}

static inline boolean_t
access_allowed(const struct tlb_entry *e, vm_prot_t right)
{
	return e != NULL && (e->prot & right) != 0 &&
	       (right != VM_PROT_WRITE || e->modify);
}

static inline boolean_t
access_current(struct machine *m, const struct tlb_entry *e)
{
	return sync_load_relaxed(&m->frames[e->frame].generation) ==
	       e->generation;
}

static inline uint64_t *
access_word(struct machine *m, const struct tlb_entry *e, vm_offset_t va)
{
	vm_offset_t offset = va & PAGE_MASK & ~(vm_offset_t)7;

	return (uint64_t *)(void *)&m->memory[ptoa(e->frame) + offset];
}

/* The word at va, to be touched before anything else; NULL: not without the
 * fault handler. */
static inline uint64_t *
access_find(struct cpu *self, vm_offset_t va, vm_prot_t right)
{
	struct machine *m = self->machine;
	struct tlb_entry *e = tlb_find(&self->tlb, va);

	if (!access_allowed(e, right))
		e = access_walk(self, va, right);
	while (e != NULL && !access_current(m, e)) {
		struct tlb_entry was = *e;

		e->epoch = 0;
		/* This may poll; what is used is found after it. */
		access_stale(self, &was, va);
		e = access_walk(self, va, right);
	}
	return e != NULL ? access_word(m, e, va) : NULL;
}

/* KERN_SUCCESS: try again, on the CPU that runs now. */
static kern_return_t
access_fault(struct cpu *self, vm_offset_t va, vm_prot_t right)
{
	struct machine *m = self->machine;

	sync_count_own(&self->faults);
	if (m->fault == NULL)
		return KERN_INVALID_ADDRESS;
	return m->fault(m->fault_vm, self->space, va, right);
}

/* A user instruction begins, having polled.  It ends, with a fault perhaps, at
 * cpu_undefer(). */
static inline void
access_begin(struct cpu *self)
{
	if (sync_peek(&self->mailbox.update_needed))
		cpu_poll();
	cpu_point(self, SCHED_INSTRUCTION, &self->tlb);
	cpu_defer();
}

kern_return_t
cpu_load(vm_offset_t va, uint64_t *value)
{
	struct cpu *self;
	kern_return_t rv;
	uint64_t *word;

	do {
		self = curcpu();
		if (self->pmap == NULL)
			return KERN_INVALID_ADDRESS;
		access_begin(self);
		word = access_find(self, va, VM_PROT_READ);
		if (word != NULL)
			*value = sync_user_load(word);
		cpu_undefer();
		if (word != NULL) {
			sync_count_own(&self->loads);
			return KERN_SUCCESS;
		}
		rv = access_fault(self, va, VM_PROT_READ);
	} while (rv == KERN_SUCCESS);
	return rv;
}

kern_return_t
cpu_store(vm_offset_t va, uint64_t value)
{
	struct cpu *self;
	kern_return_t rv;
	uint64_t *word;

	do {
		self = curcpu();
		if (self->pmap == NULL)
			return KERN_INVALID_ADDRESS;
		access_begin(self);
		word = access_find(self, va, VM_PROT_WRITE);
		if (word != NULL)
			sync_user_store(word, value);
		cpu_undefer();
		if (word != NULL) {
			sync_count_own(&self->stores);
			return KERN_SUCCESS;
		}
		rv = access_fault(self, va, VM_PROT_WRITE);
	} while (rv == KERN_SUCCESS);
	return rv;
}
