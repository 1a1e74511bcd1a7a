/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine with a VM in it, ready for work: CPUs 0 to C - 1 run free threads,
 * CPU C is the pageout daemon's.
 *
 *	rig_open        the caller alone
 *	rig_start       CPUs and daemon begin; thread_start() gives them work
 *	                somebody calls run_queue_close()
 *	rig_join        all have stopped; the caller is alone again
 *	rig_check, rig_destroy_vm, rig_close
 */
#ifndef STRESS_RIG_H
#define STRESS_RIG_H

#include <pthread.h>

#include "core/ops.h"
#include "pmap_sim/machine.h"

struct rig_config {
	const struct vm_ops *ops;
	unsigned cpus; /* that run programs */
	unsigned frames;
	unsigned cache_max;  /* as in struct vm_config */
	unsigned swap_pages; /* likewise */
	const char *shootdown;
	boolean_t swap_async;
	boolean_t no_daemon;              /* who wants frames frees some */
	unsigned long as_found;           /* as in struct vm_config */
	const struct vm_probe *probe;     /* likewise */
	unsigned long fail_allocation;    /* likewise */
	const struct vm_trouble *trouble; /* likewise */
	const struct disk_trouble *disk_trouble; /* as in struct machine */
	char *complaint;                         /* as in struct machine */
	size_t complaint_size;
	boolean_t pinned; /* each CPU to one of the host's, if it has enough */
};

struct rig {
	const struct vm_ops *ops;
	struct machine *machine;
	struct vm *vm;
	unsigned cpus;
	boolean_t no_daemon;
	boolean_t pinned;
	pthread_t *players; /* [cpus + 1] the OS threads */
	boolean_t *ended;   /* [cpus + 1] joined already */
	char *swap_path;
};

/* FALSE: a line on stderr has said why, and there is nothing to close. */
boolean_t rig_open(struct rig *rig, const struct rig_config *config);
/* FALSE: no OS threads; the program must end. */
boolean_t rig_start(struct rig *rig);
/* Wait for the CPUs for a moment.  TRUE: all have stopped. */
boolean_t rig_wait(struct rig *rig);
/* After that: end the daemon. */
void rig_join(struct rig *rig);
/* Every invariant that can be seen at rest, of VM and page tables; violations
 * are counted by the machine.  And the final counts. */
void rig_check(struct rig *rig, struct vm_statistics *statistics);
/* The VM's end, and what is left that should not be. */
void rig_destroy_vm(struct rig *rig, struct vm_census *left);
/* After that: the machine's. */
void rig_close(struct rig *rig);

/* Seen by a simulated thread when no other is runnable: is the daemon asleep
 * and the disk idle? */
boolean_t rig_is_at_rest(const struct rig *rig);

#endif /* STRESS_RIG_H */
