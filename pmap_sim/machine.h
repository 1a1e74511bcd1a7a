/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated multiprocessor: CPUs, memory, a disk, and what binds them.
 *
 * A machine knows nothing of the VM above it but one function, the page-fault
 * handler.  Several machines may live in one process.
 */
#ifndef PMAP_SIM_MACHINE_H
#define PMAP_SIM_MACHINE_H

#include "pmap_sim/cpu.h"
#include "pmap_sim/disk.h"
#include "pmap_sim/event.h"
#include "pmap_sim/frame.h"
#include "pmap_sim/thread.h"
#include "pmap_sim/types.h"

struct shootdown; /* pmap_sim/shootdown.h */
struct pmap;
struct held; /* pmap_sim/held.h */

/* What a machine is made of.  Zero means the default in brackets. */
struct machine_config {
	unsigned cpus;          /* [1] all of them, the daemon's included */
	unsigned frames;        /* [64] of 4 KiB each */
	unsigned device_frames; /* [0] a device's memory, behind those */
	unsigned tlb_sets;      /* [16] a power of two */
	unsigned tlb_ways;      /* [4] */
	const char *shootdown;  /* ["mach"] name of a scheme */
	size_t fixed_bytes;     /* [0] room for machine_fixed() beyond frames */
	boolean_t interrupts;   /* [FALSE] under the scheduler: they come at any
				   point, not at the next poll */
};

/* Counters anybody may bump: sync_count().  One line each. */
struct machine_stats {
	unsigned long shootdowns; /* updates that had to tell another CPU */
	unsigned long ipis;       /* interrupts sent */
	unsigned long ipis_idle;  /* posted, not sent: the CPU was idle */
	unsigned long queue_overflows; /* action queue full: flush everything */
	unsigned long sleeps;          /* thread_block that did block */
	unsigned long disk_reads;
	unsigned long disk_writes;
	unsigned long violations;
};

/*
 * Resolve a fault of the running CPU at va: type is VM_PROT_READ or
 * VM_PROT_WRITE.  KERN_SUCCESS: try the access again.
 */
typedef kern_return_t
machine_fault_t(void *vm, void *space, vm_offset_t va, vm_prot_t type);

struct machine {
	struct machine_config config;
	unsigned ncpus;
	struct cpu *cpus; /* [ncpus] */

	/* Fixed memory: all that a snapshot copies. */
	char *fixed;
	size_t fixed_used;
	size_t fixed_size;

	unsigned nframes;     /* the VM's to give out */
	unsigned ndevice;     /* a device's, at ptoa(nframes), always in use */
	struct frame *frames; /* [nframes + ndevice], in fixed memory */
	unsigned char *memory;
	struct pv_pool *pv_pool;

	const struct shootdown *shootdown;
	struct sync_spin pmap_list_lock;
	struct pmap *pmap_free; /* pmaps are type-stable: see pmap.c */
	struct pmap *pmap_all;
	struct pmap *kernel_pmap;
	unsigned pmap_serial;

	struct event_table *events;
	struct run_queue *run_queue;
	struct disk *disk;
	const struct disk_trouble *disk_trouble; /* NULL: every request is
						    served in its turn */
	struct held *held; /* atomic; every thread's record */
	unsigned short held_serial;
	struct sync_spin held_lock; /* of who takes one */

	machine_fault_t *fault;
	void *fault_vm; /* its first argument */

	struct machine_stats stats;
	unsigned complaints; /* atomic */
	char *complaint;     /* NULL, or room for the first that is said */
	size_t complaint_size;
	void (*on_panic)(const char *what); /* pmap_sim/panic.h */
};

/* NULL and a line on stderr if memory or the scheme's name is wanting. */
struct machine *machine_create(const struct machine_config *config);

/* All threads are gone and all CPUs detached. */
void machine_destroy(struct machine *m);

/*
 * Memory that lives as long as the machine and is part of its snapshot:
 * zeroed, aligned to SYNC_APART.  Only while booting.  NULL when
 * config.fixed_bytes are used up.
 */
void *machine_fixed(struct machine *m, size_t bytes);

/*
 * The fixed memory as it is now; only when no CPU but the caller's runs.  A
 * frame's contents are part of it iff the frame is in use (frame.c).
 */
struct machine_snapshot *machine_snapshot(struct machine *m);
void machine_snapshot_free(struct machine_snapshot *s);

/* Make it so again; every TLB is empty afterwards.  The disk is let finish:
 * it would write into the next life's frames. */
void machine_reset(struct machine *m, const struct machine_snapshot *s);

#endif /* PMAP_SIM_MACHINE_H */
