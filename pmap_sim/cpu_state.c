/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When a CPU may use a translation, and when it listens.
 *
 * THE RULE.  A CPU is active from the end of cpu_switch() on, in the kernel
 * too, except while it is masked, idle, or parked in the scheme's interrupt
 * handler.  Nothing interrupts it: an interrupt is a line that the CPU looks at
 * when it polls.  So between two polls a CPU may find a translation and use it,
 * and no initiator that asked meanwhile has gone on.
 *
 *	where it polls		why it must
 *	cpu_load, cpu_store	a program may run for ever
 *	cpu_relax*		it waits for somebody who may be waiting for it
 *	cpu_unmask		it was deaf
 *	cpu_idle_exit		it was absent
 *
 * A wait that does none of these (a mutex, a join, a read) has to be entered
 * idle, or an initiator waits as long.
 *
 * Ceasing to be active is a release: it hands to the initiator all that this
 * CPU did to the frames.  Becoming active is the scheme's business.
 */
#include "pmap_sim/machine.h"
#include "pmap_sim/pmap.h"
#include "pmap_sim/shootdown.h"

/* Turns of a spin loop before the core is given away. */
#define CPU_SPINS 100

void
cpu_poll(void)
{
	struct cpu *self = curcpu();

	if (self == NULL || self->masked > 0 ||
	    !sync_peek(&self->mailbox.update_needed) || cpu_interruptible(self))
		return;
	self->machine->shootdown->interrupt(self);
}

void
cpu_relax(void)
{
	cpu_poll();
	sync_pause();
}

void
cpu_relax_after(unsigned spins)
{
	cpu_poll();
	if (spins < CPU_SPINS)
		sync_pause();
	else
		sync_give_way();
}

/* The CPU hears again, unless there is another reason why it should not. */
static void
cpu_resume(struct cpu *cpu)
{
	cpu_defer();
	if (cpu->masked == 0 && !sync_load_relaxed(&cpu->idle))
		cpu->machine->shootdown->resume(cpu);
	cpu_undefer();
}

void
cpu_mask(struct cpu *cpu)
{
	if (cpu->masked++ != 0)
		return;
	cpu_line(cpu);
	sync_store(&cpu->active, 0);
}

void
cpu_unmask(struct cpu *cpu)
{
	cpu->masked--;
	cpu_resume(cpu);
}

void
cpu_idle_enter(void)
{
	struct cpu *self = curcpu();

	if (self == NULL)
		return;
	sync_store(&self->idle, 1);
	cpu_line(self);
	sync_store(&self->active, 0);
}

void
cpu_idle_exit(void)
{
	struct cpu *self = curcpu();

	if (self == NULL)
		return;
	sync_store(&self->idle, 0);
	cpu_resume(self);
}

/*
 * An initiator that reads cpus_using without this CPU in it may go on at once:
 * the TLB is empty by then.  One that reads it with this CPU in it holds the
 * lock that this CPU needed to get in, so it was there first or posts to it.
 */
void
cpu_switch(struct cpu *cpu, struct pmap *pmap, void *space)
{
	unsigned long bit = 1ul << cpu->id;

	cpu->space = space;
	tlb_flush(&cpu->tlb);
	if (cpu->pmap == pmap)
		return;
	cpu_mask(cpu);
	if (cpu->pmap != NULL)
		sync_and(&cpu->pmap->cpus_using, ~bit);
	cpu->pmap = pmap;
	if (pmap != NULL) {
		sync_spin_take(&pmap->lock);
		sync_or(&pmap->cpus_using, bit);
		sync_spin_drop(&pmap->lock);
	}
	cpu_unmask(cpu);
}
