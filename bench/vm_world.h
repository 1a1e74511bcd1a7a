/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine with a VM of this strategy, for a workload's threads: CPU i is
 * thread i's, the last one the caller's who makes it and checks it.  There is
 * no pageout daemon.
 *
 * Compiled with the strategy's eyes, after core/.
 */
#ifndef BENCH_VM_WORLD_H
#define BENCH_VM_WORLD_H

#include <stdio.h>

#include "bench/subject.h"
#include "pmap_sim/pmap.h"
#include "stress/need.h"

struct vm_world {
	struct machine *machine;
	struct vm *vm;
	unsigned threads;
};

/* FALSE: a line on stderr says why, and there is nothing to close. */
static inline boolean_t
vm_world_open(struct vm_world *world, const struct request *request,
    unsigned frames, const struct vm_config *config)
{
	struct machine_config machine = {
		.cpus = request->threads + 1,
		.frames = frames,
		.fixed_bytes = vm_fixed_bytes(frames, request->threads + 1),
	};

	*world = (struct vm_world){ .threads = request->threads };
	world->machine = machine_create(&machine);
	if (world->machine == NULL)
		return FALSE;
	cpu_attach(world->machine, request->threads);
	world->vm = vm_create(world->machine, config);
	cpu_detach();
	if (world->vm != NULL)
		return TRUE;
	machine_destroy(world->machine);
	return FALSE;
}

static inline void
vm_world_wrong(
    struct aftermath *after, unsigned long violations, const char *what)
{
	if (violations == 0)
		return;
	after->violations += violations;
	snprintf(after->note, sizeof(after->note), "%lu times: %s", violations,
	    what);
}

/* By the caller, on the last CPU: the invariants that can be seen at rest. */
static inline void
vm_world_check(struct vm_world *world, struct aftermath *after)
{
	vm_world_wrong(after, vm_check(world->vm), "an invariant of the VM");
	vm_world_wrong(
	    after, pmap_check(world->machine), "an invariant of a pmap");
}

/* On the last CPU: nothing may be left. */
static inline void
vm_world_close(struct vm_world *world, struct aftermath *after)
{
	struct vm_census left;

	vm_destroy(world->vm, &left);
	vm_world_wrong(after,
	    (unsigned long)(left.objects + left.hash_entries + left.pagers +
			    left.maps + left.entries),
	    "something was left that should not be");
	cpu_detach();
	machine_destroy(world->machine);
}

#endif /* BENCH_VM_WORLD_H */
