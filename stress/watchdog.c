/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is told is read while the CPUs may still run, with no lock but the
 * event table's: it is a picture for a person, of a run that has failed.
 */
#include <stdio.h>

#include "pmap_sim/unseen.h"
#include "stress/build.h"
#include "stress/process.h"
#include "stress/tell.h"
#include "stress/watchdog.h"

void
watchdog_init(struct watchdog *watchdog, const struct replay *replay)
{
	unsigned asked = replay->config->watchdog_s;

	*watchdog = (struct watchdog){
		.replay = replay,
		.patience_s = asked != 0        ? asked
			      : build_is_slow() ? 60
						: 20,
	};
	clock_gettime(CLOCK_MONOTONIC, &watchdog->since);
}

boolean_t
watchdog_barks(struct watchdog *watchdog)
{
	unsigned long events = replay_events(watchdog->replay);
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (events != watchdog->events) {
		watchdog->events = events;
		watchdog->since = now;
		return FALSE;
	}
	return (double)(now.tv_sec - watchdog->since.tv_sec) +
		   (double)(now.tv_nsec - watchdog->since.tv_nsec) * 1e-9 >
	       watchdog->patience_s;
}

UNSEEN_BEGIN

/* The process that runs on thread, or NULL. */
static const struct process *
watchdog_process(const struct replay *replay, const struct thread *thread)
{
	for (unsigned c = 0; c < replay->config->copies; c++)
		for (unsigned i = 0; i < replay->plan->task_count; i++)
			if (thread != NULL &&
			    replay->copies[c].processes[i].thread == thread)
				return &replay->copies[c].processes[i];
	return NULL;
}

static void
watchdog_tell_cpu(const struct replay *replay, const struct cpu *cpu)
{
	const struct thread *thread = cpu->thread;
	const struct process *process = watchdog_process(replay, thread);
	char what[160] = "";

	if (process != NULL)
		process_describe(process, what, sizeof(what));
	tell_cpu(cpu, what);
}

/* The processes that have begun and not ended: at most so many. */
static void
watchdog_tell_processes(const struct replay *replay)
{
	unsigned left = 32;
	char what[160];

	for (unsigned c = 0; c < replay->config->copies; c++)
		for (unsigned i = 0; i < replay->plan->task_count; i++) {
			const struct process *process =
			    &replay->copies[c].processes[i];

			if (process->thread == NULL || process->exited ||
			    left == 0)
				continue;
			left--;
			process_describe(process, what, sizeof(what));
			fprintf(stderr, "  thread %u: %s\n",
			    process->thread->id, what);
		}
}

void
watchdog_tell(const struct watchdog *watchdog)
{
	const struct replay *replay = watchdog->replay;
	struct machine *m = replay->rig->machine;

	fprintf(stderr,
	    "!!! watchdog: no event has finished for %.0f s; %lu have, "
	    "%u processes live\n",
	    watchdog->patience_s, watchdog->events, replay->live);
	for (unsigned i = 0; i < m->ncpus; i++)
		watchdog_tell_cpu(replay, &m->cpus[i]);
	watchdog_tell_processes(replay);
	event_print_waiters(m);
	fflush(stderr);
}

UNSEEN_END
