/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <argp.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/build.h"
#include "stress/need.h"
#include "stress/parse.h"
#include "stress/stress_options.h"

enum {
	OPTION_FRAMES = 256,
	OPTION_CACHE_MAX,
	OPTION_SHOOTDOWN,
	OPTION_SWAP_ASYNC,
	OPTION_NO_DAEMON,
	OPTION_PERTURB,
	OPTION_AS_FOUND,
	OPTION_STACKS,
	OPTION_JSON,
};

static const struct argp_option options[] = {
	{ "strategies", 's', "NAME,...", 0,
	    "locking strategies, one row each; all: every one but busted "
	    "[fine]",
	    1 },
	{ "cpus", 'c', "N", 0,
	    "simulated CPUs, an OS thread each, besides the pageout daemon's "
	    "[4]",
	    1 },
	{ "seconds", 'd', "TIME", 0, "of each row: 10, 90s, 5m, 2h [2]", 1 },
	{ "operations", 'n', "N", 0, "end a row after so many [none]", 1 },
	{ "seed", 'r', "SEED", 0, "of all that is random, or random [1]", 1 },
	{ "perturb", OPTION_PERTURB, NULL, 0,
	    "delays where they make races likelier, from the seed", 1 },
	{ "as-found", OPTION_AS_FOUND, "ID,...", 0,
	    "give back defects of the original (list hazards)", 1 },
	{ "frames", OPTION_FRAMES, "N", 0,
	    "frames of memory [the driver's choice]", 2 },
	{ "cache-max", OPTION_CACHE_MAX, "N", 0,
	    "objects in the persistent cache, 0: none [the driver's choice]",
	    2 },
	{ "shootdown", OPTION_SHOOTDOWN, "NAME", 0,
	    "how TLBs are told (list shootdowns) [mach]", 2 },
	{ "swap-async", OPTION_SWAP_ASYNC, NULL, 0,
	    "the pageout daemon does not wait for its writes", 2 },
	{ "no-daemon", OPTION_NO_DAEMON, NULL, 0, "no pageout daemon", 2 },
	{ "stacks", OPTION_STACKS, NULL, 0, "print both stacks of each report",
	    3 },
	{ "json", OPTION_JSON, NULL, 0,
	    "one object a line on stdout, instead of text", 3 },
	{ "output", 'o', "DIR", 0, "append the objects to DIR/stress.jsonl",
	    3 },
	{ 0 },
};

static void
add_strategy(struct argp_state *state, const struct vm_ops *ops)
{
	struct stress_options *stress = state->input;

	if (stress->strategy_count == STRESS_ROWS_MAX)
		argp_error(state, "-s: at most %d names", STRESS_ROWS_MAX);
	stress->strategies[stress->strategy_count++] = ops;
}

static void
parse_strategy(struct argp_state *state, const char *word)
{
	parse_strategies(state, word, add_strategy);
}

static void
add_driver(struct argp_state *state, const struct stress *driver)
{
	struct stress_options *stress = state->input;

	if (stress->driver_count == STRESS_ROWS_MAX)
		argp_error(state, "at most %d drivers", STRESS_ROWS_MAX);
	stress->drivers[stress->driver_count++] = driver;
}

/* No driver is named: those that hunt what is given back. */
static void
add_hunters(struct argp_state *state)
{
	const struct stress_options *stress = state->input;

	for (unsigned i = 0; stress_drivers[i] != NULL; i++)
		if (stress_hunts(stress_drivers[i], stress->base.as_found))
			add_driver(state, stress_drivers[i]);
	if (stress->driver_count == 0)
		argp_error(state, "which driver?");
}

static void
parse_driver(struct argp_state *state, const char *word)
{
	const struct stress *driver = stress_find(word);

	if (strcmp(word, "all") == 0) {
		for (unsigned i = 0; stress_drivers[i] != NULL; i++)
			if (stress_drivers[i]->canary == NULL)
				add_driver(state, stress_drivers[i]);
		return;
	}
	if (driver == NULL)
		argp_error(state,
		    "no driver is named \"%s\": see \"vmrace list drivers\"",
		    word);
	add_driver(state, driver);
}

