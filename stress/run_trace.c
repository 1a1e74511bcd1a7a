/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One run, in a process of its own: set the machine up, replay, look whether
 * everything is as it should be, and say so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "stress/build.h"
#include "stress/interrupt.h"
#include "stress/replay.h"
#include "stress/watchdog.h"
#include "stress/yardstick.h"

#define FRAMES_ENOUGH 262144u /* 1 GiB; only what is touched is real */
#define FRAMES_SPARE  2048u

/*
 * Frames for everything at once if that is not too much, else twice what the
 * recording had at its fullest.
 */
static unsigned
run_frames(const struct plan *plan, const struct run_config *config)
{
	uint64_t all = FRAMES_SPARE + plan->file_pages +
		       (uint64_t)plan->private_pages * config->copies;
	uint64_t peak = FRAMES_SPARE + plan->file_pages +
			2 * (uint64_t)plan->private_peak * config->copies;

	if (config->frames != 0)
		return config->frames;
	if (all > FRAMES_ENOUGH)
		all = peak > FRAMES_ENOUGH ? peak : FRAMES_ENOUGH;
	return all < UINT32_MAX / 2 ? (unsigned)all : UINT32_MAX / 2;
}

/* Wait for the CPUs.  FALSE: the watchdog has barked. */
static boolean_t
run_watch(struct replay *replay, struct run_result *result)
{
	struct watchdog watchdog;

	watchdog_init(&watchdog, replay);
	while (!rig_wait(replay->rig)) {
		if (interrupted())
			replay_stop(replay);
		sync_count_own(&result->beat);
		result->events = replay_events(replay);
		if (watchdog_barks(&watchdog)) {
			watchdog_tell(&watchdog);
			replay_collect(replay, result);
			snprintf(result->evidence.finding,
			    sizeof(result->evidence.finding), "watchdog: %s",
			    hang_line(watchdog.hang));
			return FALSE;
		}
	}
	watchdog_fini(&watchdog);
	return TRUE;
}

static void
run_evidence(const struct run_config *config, struct run_result *result)
{
	const char *unexposed = NULL;

	evidence_of_vm(
	    &result->evidence, &result->left, result->machine.violations, NULL);
	if (result->events == 0)
		unexposed = "nothing was replayed";
	else if (config->cpus > 1 && result->overlap_seen == 0)
		unexposed = "no two CPUs were ever inside the VM together";
	if (unexposed != NULL)
		snprintf(result->evidence.unexposed,
		    sizeof(result->evidence.unexposed), "%s", unexposed);
	result->finished = TRUE;
}

/* It has hung, and has said why: leave without touching anything. */
_Noreturn static void
run_hung(struct run_result *result)
{
	result->finished = TRUE;
	_exit(STATUS_VIOLATION);
}

/* With the machine up. */
static void
run_replay(const struct run_config *config, struct replay *replay,
    struct run_result *result)
{
	struct rig *rig = replay->rig;
	boolean_t yardstick = config->yardstick;

	if (yardstick)
		result->kernel_faults_per_s[0] =
		    yardstick_kernel_faults_per_s();
	if (config->regime)
		result->regime[0] = regime_probe();
	replay_start(replay);
	if (!rig_start(rig))
		exit(STATUS_NOT_STARTED);
	if (!run_watch(replay, result))
		run_hung(result);
	rig_join(rig);
	sync_count_own(&result->beat);
	if (config->regime)
		result->regime[1] = regime_probe();
	if (yardstick)
		result->kernel_faults_per_s[1] =
		    yardstick_kernel_faults_per_s();
	rig_check(rig, &result->vm);
}

void
run_trace(const struct plan *plan, const struct run_config *config,
    struct run_result *result)
{
	struct rig rig;
	struct rig_config machine = {
		.ops = config->ops,
		.cpus = config->cpus,
		.frames = run_frames(plan, config),
		.cache_max = config->cache_max,
		.shootdown = config->shootdown,
		.swap_async = config->swap_async,
		.pinned = config->regime,
	};
	struct replay *replay;

	sync_count_own(&result->beat);
	result->frames = machine.frames;
	if (!rig_open(&rig, &machine))
		return;
	replay = replay_create(plan, config, &rig);
	if (replay == NULL)
		return;
	run_replay(config, replay, result);
	sync_count_own(&result->beat);
	rig_destroy_vm(&rig, &result->left);
	replay_collect(replay, result);
	rig_close(&rig);
	replay_free(replay);
	run_evidence(config, result);
}
