/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheme "mach": stop the others, change the table, let them go (Black,
 * Rashid, Golub, Hill and Baron, ASPLOS 1989; substrate.md section 7.1).
 *
 *	initiator, CPU 0			responder, CPU 1
 *	----------------			----------------
 *	masked: not active
 *	takes the pmap's lock
 *	posts the range, raises the line
 *	waits					polls: sees the line
 *	waits					not active
 *	CPU 1 is not active: goes on		forgets what was posted
 *	forgets its own entries			waits: the lock is held
 *	changes the table			waits
 *	drops the lock				sees it free
 *						active
 *
 * WHY THE RESPONDER WAITS.  A walk of its own could load an old entry again, or
 * set R or M in a word the initiator is about to overwrite.  Parked, it does
 * neither.  So: stop everybody, then change, then let them go.
 *
 * FORGET, THEN WAIT.  Mach waits first.  There a second initiator that comes
 * between the wait and the queue leaves an interrupt pending, and the responder
 * is back in its handler before it touches anything.  Here the line is the
 * interrupt, and emptying the queue lowers it:
 *
 *	initiator				responder, parked
 *						sees the lock free
 *	takes the lock, posts, raises the line
 *						empties the queue, lowers the
 *						line: active, while the table
 *						changes
 *
 * A post is made with the lock held.  Who waits for the lock after he has read
 * the post has therefore waited for the update.
 *
 * NO POST IS MISSED.  A CPU becomes active, then looks at its line; an
 * initiator raises the line, then looks at active.  All four accesses are
 * sequentially consistent, so one of the two sees the other.  Ceasing to be
 * active needs no such care: seen late, it is only waited for.
 *
 * NO TWO INITIATORS WAIT FOR EACH OTHER.  Whoever holds or wants a pmap lock
 * is masked and not active, so nobody waits for it; what was posted to it
 * meanwhile it does when it is unmasked.
 *
 * AN IDLE CPU is posted to and not interrupted.  Not being active it is not
 * waited for.  Its line is up when it wakes, and resume waits out the update
 * and forgets before the CPU is active.
 *
 * A CPU THAT LEAVES the pmap (cpu_switch) forgets everything and then takes
 * its bit from cpus_using, and becomes active with another table.  Hence the
 * wait looks at both words.  It cannot come back: that takes the lock.
 *
 * THE QUEUE is short.  One action too many and the CPU forgets everything,
 * which is slower and as right.
 *
 * Blind to: what a scheme that does not park would show.  M set by a walker
 * between the initiator's read and its write of an entry cannot happen here.
 */
#include "pmap_sim/held.h"
#include "pmap_sim/machine.h"
#include "pmap_sim/shootdown.h"

/* Partners: mach_resume() in the CPU that is written to. */
static void
mach_post(
    struct cpu *cpu, struct pmap *pmap, vm_offset_t start, vm_offset_t end)
{
	struct machine_stats *stats = &cpu->machine->stats;
	struct cpu_mailbox *box = &cpu->mailbox;

	event_count(EVENT_ipis);
	sync_spin_take(&box->lock);
	if (box->count < CPU_ACTIONS) {
		box->action[box->count++] =
		    (struct cpu_action){ pmap, start, end };
	} else if (!box->flush_all) {
		box->flush_all = TRUE;
		sync_count(&stats->queue_overflows);
	}
	cpu_point(cpu, SCHED_SEND, &box->update_needed);
	__atomic_store_n(&box->update_needed, 1, __ATOMIC_SEQ_CST);
	cpu_line(cpu);
	sync_spin_drop(&box->lock);

	if (sync_load(&cpu->idle))
		sync_count(&stats->ipis_idle);
	else
		sync_count(&stats->ipis);
}

static boolean_t
mach_active(struct cpu *cpu)
{
	cpu_point(cpu, SCHED_LOAD, &cpu->active);
	return __atomic_load_n(&cpu->active, __ATOMIC_SEQ_CST) != 0;
}

