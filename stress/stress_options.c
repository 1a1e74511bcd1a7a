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
#include "stress/trouble_options.h"

enum {
	OPTION_FRAMES = 256,
	OPTION_CACHE_MAX,
	OPTION_SHOOTDOWN,
	OPTION_SWAP_ASYNC,
	OPTION_SWAP_PAGES,
	OPTION_WEIGHTS,
	OPTION_NO_DAEMON,
	OPTION_PERTURB,
	OPTION_AS_FOUND,
	OPTION_STACKS,
	OPTION_WATCHDOG,
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
	{ "operations", 'n', "N", 0,
	    "end a row after so many, and those that its CPUs have begun by "
	    "then: a batch each, or for drivers that do not repeat a round "
	    "[none]",
	    1 },
	{ "seed", 'r', "SEED", 0, "of all that is random, or random [1]", 1 },
	{ "perturb", OPTION_PERTURB, NULL, 0,
	    "delays where they make races likelier, and mild trouble below "
	    "the VM, from the seed",
	    1 },
	{ "weights", OPTION_WEIGHTS, "NAME=N,...", 0,
	    "how often a driver that does many things (mixed) does which", 1 },
	{ "as-found", OPTION_AS_FOUND, "ID,...", 0,
	    "give back defects of the original (list hazards)", 1 },
	{ NULL, 0, NULL, 0, "The machine:", 2 },
	{ "frames", OPTION_FRAMES, "N", 0,
	    "frames of memory [the driver's choice]", 2 },
	{ "cache-max", OPTION_CACHE_MAX, "N", 0,
	    "objects in the persistent cache, 0: none [the driver's choice]",
	    2 },
	{ "shootdown", OPTION_SHOOTDOWN, "NAME", 0,
	    "how TLBs are told (list shootdowns) [mach]", 2 },
	{ "swap-async", OPTION_SWAP_ASYNC, NULL, 0,
	    "the pageout daemon does not wait for its writes", 2 },
	{ "swap-pages", OPTION_SWAP_PAGES, "N", 0, "of the swap file [16384]",
	    2 },
	{ "no-daemon", OPTION_NO_DAEMON, NULL, 0, "no pageout daemon", 2 },
	{ "watchdog", OPTION_WATCHDOG, "SECONDS", 0,
	    "a row hangs if no operation finishes for so long [20, slow "
	    "builds 60]",
	    2 },
	{ NULL, 0, NULL, 0, "Trouble below the VM:", 3 },
	TROUBLE_OPTIONS(3),
	{ NULL, 0, NULL, 0, "What is told:", 4 },
	{ "stacks", OPTION_STACKS, NULL, 0, "print both stacks of each report",
	    4 },
	{ "json", OPTION_JSON, NULL, 0,
	    "one object a line on stdout, instead of text", 4 },
	{ "output", 'o', "DIR", 0,
	    "append the objects to DIR/stress.jsonl; DIR is made if need be",
	    4 },
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
	case OPTION_WATCHDOG:
		base->watchdog_s =
		    parse_count(state, "--watchdog", arg, 1u << 20);
		return 0;
	case OPTION_NO_DAEMON:
		base->daemon = FALSE;
		return 0;
	case OPTION_SWAP_PAGES:
		base->swap_pages =
		    parse_count(state, "--swap-pages", arg, 1u << 24);
		return 0;
	default:
		return parse_trouble(&base->trouble, key, arg, state);
	}
}

/* For the one driver that has some. */
static void
parse_weights(struct argp_state *state, struct stress_options *stress)
{
	const struct weight *list = NULL;

	if (stress->weights == NULL)
		return;
	for (unsigned i = 0; i < stress->driver_count; i++)
		if (stress->drivers[i]->weights != NULL)
			list = stress->drivers[i]->weights;
	if (list == NULL)
		argp_error(state, "--weights: only the driver mixed has some");
	weights_default(list, stress->base.weights);
	weights_parse(state, list, stress->weights, stress->base.weights);
	stress->weights_given = TRUE;
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
	case OPTION_WEIGHTS:
		stress->weights = arg;
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
		parse_weights(state, stress);
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
	       "exposed, 4 could not start or ran out of memory, 64 misuse, 66 "
	       "sanitizer report, "
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
			.swap_pages = STRESS_SWAP_PAGES,
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

/* " NAME WEIGHTS" of a driver that has some, or "". */
static char *
weights_option(const struct stress_config *config, const char *name)
{
	char *words, *text;

	if (config->driver->weights == NULL)
		return need_printf("%s", "");
	words = weights_words(config->driver->weights, config->weights);
	text = need_printf(" %s%s", name, words);
	free(words);
	return text;
}

char *
stress_identity(const struct stress_config *config)
{
	char *as_found = as_found_words(config->as_found);
	char *trouble = trouble_identity(&config->trouble);
	char *weights = weights_option(config, "weights=");
	char *text = need_printf(
	    "stress driver=%s strategy=%s cpus=%u seed=%llu seconds=%g "
	    "operations=%lu perturb=%s %s as-found=%s frames=%u cache-max=%u "
	    "shootdown=%s swap=%s swap-pages=%u daemon=%s watchdog=%g "
	    "sanitizer=%s "
	    "allocator=%s "
	    "compiler=\"%s\"%s",
	    config->driver->name, config->ops->name, config->cpus,
	    (unsigned long long)config->seed, config->seconds,
	    config->operations, config->perturb ? "yes" : "no", trouble,
	    *as_found != '\0' ? as_found : "none", config->frames,
	    stress_cache_max(config), config->shootdown,
	    config->swap_async ? "async" : "sync", config->swap_pages,
	    config->daemon ? "yes" : "no", config->patience_s, BUILD_SANITIZER,
	    build_allocator(), BUILD_COMPILER, weights);

	free(as_found);
	free(trouble);
	free(weights);
	return text;
}

char *
stress_replay_line(const struct stress_config *config)
{
	char count[48] = "", cache[48] = "", swap[48] = "", watchdog[48] = "";
	char *as_found = as_found_words(config->as_found), *text;
	char *trouble = trouble_replay(&config->trouble);
	char *weights = weights_option(config, "--weights ");

	if (config->operations != 0)
		snprintf(count, sizeof(count), " -n %lu", config->operations);
	if (config->cache_max != config->driver->cache_max)
		snprintf(cache, sizeof(cache), " --cache-max %u",
		    config->cache_max == ~0u ? 0 : config->cache_max);
	if (config->swap_pages != STRESS_SWAP_PAGES)
		snprintf(
		    swap, sizeof(swap), " --swap-pages %u", config->swap_pages);
	if (config->watchdog_s != 0)
		snprintf(watchdog, sizeof(watchdog), " --watchdog %u",
		    config->watchdog_s);
	text = need_printf("./vmrace stress %s%s -s %s -c %u -d %g%s -r %llu%s"
			   "%s%s%s%s --frames %u%s%s --shootdown %s%s%s%s",
	    config->driver->name, build_flag(), config->ops->name, config->cpus,
	    config->seconds, count, (unsigned long long)config->seed,
	    config->perturb ? " --perturb" : "", trouble, weights,
	    *as_found != '\0' ? " --as-found " : "", as_found, config->frames,
	    cache, swap, config->shootdown,
	    config->swap_async ? " --swap-async" : "",
	    config->daemon ? "" : " --no-daemon", watchdog);
	free(as_found);
	free(trouble);
	free(weights);
	return text;
}
