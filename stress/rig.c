/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pmap_sim/pmap.h"
#include "stress/need.h"
#include "stress/regime.h"
#include "stress/rig.h"
#include "stress/temporary.h"

#define LOOK_NS 200000000 /* how often a trial is looked at */

boolean_t
rig_open(struct rig *rig, const struct rig_config *config)
{
	struct machine_config machine = {
		.cpus = config->cpus + 1,
		.frames = config->frames,
		.shootdown = config->shootdown,
		.fixed_bytes =
		    config->ops->fixed_bytes(config->frames, config->cpus + 1),
	};
	struct vm_config vm = {
		.cache_max = config->cache_max,
		.swap_pages = config->swap_pages,
		.swap_async = config->swap_async,
		.as_found = config->as_found,
		.probe = config->probe,
		.fail_allocation = config->fail_allocation,
		.trouble = config->trouble,
	};

	*rig = (struct rig){
		.ops = config->ops,
		.cpus = config->cpus,
		.no_daemon = config->no_daemon,
		.pinned = config->pinned && config->cpus <= regime_cpus(),
	};
	rig->machine = machine_create(&machine);
	if (rig->machine == NULL)
		return FALSE;
	rig->machine->disk_trouble = config->disk_trouble;
	rig->machine->complaint = config->complaint;
	rig->machine->complaint_size = config->complaint_size;
	rig->swap_path = need_printf(
	    "%s/vmrace-swap-%ld", temporary_directory(), (long)getpid());
	vm.swap_path = rig->swap_path;
	cpu_attach(rig->machine, 0);
	rig->vm = config->ops->create(rig->machine, &vm);
	cpu_detach();
	if (rig->vm == NULL) {
		machine_destroy(rig->machine);
		free(rig->swap_path);
		return FALSE;
	}
	rig->players = need_zeroed(config->cpus + 1, sizeof(*rig->players));
	rig->ended = need_zeroed(config->cpus + 1, sizeof(*rig->ended));
	return TRUE;
}

/* What an OS thread is told. */
struct part {
	struct rig *rig;
	unsigned cpu;
};

static void *
rig_play(void *arg)
{
	struct part part = *(struct part *)arg;
	struct rig *rig = part.rig;

	free(arg);
	if (rig->pinned && part.cpu < rig->cpus)
		(void)regime_pin(part.cpu);
	cpu_attach(rig->machine, part.cpu);
	if (part.cpu == rig->cpus)
		rig->ops->pageout(rig->vm);
	else
		cpu_run();
	cpu_detach();
	return NULL;
}

boolean_t
rig_start(struct rig *rig)
{
	for (unsigned cpu = 0; cpu < rig->cpus + !rig->no_daemon; cpu++) {
		struct part *part = need_zeroed(1, sizeof(*part));
		int error;

		*part = (struct part){ rig, cpu };
		error =
		    pthread_create(&rig->players[cpu], NULL, rig_play, part);
		if (error != 0) {
			fprintf(stderr,
			    "vmrace: no OS thread for CPU %u: %s: ask for "
			    "fewer CPUs (-c)\n",
			    cpu, strerror(error));
			return FALSE;
		}
	}
	return TRUE;
}

boolean_t
rig_wait(struct rig *rig)
{
	struct timespec end;

	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_nsec += LOOK_NS;
	if (end.tv_nsec >= 1000000000) {
		end.tv_nsec -= 1000000000;
		end.tv_sec++;
	}
	for (unsigned cpu = 0; cpu < rig->cpus; cpu++) {
		if (rig->ended[cpu])
			continue;
		if (pthread_timedjoin_np(rig->players[cpu], NULL, &end) != 0)
			return FALSE;
		rig->ended[cpu] = TRUE;
	}
	return TRUE;
}

void
rig_join(struct rig *rig)
{
	if (rig->no_daemon)
		return;
	cpu_attach(rig->machine, 0);
	rig->ops->stop(rig->vm);
	cpu_idle_enter();
	pthread_join(rig->players[rig->cpus], NULL);
	cpu_idle_exit();
	cpu_detach();
}

void
rig_check(struct rig *rig, struct vm_statistics *statistics)
{
	cpu_attach(rig->machine, 0);
	(void)rig->ops->check(rig->vm);
	(void)pmap_check(rig->machine);
	rig->ops->statistics(rig->vm, statistics);
	cpu_detach();
}

void
rig_destroy_vm(struct rig *rig, struct vm_census *left)
{
	cpu_attach(rig->machine, 0);
	rig->ops->destroy(rig->vm, left);
	cpu_detach();
}

void
rig_close(struct rig *rig)
{
	machine_destroy(rig->machine);
	free(rig->swap_path);
	free(rig->players);
	free(rig->ended);
}

boolean_t
rig_is_at_rest(const struct rig *rig)
{
	struct cpu *daemon = &rig->machine->cpus[rig->cpus];
	struct vm_statistics statistics;

	if (disk_pending(rig->machine) != 0 || !sync_load(&daemon->idle))
		return FALSE;
	/* Asleep, with no reason to wake up that only it could have seen to. */
	rig->ops->statistics(rig->vm, &statistics);
	return statistics.pageout_work == 0;
}
