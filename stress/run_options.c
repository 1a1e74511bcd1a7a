/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pmap_sim/shootdown.h"
#include "stress/need.h"
#include "stress/run_options.h"

enum {
	OPTION_FRAMES = 256,
	OPTION_CACHE_MAX,
	OPTION_VERIFY,
	OPTION_QUANTUM,
	OPTION_SHOOTDOWN,
	OPTION_SWAP_ASYNC,
	OPTION_SWAP_SYNC,
	OPTION_JSON,
	OPTION_YARDSTICK,
	OPTION_WATCHDOG,
	OPTION_PLANT,
};

static const struct argp_option options[] = {
	{ "strategies", 's', "NAME,...", 0,
	    "locking strategies, one run each; all: every one but busted "
	    "[fine]",
	    1 },
	{ "cpus", 'c', "N,...", 0,
	    "simulated CPUs, an OS thread each, besides the pageout daemon's; "
	    "one run each [2]",
	    1 },
	{ "copies", 'k', "K", 0,
	    "run K copies of the program side by side on the same files [1]",
	    1 },
	{ "seed", 'r', "SEED", 0,
	    "of the slices and of what is looked at again, or random [1]", 1 },
	{ "seconds", 'd', "TIME", 0,
	    "repeat the program until the time is up: 10, 90s, 5m, 2h [once]",
	    1 },
	{ "verify", OPTION_VERIFY, NULL, 0,
	    "compare what every program reads with the memory model", 2 },
	{ "quantum", OPTION_QUANTUM, "N", 0,
	    "events of a slice, on average [64]", 2 },
	{ "frames", OPTION_FRAMES, "N|N%|half", 0,
	    "frames of memory, or percent of what an unconstrained run of the "
	    "same kind uses; K, M, G: thousands and so on of frames [enough]",
	    2 },
	{ "cache-max", OPTION_CACHE_MAX, "N", 0,
	    "objects in the persistent cache, 0: none [100]", 2 },
	{ "shootdown", OPTION_SHOOTDOWN, "NAME", 0,
	    "how TLBs are told (list shootdowns) [mach]", 2 },
	{ "swap-async", OPTION_SWAP_ASYNC, NULL, 0,
	    "the pageout daemon does not wait for its writes", 2 },
	{ "swap-sync", OPTION_SWAP_SYNC, NULL, 0, "it does [so]", 2 },
	{ "yardstick", OPTION_YARDSTICK, NULL, 0,
	    "measure the live kernel's own faults before and after", 2 },
	{ "watchdog", OPTION_WATCHDOG, "SECONDS", 0,
	    "without an event for so long, a run has hung [20; 60 under a "
	    "sanitizer]",
	    2 },
	{ "json", OPTION_JSON, NULL, 0,
	    "one object a line on stdout, instead of text", 3 },
	{ "output", 'o', "DIR", 0, "append the objects to DIR/runs.jsonl", 3 },
#ifdef VM_CHECKS
	{ "plant", OPTION_PLANT, "FAULT", OPTION_HIDDEN, NULL, 0 },
#endif
	{ 0 },
};

/* --- Words and numbers -------------------------------------------------- */

/* A whole number of at most max, with K, M or G. */
static uint64_t
parse_number(
    struct argp_state *state, const char *what, const char *text, uint64_t max)
{
	char *end;
	uint64_t number, unit = 1;

	errno = 0;
	number = strtoull(text, &end, 0);
	if (*end == 'K' || *end == 'k')
		unit = 1000;
	else if (*end == 'M')
		unit = 1000000;
	else if (*end == 'G')
		unit = 1000000000;
	if (unit != 1)
		end++;
	if (errno != 0 || end == text || *end != '\0' || *text == '-' ||
	    number > max / unit)
		argp_error(state, "%s: \"%s\" is not a number of at most %llu",
		    what, text, (unsigned long long)max);
	return number * unit;
}

static unsigned
parse_count(
    struct argp_state *state, const char *what, const char *text, uint64_t max)
{
	uint64_t count = parse_number(state, what, text, max);

	if (count == 0)
		argp_error(state, "%s: must be at least 1", what);
	return (unsigned)count;
}

static double
parse_seconds(struct argp_state *state, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (*end == 'm')
		seconds *= 60;
	else if (*end == 'h')
		seconds *= 3600;
	if (*end == 's' || *end == 'm' || *end == 'h')
		end++;
	if (end == text || *end != '\0' || !isfinite(seconds) || seconds <= 0)
		argp_error(state, "-d: \"%s\" is not a time", text);
	return seconds;
}

static uint64_t
parse_seed(struct argp_state *state, const char *text)
{
	struct timespec now;

	if (strcmp(text, "random") != 0)
		return parse_number(state, "-r", text, UINT64_MAX);
	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)(now.tv_nsec ^ now.tv_sec << 20) & 0xffffffff;
}

static void
parse_frames(
    struct argp_state *state, struct run_config *base, const char *text)
{
	size_t length = strlen(text);

	if (strcmp(text, "half") == 0)
		base->frames_percent = 50;
	else if (length > 1 && text[length - 1] == '%') {
		char *digits = strdup(text);

		digits[length - 1] = '\0';
		base->frames_percent =
		    parse_count(state, "--frames", digits, 1000);
		free(digits);
	} else
		base->frames = parse_count(state, "--frames", text, 1u << 30);
}

/* Call one for each of the words that commas part. */
static void
parse_list(struct argp_state *state, const char *text,
    void (*one)(struct argp_state *state, const char *word))
{
	char *copy = strdup(text), *rest = copy, *word;

	while ((word = strsep(&rest, ",")) != NULL)
		one(state, word);
	free(copy);
}

