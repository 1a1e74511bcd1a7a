/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which CPU runs: controlled back end.
 *
 * Task i plays CPU i.  The main stack, which builds a scene and looks at what
 * became of it, plays whichever CPU it has attached last; meanwhile all others
 * are idle, or an initiator there would wait for ever.
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

UNSEEN_END

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
	cpu->masked = 0;
	cpu_idle_exit();
}

void
cpu_detach(void)
{
	cpu_idle_enter();
	main_cpu = NULL;
}
