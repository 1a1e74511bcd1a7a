/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/parse.h"
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
	OPTION_REGIME,
	OPTION_ROUNDS,
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
	    "repeat the program, after a first time that is not timed, until "
	    "the time is up: 10, 90s, 5m, 2h [once]",
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
	{ "regime", OPTION_REGIME, NULL, 0,
	    "measure how far apart the host's CPUs are just now, before and "
	    "after; implied by -d, --yardstick and --rounds",
	    2 },
	{ "rounds", OPTION_ROUNDS, "N", 0,
	    "all runs N times, in seeded order there and back, and a table of "
	    "them by regime [once, in the order given]",
	    2 },
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
	parse_strategies(state, word, add_strategy);
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
		base->cache_max = parse_cache_max(state, arg);
		return 0;
	case OPTION_SHOOTDOWN:
		base->shootdown = parse_shootdown(state, arg);
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
	case OPTION_REGIME:
		base->regime = TRUE;
		return 0;
	case OPTION_ROUNDS:
		run->rounds = parse_count(state, "--rounds", arg, 1000);
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
		base->regime |=
		    base->seconds > 0 || base->yardstick || run->rounds != 0;
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
