/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which CPU runs: controlled back end.
 *
 * Task i plays CPU i.  The main stack, which builds a scene and looks at what
 * became of it, plays whichever CPU it has attached last; meanwhile all others
 * are idle, or an initiator there would wait for ever.
 *
 * INTERRUPTS, if the machine has them (machine_config): a CPU's line is up
 * while it can be interrupted and something was posted to it, and then the
 * scheduler decides when, at whatever point the CPU is: in the VM, with locks
 * held, in the middle of a turn of a spin loop.  It cannot be while it is
 * masked, idle, or in what must not be divided.  Without them a CPU is
 * interrupted where it polls.
 */
#include "pmap_sim/cpu.h"

#include <stddef.h>

#include "pmap_sim/machine.h"
#include "pmap_sim/panic.h"
#include "pmap_sim/shootdown.h"
#include "pmap_sim/thread_impl.h"

UNSEEN_BEGIN

/* The machine that is played, and whom the main stack plays. */
static __thread struct machine *played;
static __thread struct cpu *main_cpu;

__attribute__((noinline)) struct cpu *
curcpu(void)
{
	if (sched_running() == NULL)
		return main_cpu;
	return sched_self() < played->ncpus ? &played->cpus[sched_self()]
					    : NULL;
}

/* Another CPU's state is read here, by whoever posts to it. */
void
cpu_line_changed(struct cpu *cpu)
{
	sched_line(cpu->id,
	    sync_peek(&cpu->mailbox.update_needed) != 0 && cpu->masked == 0 &&
		cpu->deferred == 0 && !sync_peek(&cpu->idle),
	    &cpu->mailbox.update_needed);
}

UNSEEN_END

void
cpu_defer(void)
{
	struct cpu *self;

	if (played == NULL || !played->config.interrupts ||
	    (self = curcpu()) == NULL)
		return;
	self->deferred++;
	cpu_line_changed(self);
}

void
cpu_undefer(void)
{
	struct cpu *self;

	if (played == NULL || !played->config.interrupts ||
	    (self = curcpu()) == NULL)
		return;
	self->deferred--;
	cpu_line_changed(self);
}

/* The scheduler has picked the line. */
void
cpu_interrupt(struct cpu *self)
{
	cpu_defer();
	self->machine->shootdown->interrupt(self);
	cpu_undefer();
}

void
cpu_attach(struct machine *m, unsigned id)
{
	struct cpu *cpu = &m->cpus[id];

	if (id >= m->ncpus)
		panic(m, "cpu_attach: no CPU %u", id);
	played = m;
	main_cpu = cpu;
	if (cpu->thread == NULL)
		cpu->thread = thread_create_bound(cpu);
	if (cpu->thread == NULL)
		panic(m, "cpu_attach: no memory");
	cpu->masked = cpu->deferred = 0;
	cpu_idle_exit();
}

void
cpu_detach(void)
{
	cpu_idle_enter();
	main_cpu = NULL;
}
