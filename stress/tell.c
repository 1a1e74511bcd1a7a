/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <unistd.h>

#include "pmap_sim/machine.h"
#include "pmap_sim/unseen.h"
#include "stress/tell.h"

UNSEEN_BEGIN

static void
tell_cpu(const struct cpu *cpu)
{
	dprintf(STDERR_FILENO,
	    "  cpu %u:%s%s%s%s%s; %lu loads, %lu stores, %lu faults\n", cpu->id,
	    cpu->idle ? " idle" : "", cpu->active ? " active" : "",
	    cpu->masked ? " masked" : "", cpu->inside ? " inside the VM" : "",
	    cpu->mailbox.update_needed ? " update needed" : "", cpu->loads,
	    cpu->stores, cpu->faults);
}

void
tell_hang(const struct hang *hang, const struct machine *m)
{
	hang_write(hang, STDERR_FILENO);
	for (unsigned i = 0; i < m->ncpus; i++)
		tell_cpu(&m->cpus[i]);
}

UNSEEN_END
