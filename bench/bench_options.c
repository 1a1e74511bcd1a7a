/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_options.h"
#include "bench/measure.h"
#include "stress/parse.h"
#include "stress/regime.h"

enum {
	OPTION_TIER = 256,
	OPTION_LENGTH,
	OPTION_MEASURE,
	OPTION_NO_RAISE,
	OPTION_JSON,
	OPTION_LIST,
	OPTION_DRY_RUN,
};

static const struct argp_option options[] = {
	{ "strategies", 's', "NAME,...", 0,
	    "locking strategies; all: every one but busted, which is the "
	    "ceiling [all]",
	    1 },
	{ "threads", 'c', "N,...", 0,
	    "numbers of threads, each pinned to a CPU [1, 2, 4, ... as there "
	    "are CPUs]",
	    1 },
	{ "tier", OPTION_TIER, "TIER", 0,
	    "smoke: a minute, once; standard: 15 minutes, what claims rest on; "
	    "full: hours, all choices [smoke]",
	    1 },
	{ "measure", OPTION_MEASURE, "WHAT", 0,
	    "throughput; latency: of each operation; count: what is done to "
	    "shared words, exactly [throughput]",
	    1 },
	{ "seed", 'r', "SEED", 0,
	    "of the order and of all draws, or random [1]", 1 },
	{ "seconds", 'd', "TIME", 0,
	    "begin no block after that [the tier's budget; with -n, none]", 2 },
	{ "blocks", 'n', "N", 0,
	    "so many of each family [as many as the tier wants]", 2 },
	{ "length", OPTION_LENGTH, "MS", 0,
	    "of a repetition, in milliseconds [100 or 250]", 2 },
	{ "no-raise", OPTION_NO_RAISE, NULL, 0,
	    "leave nice and autogroup as they are", 2 },
	{ "list", OPTION_LIST, NULL, 0,
	    "the workloads and who can be put to them; with --json: all names, "
	    "and what they are",
	    3 },
	{ "dry-run", OPTION_DRY_RUN, NULL, 0,
	    "the names of what would be measured, and nothing is", 3 },
	{ "json", OPTION_JSON, NULL, 0,
	    "one object a line on stdout, instead of text", 3 },
	{ "output", 'o', "DIR", 0, "append the objects to DIR/bench.jsonl", 3 },
	{ 0 },
};

static void
add_name(struct argp_state *state, const char **names, unsigned *count,
    const char *name)
{
	if (*count == NAMES_MAX)
		argp_error(state, "at most %d names", NAMES_MAX);
	names[(*count)++] = name;
}

static void
add_strategy(struct argp_state *state, const struct vm_ops *ops)
{
	struct bench_options *bench = state->input;

	if (strcmp(ops->name, "busted") == 0)
		argp_error(state,
		    "busted has no locking: it is the row \"unsynchronised\"");
	add_name(state, bench->strategies, &bench->strategy_count, ops->name);
}

static void
parse_strategy(struct argp_state *state, const char *word)
{
	parse_strategies(state, word, add_strategy);
}

static void
parse_threads(struct argp_state *state, const char *word)
{
	struct bench_options *bench = state->input;
	unsigned most =
	    regime_cpus() < THREADS_MAX ? regime_cpus() : THREADS_MAX;
	unsigned threads = parse_count(state, "-c", word, THREADS_MAX);

	if (threads > most)
		argp_error(state,
		    "-c: %u threads are more than the %u CPUs to pin them to",
		    threads, most);
	if (bench->thread_count == PLAN_THREADS_MAX)
		argp_error(state, "-c: at most %d numbers", PLAN_THREADS_MAX);
	bench->threads[bench->thread_count++] = threads;
}

static enum tier
parse_tier(struct argp_state *state, const char *name)
{
	enum tier tier = tier_find(name);

	if (tier == TIER_NONE)
		argp_error(state,
		    "--tier: \"%s\" is not one of smoke, standard, full", name);
	return tier;
}

static enum measure
parse_measure(struct argp_state *state, const char *name)
{
	for (enum measure measure = 0; measure < MEASURES; measure++) {
		if (strcmp(measure_name(measure), name) != 0)
			continue;
#ifndef VMRACE_COUNT
		if (measure == MEASURE_COUNT)
			argp_error(state,
			    "--measure count: this program does not count; "
			    "\"./vmrace bench\" takes one that does");
#endif
		return measure;
	}
	argp_error(state,
	    "--measure: \"%s\" is not one of throughput, latency, count", name);
	return MEASURE_THROUGHPUT;
}

static error_t
parse_word(struct argp_state *state, char *arg)
{
	struct bench_options *bench = state->input;

	if (!bench_has_workload(arg))
		argp_error(state,
		    "no workload is named \"%s\": see \"vmrace bench --list\"",
		    arg);
	add_name(state, bench->workloads, &bench->workload_count, arg);
	return 0;
}

