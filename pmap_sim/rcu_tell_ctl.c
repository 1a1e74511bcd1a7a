/* SPDX-License-Identifier: BSD-2-Clause */
/* What stories say of the modelled RCU. */
#include <stdio.h>

#include "pmap_sim/rcu_ctl_impl.h"
#include "pmap_sim/tell.h"

#define TEXT 40

UNSEEN_BEGIN

/* "CPU 0, CPU 2" */
static void
name_tasks(char *text, size_t size, sched_set_t set)
{
	size_t used = 0;

	snprintf(text, size, "none");
	for (; set != 0 && used < size; set &= set - 1)
		used += (size_t)snprintf(text + used, size - used, "%sCPU %u",
		    used > 0 ? ", " : "", (unsigned)__builtin_ctzll(set));
}

static void
name_grace(char *text, size_t size, const struct sync_rcu_grace *g)
{
	char who[TEXT];

	if (g->waits == 0) {
		snprintf(text, size, "due");
		return;
	}
	name_tasks(who, sizeof(who), g->waits);
	snprintf(text, size, "waiting for %s", who);
}

static void
tell_callbacks(tell_t *tell, void *arg)
{
	unsigned long queued = rcu->queued - rcu->reclaimed;
	char text[2 * TEXT] = "none", grace[TEXT];

	if (rcu->first == NULL && queued > 0)
		snprintf(text, sizeof(text), "%lu under way", queued);
	else if (rcu->first != NULL) {
		name_grace(grace, sizeof(grace), &rcu->first->grace);
		snprintf(text, sizeof(text), "%lu %s", queued, grace);
	}
	tell(arg, "RCU callbacks", &rcu->reclaimed, sizeof(rcu->reclaimed),
	    text);
}

void
rcu_ctl_tell(tell_t *tell, void *arg)
{
	char text[TEXT], name[TEXT];

	name_tasks(text, sizeof(text), rcu->open);
	tell(arg, "RCU", rcu, sizeof(*rcu), NULL);
	tell(arg, "open RCU sections", &rcu->open, sizeof(rcu->open), text);
	tell_callbacks(tell, arg);
	for (unsigned i = 0; i < rcu->tasks; i++) {
		const struct sync_rcu_grace *g = &rcu->task[i].grace;

		snprintf(name, sizeof(name), "CPU %u's grace period", i);
		snprintf(text, sizeof(text), "none");
		if (g->asked)
			name_grace(text, sizeof(text), g);
		tell(arg, name, g, sizeof(*g), text);
	}
}

UNSEEN_END
