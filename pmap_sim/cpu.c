/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which CPU this OS thread plays.
 */
#include "pmap_sim/cpu.h"

#include <stddef.h>

#include "pmap_sim/held.h"
#include "pmap_sim/machine.h"
#include "pmap_sim/panic.h"
#include "pmap_sim/shootdown.h"
#include "pmap_sim/thread_impl.h"

/* The only thread-local of the VM's world but for the one of cpu_held.c. */
static __thread struct cpu *running_cpu;

/* The barrier keeps the compiler from knowing that nothing is touched: a fiber
 * that wakes on another OS thread must get that thread's answer. */
__attribute__((noinline)) struct cpu *
curcpu(void)
{
	__asm__ volatile("" ::: "memory");
	return running_cpu;
}

void
cpu_attach(struct machine *m, unsigned id)
{
	struct cpu *cpu = &m->cpus[id];

	if (id >= m->ncpus)
		panic(m, "cpu_attach: no CPU %u", id);
	if (cpu->thread != NULL)
		panic(m, "cpu_attach: CPU %u is played already", id);
	running_cpu = cpu;
	sync_rcu_thread_init();
	cpu->thread = thread_create_bound(cpu);
	if (cpu->thread == NULL)
		panic(m, "cpu_attach: no memory");
	held_run(cpu->thread->held);
	cpu->masked = 0;
	__atomic_store_n(&cpu->idle, 0, __ATOMIC_SEQ_CST);
	m->shootdown->resume(cpu);
}

void
cpu_detach(void)
{
	struct cpu *cpu = curcpu();

	cpu_switch(cpu, NULL, NULL);
	cpu_idle_enter();
	held_run(NULL);
	thread_destroy(cpu->thread);
	cpu->thread = NULL;
	sync_rcu_thread_fini();
	running_cpu = NULL;
}
