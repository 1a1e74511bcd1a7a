/* SPDX-License-Identifier: BSD-2-Clause */
/* What names a run, and what repeats it. */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/build.h"
#include "stress/need.h"
#include "stress/run.h"

/* " --plant" needs its word. */
static const char *
plant_name(enum plant plant)
{
	return plant == PLANT_NOTHING ? "" : run_plants[plant];
}

/* " OPTION NUMBER", or nothing if the number is 0. */
static void
option(char text[48], const char *name, unsigned number, const char *unit)
{
	text[0] = '\0';
	if (number != 0)
		snprintf(text, 48, " %s %u%s", name, number, unit);
}

char *
run_identity(const struct run_config *config)
{
	char frames[16] = "enough";

	if (config->frames_percent != 0)
		snprintf(
		    frames, sizeof(frames), "%u%%", config->frames_percent);
	else if (config->frames != 0)
		snprintf(frames, sizeof(frames), "%u", config->frames);
	return need_printf("run trace=%s strategy=%s cpus=%u copies=%u "
			   "seed=%llu quantum=%u frames=%s cache-max=%u "
			   "shootdown=%s swap=%s verify=%s sanitizer=%s "
			   "allocator=%s compiler=\"%s\"",
	    config->trace_name, config->ops->name, config->cpus, config->copies,
	    (unsigned long long)config->seed, config->quantum, frames,
	    run_cache_max(config), config->shootdown,
	    config->swap_async ? "async" : "sync",
	    config->verify ? "yes" : "no", BUILD_SANITIZER, build_allocator(),
	    BUILD_COMPILER);
}

char *
run_replay_line(const struct run_config *config)
{
	char cache[48] = "", frames[48], seconds[48], watchdog[48];
	char *trace = need_quoted(config->trace_name);
	char *text;

	if (config->cache_max != 0)
		snprintf(cache, sizeof(cache), " --cache-max %u",
		    run_cache_max(config));
	if (config->frames_percent != 0)
		option(frames, "--frames", config->frames_percent, "%");
	else
		option(frames, "--frames", config->frames, "");
	option(seconds, "-d", (unsigned)ceil(config->seconds), "");
	option(watchdog, "--watchdog", config->watchdog_s, "");
	text = need_printf("./vmrace run %s%s -s %s -c %u -k %u -r %llu%s "
			   "--quantum %u%s%s --shootdown %s%s%s%s%s%s",
	    trace, build_flag(), config->ops->name, config->cpus,
	    config->copies, (unsigned long long)config->seed, seconds,
	    config->quantum, frames, cache, config->shootdown,
	    config->swap_async ? " --swap-async" : "",
	    config->verify ? " --verify" : "", watchdog,
	    config->plant != PLANT_NOTHING ? " --plant " : "",
	    plant_name(config->plant));
	free(trace);
	return text;
}