static void
parse_cpus(struct argp_state *state, const char *word)
{
	struct run_options *run = state->input;

	if (run->cpus_count == RUN_CPUS_MAX)
		argp_error(state, "-c: at most %d numbers", RUN_CPUS_MAX);
	run->cpus[run->cpus_count++] =
	    parse_count(state, "-c", word, MACHINE_CPUS_MAX);
}

static void
add_strategy(struct argp_state *state, const struct vm_ops *ops)
{
	struct run_options *run = state->input;

	if (run->strategy_count == RUN_STRATEGIES_MAX)
		argp_error(state, "-s: at most %d names", RUN_STRATEGIES_MAX);
	run->strategies[run->strategy_count++] = ops;
}

static void
parse_strategy(struct argp_state *state, const char *word)
{
	if (strcmp(word, "all") == 0) {
		for (unsigned i = 0; vm_strategies[i] != NULL; i++)
			if (strcmp(vm_strategies[i]->name, "busted") != 0)
				add_strategy(state, vm_strategies[i]);
		return;
	}
	const struct vm_ops *ops = vm_strategy_find(word);

	if (ops == NULL)
		argp_error(state,
		    "-s: no strategy is named \"%s\": see \"vmrace list "
		    "strategies\"",
		    word);
	add_strategy(state, ops);
}

const char *const run_plants[] = {
	[PLANT_NOTHING] = "nothing",
	[PLANT_WRONG_VALUE] = "wrong-value",
	[PLANT_REFUSAL] = "refusal",
	[PLANT_LEAK] = "leak",
	[PLANT_HANG] = "hang",
	[PLANT_CRASH] = "crash",
	[PLANT_RACE] = "race",
};

static enum plant
parse_plant(struct argp_state *state, const char *text)
{
	for (unsigned i = 0; i < PLANTS; i++)
		if (strcmp(text, run_plants[i]) == 0)
			return (enum plant)i;
	argp_error(state, "--plant: \"%s\" is not known", text);
	return PLANT_NOTHING;
}

/* --- Options ------------------------------------------------------------ */

static error_t
parse_machine(int key, char *arg, struct argp_state *state)
{
	struct run_config *base = &((struct run_options *)state->input)->base;

	switch (key) {
	case OPTION_FRAMES:
		parse_frames(state, base, arg);
		return 0;
	case OPTION_CACHE_MAX:
		base->cache_max = (unsigned)parse_number(
		    state, "--cache-max", arg, UINT32_MAX - 1);
		if (base->cache_max == 0)
			base->cache_max = ~0u;
		return 0;
	case OPTION_SHOOTDOWN:
		if (shootdown_find(arg) == NULL)
			argp_error(state,
			    "--shootdown: no scheme is named \"%s\": see "
			    "\"vmrace list shootdowns\"",
			    arg);
		base->shootdown = arg;
		return 0;
	case OPTION_SWAP_ASYNC:
	case OPTION_SWAP_SYNC:
		base->swap_async = key == OPTION_SWAP_ASYNC;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t
parse_harness(int key, char *arg, struct argp_state *state)
{
	struct run_options *run = state->input;
	struct run_config *base = &run->base;

	switch (key) {
	case OPTION_VERIFY:
		base->verify = TRUE;
		return 0;
	case OPTION_QUANTUM:
		base->quantum = parse_count(state, "--quantum", arg, 1u << 30);
		return 0;
	case OPTION_YARDSTICK:
		base->yardstick = TRUE;
		return 0;
	case OPTION_WATCHDOG:
		base->watchdog_s =
		    parse_count(state, "--watchdog", arg, 1u << 20);
		return 0;
	case OPTION_PLANT:
		base->plant = parse_plant(state, arg);
		return 0;
	case OPTION_JSON:
		run->json = TRUE;
		return 0;
	default:
		return parse_machine(key, arg, state);
	}
}

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	struct run_options *run = state->input;
	struct run_config *base = &run->base;

	switch (key) {
	case 's':
		parse_list(state, arg, parse_strategy);
		return 0;
	case 'c':
		parse_list(state, arg, parse_cpus);
		return 0;
	case 'k':
		base->copies = parse_count(state, "-k", arg, 4096);
		return 0;
	case 'r':
		base->seed = parse_seed(state, arg);
		return 0;
	case 'd':
		base->seconds = parse_seconds(state, arg);
		return 0;
	case 'o':
		run->directory = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (run->trace != NULL)
			argp_error(state, "one trace at a time");
		run->trace = arg;
		return 0;
	case ARGP_KEY_END:
		if (run->trace == NULL)
			argp_error(state, "which trace?");
		return 0;
	default:
		return parse_harness(key, arg, state);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "TRACE",
	.doc = "Replay a recorded program's mappings, faults, forks, execs and "
	       "exits on the VM, under each strategy in turn."
	       "\vTRACE is a file, or the name of a shipped trace such as make."
	       "\n\nExit status: 0 sound and exposed, 1 violation, 3 nothing "
	       "exposed, 4 could not start, 64 misuse, 66 sanitizer report, "
	       "77 skipped, 130 interrupted.",
};

void
run_options_parse(struct run_options *run, int argc, char **argv)
{
	*run = (struct run_options){
		.base = {
			.copies = 1,
			.seed = 1,
			.quantum = 64,
			.shootdown = "mach",
		},
	};
	(void)argp_parse(&argp, argc, argv, 0, NULL, run);
	if (run->strategy_count == 0)
		run->strategies[run->strategy_count++] =
		    vm_strategy_find("fine");
	if (run->cpus_count == 0)
		run->cpus[run->cpus_count++] = 2;
}