/* Until cpu can use no translation of pmap, or has done with pmap. */
static void
mach_wait(struct cpu *cpu, struct pmap *pmap)
{
	unsigned long bit = 1ul << cpu->id;
	struct held *held = NULL;
	unsigned spins = 0;

	while (mach_active(cpu) && !cpu_spins(cpu) &&
	       (sync_load(&pmap->cpus_using) & bit) != 0) {
		cpu_relax_after(spins++);
		if (spins == HELD_SPINS)
			held = held_wait(HELD_CPU, cpu, NULL);
	}
	held_wait_over(held);
}

static void
mach_begin(
    struct cpu *self, struct pmap *pmap, vm_offset_t start, vm_offset_t end)
{
	struct machine *m = pmap->machine;
	unsigned long bit = self != NULL ? 1ul << self->id : 0;
	unsigned long using = sync_load(&pmap->cpus_using);
	unsigned long others = using & ~bit;

	if (others != 0) {
		event_count(EVENT_shootdowns);
		sync_count(&m->stats.shootdowns);
	}
	for (unsigned long set = others; set != 0; set &= set - 1)
		mach_post(&m->cpus[__builtin_ctzl(set)], pmap, start, end);
	for (unsigned long set = others; set != 0; set &= set - 1)
		mach_wait(&m->cpus[__builtin_ctzl(set)], pmap);
	if ((using & bit) != 0)
		tlb_flush_range(&self->tlb, start, end);
}

/* The lock, dropped, is what the parked wait for. */
static void
mach_end(
    struct cpu *self, struct pmap *pmap, vm_offset_t start, vm_offset_t end)
{
	(void)self;
	(void)pmap;
	(void)start;
	(void)end;
}

/* Read only: a parked CPU must not slow the holder down. */
static void
mach_await_update(struct pmap *pmap)
{
	struct held *held = NULL;
	unsigned spins = 0;

	while (sync_spin_is_held(&pmap->lock)) {
		cpu_relax_after(spins++);
		if (spins == HELD_SPINS)
			held = held_wait_spin(pmap, &pmap->lock);
	}
	held_wait_over(held);
}

/* Do what was posted.  A post for an earlier pmap of this CPU asks nothing:
 * the TLB has been emptied since. */
static void
mach_process(struct cpu *self)
{
	struct cpu_mailbox *box = &self->mailbox;

	sync_spin_take(&box->lock);
	if (box->flush_all)
		tlb_flush(&self->tlb);
	for (unsigned i = 0; i < box->count && !box->flush_all; i++)
		if (box->action[i].pmap == self->pmap)
			tlb_flush_range(&self->tlb, box->action[i].start,
			    box->action[i].end);
	box->count = 0;
	box->flush_all = FALSE;
	sync_store(&box->update_needed, 0);
	sync_spin_drop(&box->lock);
}

/* Masked while at it: the spins inside must not come back here. */
static void
mach_resume(struct cpu *self)
{
	self->masked++;
	for (;;) {
		while (sync_load(&self->mailbox.update_needed)) {
			mach_process(self);
			if (self->pmap != NULL)
				mach_await_update(self->pmap);
			mach_await_update(self->machine->kernel_pmap);
		}
		/* Partners: the line in mach_post, the look in mach_wait. */
		cpu_point(self, SCHED_STORE, &self->active);
		__atomic_store_n(&self->active, 1, __ATOMIC_SEQ_CST);
		cpu_point(self, SCHED_LOAD, &self->mailbox.update_needed);
		if (!__atomic_load_n(
			&self->mailbox.update_needed, __ATOMIC_SEQ_CST))
			break;
		sync_store(&self->active, 0);
	}
	self->masked--;
}

static void
mach_interrupt(struct cpu *self)
{
	if (sync_load_relaxed(&self->idle))
		return;
	/* The acknowledgement: release what this CPU did to its frames. */
	sync_ack(&self->active);
	mach_resume(self);
}

const struct shootdown shootdown_mach = {
	.name = "mach",
	.story = "stop every user of the table, change it, let them go",
	.begin = mach_begin,
	.end = mach_end,
	.interrupt = mach_interrupt,
	.resume = mach_resume,
};