/* What would be lost without a word. */
static void
refuse_unheard(struct argp_state *state, const struct bench_options *bench)
{
	for (unsigned t = 0; t < bench->thread_count; t++)
		if (bench->measure == MEASURE_COUNT && bench->threads[t] != 1)
			argp_error(
			    state, "-c: what is counted is done by one thread");
	if (bench->google == NULL)
		return;
	if (bench->json || bench->directory != NULL)
		argp_error(state,
		    "--json and -o are not for Google Benchmark, which has "
		    "--benchmark_format and --benchmark_out behind \"--\"");
	if (bench->budget_s > 0)
		argp_error(
		    state, "-d is not for Google Benchmark: -n says how often");
	if (bench->measure != MEASURE_THROUGHPUT)
		argp_error(state, "--measure %s is not for Google Benchmark",
		    measure_name(bench->measure));
}

static error_t
parse_rest(int key, char *arg, struct argp_state *state)
{
	struct bench_options *bench = state->input;

	switch (key) {
	case OPTION_NO_RAISE:
		bench->no_raise = TRUE;
		return 0;
	case OPTION_LIST:
		bench->list = TRUE;
		return 0;
	case OPTION_DRY_RUN:
		bench->dry_run = TRUE;
		return 0;
	case OPTION_JSON:
		bench->json = TRUE;
		return 0;
	case 'o':
		bench->directory = arg;
		return 0;
	case ARGP_KEY_ARG:
		return parse_word(state, arg);
	case ARGP_KEY_END:
		refuse_unheard(state, bench);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	struct bench_options *bench = state->input;

	switch (key) {
	case 's':
		parse_list(state, arg, parse_strategy);
		return 0;
	case 'c':
		parse_list(state, arg, parse_threads);
		return 0;
	case OPTION_TIER:
		bench->tier = parse_tier(state, arg);
		return 0;
	case OPTION_MEASURE:
		bench->measure = parse_measure(state, arg);
		return 0;
	case 'r':
		bench->seed = parse_seed(state, arg);
		return 0;
	case 'd':
		bench->budget_s = parse_seconds(state, arg);
		return 0;
	case 'n':
		bench->blocks = parse_count(state, "-n", arg, 100000);
		return 0;
	case OPTION_LENGTH:
		bench->repetition_s =
		    1e-3 * parse_count(state, "--length", arg, 100000);
		return 0;
	default:
		return parse_rest(key, arg, state);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "[WORKLOAD...] [-- BENCHMARK-FLAG...]",
	.doc =
	    "Measure locking strategies side by side, with peers, the ceiling "
	    "without locks and the empty loop in the same blocks."
	    "\vA WORKLOAD is W1 or lookup_hot; none: all that the tier "
	    "measures.  Flags behind \"--\" are Google Benchmark's: then it "
	    "measures and prints, in its own way, and the tier chooses the "
	    "sizes.\n\nExit status: 0 sound, 1 violation, 3 nothing was "
	    "measured, 4 could not start, 64 misuse, 130 interrupted.",
};

static void
threads_by_default(struct bench_options *bench)
{
	for (unsigned n = 1; n <= regime_cpus() && n <= THREADS_MAX; n *= 2)
		bench->threads[bench->thread_count++] = n;
}

void
bench_options_parse(struct bench_options *bench, int argc, char **argv)
{
	*bench = (struct bench_options){ .tier = TIER_SMOKE, .seed = 1 };
	for (int i = 1; i < argc && bench->google == NULL; i++)
		if (strcmp(argv[i], "--") == 0) {
			bench->google = argv + i + 1;
			bench->google_count = argc - i - 1;
			argc = i;
		}
	(void)argp_parse(&argp, argc, argv, 0, NULL, bench);
	if (bench->measure == MEASURE_COUNT) {
		bench->threads[0] = 1;
		bench->threads[1] = 0;
	} else if (bench->thread_count == 0)
		threads_by_default(bench);
}

struct tier_limits
bench_limits(const struct bench_options *bench)
{
	struct tier_limits limits = tiers[bench->tier];

	if (bench->measure == MEASURE_COUNT) {
		limits.repetitions = limits.passes = 1;
		limits.enough = 0;
	}
	if (bench->repetition_s > 0) {
		limits.repetition_s = bench->repetition_s;
		limits.warm_least_s = bench->repetition_s / 2;
		if (limits.warm_most_s < 2 * limits.warm_least_s)
			limits.warm_most_s = 2 * limits.warm_least_s;
	}
	if (bench->budget_s > 0 || bench->blocks != 0)
		limits.budget_s = bench->budget_s;
	return limits;
}
