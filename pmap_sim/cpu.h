/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A simulated CPU: a TLB, a mailbox of shootdown interrupts, a current address
 * space, and an executor.  Here the executor is an OS thread (native).
 *
 * Four states matter to a shootdown (substrate.md section 7.1):
 *
 *	active	may use a translation at this moment.  An initiator waits
 *		until no CPU that uses its pmap is active.
 *	parked	has answered an interrupt and waits for the update to end.
 *	masked	holds or wants a pmap lock: not active, takes no interrupt.
 *	idle	not active, is sent no interrupt, drains its mailbox when it
 *		wakes, before it becomes active.
 */
#ifndef PMAP_SIM_CPU_H
#define PMAP_SIM_CPU_H

#include "pmap_sim/count.h"
#include "pmap_sim/sync.h"
#include "pmap_sim/tlb.h"
#include "pmap_sim/types.h"

struct context;
struct machine;
struct pmap;
struct thread;

#define CPU_ACTIONS 4 /* pending invalidations; one more: flush everything */

struct cpu_action {
	struct pmap *pmap;
	vm_offset_t start, end;
};

/* What other CPUs write: a line of its own. */
struct cpu_mailbox {
	int update_needed;     /* atomic: the interrupt line */
	struct sync_spin lock; /* of what follows */
	unsigned count;
	boolean_t flush_all;
	struct cpu_action action[CPU_ACTIONS];
};

struct cpu {
	_Alignas(SYNC_APART) unsigned id;
	struct machine *machine;
	struct thread *thread;   /* who runs here now */
	struct context *context; /* its own, while in cpu_run() */

	/* Where loads and stores go: set by cpu_switch(). */
	struct pmap *pmap;
	void *space; /* handed to machine->fault */

	unsigned masked; /* depth of cpu_mask() */
#ifdef SYNC_CONTROLLED
	unsigned deferred;    /* depth of cpu_defer() */
	boolean_t interrupts; /* as machine_config has it */
#endif
	struct tlb tlb;
	unsigned long loads, stores, tlb_misses, faults;
#ifdef VMRACE_COUNT
	unsigned long events[EVENTS];
	const void *own; /* event_own */
	size_t own_bytes;
#endif

	_Alignas(SYNC_APART) int active; /* atomic; read by initiators */
	int idle;                        /* atomic; read by initiators */
	int inside; /* relaxed: this CPU is inside the VM */
	_Alignas(SYNC_APART) struct cpu_mailbox mailbox;
};

/*
 * The CPU this OS thread plays, or NULL.  Not inline on purpose: a fiber may
 * wake on another OS thread, and a compiler may keep a thread-local's address
 * across calls.
 */
struct cpu *curcpu(void);

/*
 * Play CPU number id of m on the calling OS thread until cpu_detach().  The
 * caller becomes a bound thread of that CPU: it may sleep, and the CPU idles
 * meanwhile.
 */
void cpu_attach(struct machine *m, unsigned id);
void cpu_detach(void);

/* Answer pending interrupts, unless masked.  Cheap when there are none. */
void cpu_poll(void);

/* Under the scheduler: the running CPU is interrupted now. */
void cpu_interrupt(struct cpu *self);

/* One turn of a spin loop: poll, pause. */
void cpu_relax(void);

/*
 * Block shootdown interrupts and stop being active: to be done before a pmap
 * lock is taken (two initiators would wait for each other).  Nests.  Unmasking
 * becomes active again and answers what came meanwhile.
 */
void cpu_mask(struct cpu *cpu);
void cpu_unmask(struct cpu *cpu);

/*
 * Around what no interrupt may divide, natively because nothing in it polls: a
 * user instruction; the machine's own locks, which an initiator wants while it
 * waits for this CPU.  Nests.  cpu_line: something has changed on which it
 * depends whether that CPU can be interrupted.
 */
#ifdef SYNC_CONTROLLED
void cpu_defer(void);
void cpu_undefer(void);
void cpu_line_changed(struct cpu *cpu);
#define cpu_line(cpu) ((cpu)->interrupts ? cpu_line_changed(cpu) : (void)0)
/* A point, if interrupts come at points: what is between two polls is one
 * otherwise. */
#define cpu_point(cpu, kind, object)                                           \
	((cpu)->interrupts ? sched_point((kind), (object)) : (void)0)
#else
#define cpu_point(cpu, kind, object) ((void)0)
#define cpu_defer()                  ((void)0)
#define cpu_undefer()                ((void)0)
#define cpu_line(cpu)                ((void)(cpu))
#endif

/* Around a wait that cannot poll.  Nests with nothing; may hold locks that
 * are not pmap locks.  A caller without a CPU is none of its business. */
void cpu_idle_enter(void);
void cpu_idle_exit(void);

/* Are interrupts delivered to it, rather than polled for? */
static inline boolean_t
cpu_interruptible(const struct cpu *cpu)
{
#ifdef SYNC_CONTROLLED
	return cpu->interrupts && sched_running() != NULL;
#else
	(void)cpu;
	return FALSE;
#endif
}

/*
 * Does it wait for a lock where it cannot poll, and would be interrupted there?
 * Only under the scheduler: natively a spinner polls.  What it is sent it does
 * at its next poll, before it uses a translation.
 */
static inline boolean_t
cpu_spins(const struct cpu *cpu)
{
#ifdef SYNC_CONTROLLED
	return sched_waits(cpu->id) && !cpu_interruptible(cpu);
#else
	(void)cpu;
	return FALSE;
#endif
}

/*
 * Load the running CPU with an address space; NULL, NULL for none.  Waits
 * until no update of the new pmap is under way.  Flushes the TLB.
 */
void cpu_switch(struct cpu *cpu, struct pmap *pmap, void *space);

/*
 * A user load or store of one aligned 64-bit word through TLB, page table and
 * fault handler.  KERN_SUCCESS, or what the handler refused with.  Holding
 * nothing.  The caller's CPU may be another one afterwards.
 */
kern_return_t cpu_load(vm_offset_t va, uint64_t *value);
kern_return_t cpu_store(vm_offset_t va, uint64_t value);

#endif /* PMAP_SIM_CPU_H */