static error_t
parse_machine(int key, char *arg, struct argp_state *state)
{
	struct stress_options *stress = state->input;
	struct stress_config *base = &stress->base;

	switch (key) {
	case OPTION_FRAMES:
		base->frames = parse_count(state, "--frames", arg, 1u << 24);
		stress->frames_given = TRUE;
		return 0;
	case OPTION_CACHE_MAX:
		base->cache_max = parse_cache_max(state, arg);
		stress->cache_given = TRUE;
		return 0;
	case OPTION_SHOOTDOWN:
		base->shootdown = parse_shootdown(state, arg);
		return 0;
	case OPTION_SWAP_ASYNC:
		base->swap_async = TRUE;
		return 0;
	case OPTION_NO_DAEMON:
		base->daemon = FALSE;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	struct stress_options *stress = state->input;
	struct stress_config *base = &stress->base;

	switch (key) {
	case 's':
		parse_list(state, arg, parse_strategy);
		return 0;
	case 'c':
		base->cpus =
		    parse_count(state, "-c", arg, MACHINE_CPUS_MAX - 1);
		return 0;
	case 'd':
		base->seconds = parse_seconds(state, arg);
		return 0;
	case 'n':
		base->operations = parse_count(state, "-n", arg, 1u << 30);
		return 0;
	case 'r':
		base->seed = parse_seed(state, arg);
		return 0;
	case 'o':
		stress->directory = arg;
		return 0;
	case OPTION_PERTURB:
		base->perturb = TRUE;
		return 0;
	case OPTION_AS_FOUND:
		base->as_found = parse_as_found(state, arg);
		return 0;
	case OPTION_STACKS:
		stress->stacks = TRUE;
		return 0;
	case OPTION_JSON:
		stress->json = TRUE;
		return 0;
	case ARGP_KEY_ARG:
		parse_list(state, arg, parse_driver);
		return 0;
	case ARGP_KEY_END:
		if (stress->driver_count == 0)
			add_hunters(state);
		return 0;
	default:
		return parse_machine(key, arg, state);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "DRIVER[,DRIVER...]|all\n--as-found ID[,ID...]",
	.doc = "Hammer the VM from several CPUs at once, under each strategy "
	       "in turn, and look whether it stays sound.  Without a driver: "
	       "by those that "
	       "hunt what --as-found gives back."
	       "\vA row is sound only if its CPUs met in the windows it hunts."
	       "\n\nExit status: 0 sound and exposed, 1 violation, 3 nothing "
	       "exposed, 4 could not start, 64 misuse, 66 sanitizer report, "
	       "130 interrupted.",
};

void
stress_options_parse(struct stress_options *stress, int argc, char **argv)
{
	*stress = (struct stress_options){
		.base = {
			.cpus = 4,
			.seed = 1,
			.seconds = 2,
			.shootdown = "mach",
			.daemon = TRUE,
		},
	};
	(void)argp_parse(&argp, argc, argv, 0, NULL, stress);
	if (stress->strategy_count == 0)
		stress->strategies[stress->strategy_count++] =
		    vm_strategy_find("fine");
}

unsigned
stress_cache_max(const struct stress_config *config)
{
	if (config->cache_max == 0)
		return 100;
	return config->cache_max == ~0u ? 0 : config->cache_max;
}

char *
stress_identity(const struct stress_config *config)
{
	char *as_found = as_found_words(config->as_found);
	char *text = need_printf(
	    "stress driver=%s strategy=%s cpus=%u seed=%llu seconds=%g "
	    "operations=%lu perturb=%s as-found=%s frames=%u cache-max=%u "
	    "shootdown=%s swap=%s daemon=%s sanitizer=%s allocator=%s "
	    "compiler=\"%s\"",
	    config->driver->name, config->ops->name, config->cpus,
	    (unsigned long long)config->seed, config->seconds,
	    config->operations, config->perturb ? "yes" : "no",
	    *as_found != '\0' ? as_found : "none", config->frames,
	    stress_cache_max(config), config->shootdown,
	    config->swap_async ? "async" : "sync",
	    config->daemon ? "yes" : "no", BUILD_SANITIZER, build_allocator(),
	    BUILD_COMPILER);

	free(as_found);
	return text;
}

char *
stress_replay_line(const struct stress_config *config)
{
	char count[48] = "", cache[48] = "";
	char *as_found = as_found_words(config->as_found), *text;

	if (config->operations != 0)
		snprintf(count, sizeof(count), " -n %lu", config->operations);
	if (config->cache_max != config->driver->cache_max)
		snprintf(cache, sizeof(cache), " --cache-max %u",
		    config->cache_max == ~0u ? 0 : config->cache_max);
	text = need_printf("./vmrace stress %s%s -s %s -c %u -d %g%s -r %llu%s"
			   "%s%s --frames %u%s --shootdown %s%s%s",
	    config->driver->name, build_flag(), config->ops->name, config->cpus,
	    config->seconds, count, (unsigned long long)config->seed,
	    config->perturb ? " --perturb" : "",
	    *as_found != '\0' ? " --as-found " : "", as_found, config->frames,
	    cache, config->shootdown, config->swap_async ? " --swap-async" : "",
	    config->daemon ? "" : " --no-daemon");
	free(as_found);
	return text;
}
