/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <unistd.h>

#include "pmap_sim/unseen.h"
#include "stress/build.h"
#include "stress/need.h"
#include "stress/process.h"
#include "stress/tell.h"
#include "stress/watchdog.h"

double
watchdog_patience_s(const struct run_config *config)
{
	if (config->watchdog_s != 0)
		return config->watchdog_s;
	return build_is_slow() ? 60 : 20;
}

UNSEEN_BEGIN

/* Which process it plays: the struct hang_config's about. */
static void
watchdog_about(void *arg, const struct thread *thread, char *text, size_t size)
{
	const struct replay *replay = arg;

	for (unsigned c = 0; c < replay->config->copies; c++)
		for (unsigned i = 0; i < replay->plan->task_count; i++) {
			const struct process *process =
			    &replay->copies[c].processes[i];

			if (process->thread != thread)
				continue;
			process_describe(process, text, size);
			return;
		}
}

/* What a thread sleeps on: the struct hang_config's event. */
static void
watchdog_event(void *arg, const void *event, struct hang_event *what)
{
	const struct replay *replay = arg;

	if (event == &replay->live) {
		snprintf(what->text, sizeof(what->text), "the others to end");
		what->rest = TRUE;
	} else
		replay->rig->ops->waited(replay->rig->vm, event, what);
}

UNSEEN_END

void
watchdog_init(struct watchdog *watchdog, const struct replay *replay)
{
	const struct hang_config hang = {
		.machine = replay->rig->machine,
		.strategy = replay->rig->ops->name,
		.event = watchdog_event,
		.about = watchdog_about,
		.arg = (void *)(uintptr_t)replay,
	};

	*watchdog = (struct watchdog){
		.replay = replay,
		.hang = hang_create(&hang),
		.patience_s = watchdog_patience_s(replay->config),
	};
	if (watchdog->hang == NULL)
		need_failed();
	clock_gettime(CLOCK_MONOTONIC, &watchdog->since);
}

void
watchdog_fini(struct watchdog *watchdog)
{
	hang_free(watchdog->hang);
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

void
watchdog_tell(const struct watchdog *watchdog)
{
	const struct replay *replay = watchdog->replay;

	dprintf(STDERR_FILENO,
	    "!!! watchdog: no event has finished for %.0f s; %lu have, "
	    "%u processes live\n",
	    watchdog->patience_s, watchdog->events, replay->live);
	hang_look(watchdog->hang);
	tell_hang(watchdog->hang, replay->rig->machine);
}
