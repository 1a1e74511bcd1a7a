/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "pmap_sim/event.h"
#include "pmap_sim/machine.h"
#include "pmap_sim/unseen.h"
#include "stress/tell.h"

UNSEEN_BEGIN

void
tell_cpu(const struct cpu *cpu, const char *what)
{
	fprintf(stderr,
	    "  cpu %u: %s%s%s%s%s; %lu loads, %lu stores, %lu faults%s%s\n",
	    cpu->id, cpu->idle ? "idle" : "", cpu->active ? "active" : "",
	    cpu->masked ? " masked" : "", cpu->inside ? " inside the VM" : "",
	    cpu->mailbox.update_needed ? " update needed" : "", cpu->loads,
	    cpu->stores, cpu->faults, *what != '\0' ? "; " : "", what);
}

void
tell_machine(struct machine *m)
{
	for (unsigned i = 0; i < m->ncpus; i++) {
		const struct thread *thread = m->cpus[i].thread;

		tell_cpu(&m->cpus[i], thread != NULL ? thread->name : "");
	}
	event_print_waiters(m);
	fflush(stderr);
}

UNSEEN_END
