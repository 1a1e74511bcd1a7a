/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole machine for a scenario: a few CPUs and frames, a VM, one file, swap.
 *
 * Everything is in the arena, machine, VM, file and swap, so a fresh VM is a
 * copy of what was built once; of the frames, which are not, those in use are
 * put back.  A CPU is idle before its operations and after them.  At the end
 * every invariant is checked, everything is taken down, and nothing may be
 * left.
 */
#ifndef STRESS_SCENARIOS_WORLD_H
#define STRESS_SCENARIOS_WORLD_H

#include "core/direct.h"
#include "pmap_sim/machine.h"
#include "stress/scenarios/scenario.h"

#define WORLD_KEPT 12 /* frames in use at the beginning, at most */

#define WORLD_SPACES DIRECT_CPUS

struct world {
	struct machine *machine;
	struct vm *vm;
	struct vnode file;
	/* That of CPU i, and any more; NULL: none.  One may be two CPUs', with
	 * a reference each. */
	struct vmspace *space[WORLD_SPACES];
	unsigned users; /* a play's own count */
	char complaint[240];
	unsigned kept;
	unsigned frame[WORLD_KEPT];
	unsigned char *bytes[WORLD_KEPT]; /* outside of the arena */
};

struct world_size {
	unsigned frames, file_pages;
	unsigned swap_pages; /* 0: no swap */
	boolean_t places;    /* those of core/points.def are points */
};

/* What could not be built is misconfigured: the program ends. */
void *world_there(void *what);

/*
 * For setup(): machine, VM and file, a CPU for each task; the main stack plays
 * CPU 0.  Then, when all else is there, let each CPU run on its space, idle,
 * and keep what the frames in use hold.
 */
void
world_make(struct world *w, struct scene *scene, const struct world_size *size);
void world_start(struct world *w, const struct scene *scene);

/* For task(): act() on CPU i, which is idle before and after it. */
void world_task(struct scene *scene, unsigned i,
    void (*act)(struct scene *scene, unsigned cpu));

/* Of any scenario whose memory begins with a struct world. */
void world_interrupt(struct scene *scene, unsigned i);
void world_restore(struct scene *scene);
/* Invariants, then take it down and see what is left. */
void world_check(struct scene *scene);
/* Names of CPUs, file and the VM's objects. */
struct watch;
void world_watch(const struct scene *scene, struct watch *watch);

#endif /* STRESS_SCENARIOS_WORLD_H */
