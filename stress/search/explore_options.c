/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pmap_sim/sched/schedule.h"
#include "stress/build.h"
#include "stress/need.h"
#include "stress/parse.h"
#include "stress/search/explore_options.h"
#include "stress/search/rcu_option.h"

#define SECONDS 2

enum {
	OPTION_SCHEDULER = 256,
	OPTION_BOUND,
	OPTION_DEPTH,
	OPTION_SCHEDULE,
	OPTION_STEPS,
	OPTION_STOP,
	OPTION_AS_FOUND,
	OPTION_RCU,
	OPTION_JSON,
};

static const struct argp_option options[] = {
	{ "strategies", 's', "NAME,...", 0,
	    "locking strategies, one row each, of scenarios that have a VM; "
	    "all: every one but busted [fine]",
	    1 },
	{ "runs", 'n', "N", 0, "executions of each row [no end]", 1 },
	{ "seconds", 'd', "TIME", 0, "of each row: 10, 90s, 5m, 2h [2]", 1 },
	{ "seed", 'r', "SEED", 0, "of the first execution, or random [1]", 1 },
	{ "workers", 'j', "N", 0, "processes that search [one for each core]",
	    1 },
	{ "stop", OPTION_STOP, NULL, 0, "a row ends with its first failure",
	    1 },
	{ "scheduler", OPTION_SCHEDULER, "NAME,...", 0,
	    "who decides what runs next (list schedulers), in turns; "
	    "portfolio: all that draw [random]",
	    2 },
	{ "bound", OPTION_BOUND, "K", 0,
	    "of bound: preemptions at most; 0, 1, ... [2]", 2 },
	{ "depth", OPTION_DEPTH, "D", 0,
	    "of pct: ordered events [drawn from 1 to 6]", 2 },
	{ "schedule", OPTION_SCHEDULE, "STEP:TASK,...", 0,
	    "of replay: where another task runs than would by default", 2 },
	{ "steps", OPTION_STEPS, "N", 0,
	    "an execution of more steps is a failure [20000]", 2 },
	{ "as-found", OPTION_AS_FOUND, "ID,...", 0,
	    "give back defects of the original (list hazards)", 2 },
	{ "rcu", OPTION_RCU, "WORD,...", 0, RCU_OPTION_HELP, 2 },
	{ "json", OPTION_JSON, NULL, 0,
	    "one object a line on stdout, instead of text", 3 },
	{ "output", 'o', "DIR", 0, "append the objects to DIR/explore.jsonl",
	    3 },
	{ 0 },
};

static void
add_policy(struct argp_state *state, const struct sched_policy_ops *policy)
{
	struct explore_config *base =
	    &((struct explore_options *)state->input)->base;

	if (base->policy_count == EXPLORE_POLICIES)
		argp_error(state, "--scheduler: too many names");
	base->policies[base->policy_count++] = policy;
}

static void
parse_policy(struct argp_state *state, const char *word)
{
	const struct sched_policy_ops *policy = sched_policy_find(word);

	if (strcmp(word, "portfolio") == 0) {
		for (unsigned i = 0; sched_policies[i] != NULL; i++)
			if (sched_policies[i]->draws)
				add_policy(state, sched_policies[i]);
		return;
	}
	if (policy == NULL)
		argp_error(state,
		    "--scheduler: none is named \"%s\": see \"vmrace list "
		    "schedulers\"",
		    word);
	add_policy(state, policy);
}

/* --- Rows ----------------------------------------------------------------- */

static void
add_row(struct argp_state *state, const struct scenario *scenario,
    const struct vm_ops *ops)
{
	struct explore_options *explore = state->input;

	if (explore->rows == EXPLORE_ROWS_MAX)
		argp_error(state, "too many rows");
	explore->row[explore->rows++] =
	    (struct explore_row){ .scenario = scenario, .ops = ops };
}

/* A name, or "all": what is sound, as far as is known. */
static void
parse_scenario(struct argp_state *state, const char *word)
{
	const struct scenario *scenario = scenario_find(word);

	if (strcmp(word, "all") == 0) {
		for (unsigned i = 0; scenarios[i] != NULL; i++)
			if (scenarios[i]->wrong == NULL)
				asked_rows(state, scenarios[i], TRUE, add_row);
		return;
	}
	if (scenario == NULL)
		argp_error(state,
		    "no scenario is named \"%s\": see \"vmrace list "
		    "scenarios\"",
		    word);
	asked_rows(state, scenario, FALSE, add_row);
}

/* --- What does not go together -------------------------------------------- */

static boolean_t
has_policy(const struct explore_config *base, const char *name)
{
	for (unsigned i = 0; i < base->policy_count; i++)
		if (strcmp(base->policies[i]->name, name) == 0)
			return TRUE;
	return FALSE;
}

/* An option of one scheduler, with others. */
static void
refuse_of_others(
    struct argp_state *state, const struct explore_options *explore)
{
	const struct {
		const char *option, *policy;
		boolean_t given;
	} of[] = {
		{ "--bound", "bound", explore->bound_given },
		{ "--depth", "pct", explore->base.depth != 0 },
		{ "--schedule", "replay", explore->base.schedule != NULL },
	};

	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		if (of[i].given && !has_policy(&explore->base, of[i].policy))
			argp_error(state,
			    "%s is of scheduler %s: add --scheduler %s",
			    of[i].option, of[i].policy, of[i].policy);
}

static void
settle_policies(struct argp_state *state, struct explore_options *explore)
{
	struct explore_config *base = &explore->base;
	const struct sched_policy_ops *first;

	if (base->policy_count == 0)
		base->policies[base->policy_count++] =
		    sched_policy_find("random");
	first = base->policies[0];
	for (unsigned i = 0; i < base->policy_count; i++)
		if (base->policy_count > 1 && !base->policies[i]->draws)
			argp_error(state, "--scheduler: %s goes with no other",
			    base->policies[i]->name);
	refuse_of_others(state, explore);
	if (has_policy(base, "replay") && explore->seed_given)
		argp_error(state, "-r: replay draws nothing from a seed");
	if (has_policy(base, "replay") && base->schedule == NULL)
		argp_error(state,
		    "--scheduler replay: which schedule? Add --schedule "
		    "STEP:TASK,... ('': as is by default)");
	if (first->exhaustive && first->divide == NULL) {
		if (base->workers > 1)
			argp_error(state, "-j: %s searches in one process",
			    first->name);
		base->workers = 1;
	}
	if (base->workers == 0)
		base->workers = asked_workers(EXPLORE_WORKERS);
}

/* A turn that a row has no task for, or that comes too late in the list. */
static void
refuse_turns(struct argp_state *state, const struct explore_row *row,
    const struct sched_turn *turn, unsigned turns)
{
	unsigned tasks = scenario_tasks(row->scenario, row->ops);

	for (unsigned i = 0; i < turns; i++) {
		if (turn[i].task >= tasks)
			argp_error(state,
			    "--schedule: %u:%u: the tasks of %s%s%s are 0 to "
			    "%u",
			    turn[i].step, turn[i].task, row->scenario->name,
			    row->ops != NULL ? " under " : "",
			    row->ops != NULL ? row->ops->name : "", tasks - 1);
		if (i > 0 && turn[i].step <= turn[i - 1].step)
			argp_error(state,
			    "--schedule: %u:%u: its step is not behind that "
			    "of %u:%u",
			    turn[i].step, turn[i].task, turn[i - 1].step,
			    turn[i - 1].task);
	}
}

static void
settle_schedule(struct argp_state *state, const struct explore_options *explore)
{
	const char *words = explore->base.schedule;
	struct sched_turn *turn;
	unsigned turns;

	if (words == NULL)
		return;
	if (!sched_schedule_parse(words, NULL, &turns))
		argp_error(
		    state, "--schedule: \"%s\" is not STEP:TASK,...", words);
	turn = need_zeroed(turns + 1, sizeof(*turn));
	(void)sched_schedule_parse(words, turn, &turns);
	for (unsigned i = 0; i < explore->rows; i++)
		refuse_turns(state, &explore->row[i], turn, turns);
	free(turn);
}

/* And what is not said. */
static void
settle(struct argp_state *state, struct explore_options *explore)
{
	struct explore_config *base = &explore->base;
	struct asked *asked = &explore->asked;

	if (asked->words == 0)
		argp_error(state, "which scenario? See \"vmrace list "
				  "scenarios\"");
	settle_policies(state, explore);
	asked_strategy_default(state, "fine");
	asked->as_found = base->as_found;
	for (unsigned i = 0; i < asked->words; i++)
		parse_list(state, asked->word[i], parse_scenario);
	asked_end(state);
	settle_schedule(state, explore);
	if (has_policy(base, "replay") && base->runs == 0)
		base->runs = 1;
	if (base->runs == 0 && base->seconds == 0 &&
	    !base->policies[0]->exhaustive)
		base->seconds = SECONDS;
}

static error_t
parse_search(int key, char *arg, struct argp_state *state)
{
	struct explore_options *explore = state->input;
	struct explore_config *base = &explore->base;

	switch (key) {
	case OPTION_SCHEDULER:
		parse_list(state, arg, parse_policy);
		return 0;
	case OPTION_BOUND:
		explore->bound_given = TRUE;
		base->bound =
		    (unsigned)parse_number(state, "--bound", arg, 1000);
		return 0;
	case OPTION_DEPTH:
		base->depth = parse_count(state, "--depth", arg, 16);
		return 0;
	case OPTION_SCHEDULE:
		base->schedule = arg;
		return 0;
	case OPTION_STEPS:
		base->step_limit = parse_count(state, "--steps", arg, 1 << 24);
		return 0;
	case OPTION_RCU:
		base->rcu = rcu_option_parse(state, arg);
		explore->asked.rcu_asked = TRUE;
		return 0;
	case OPTION_STOP:
		base->stop = TRUE;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	struct explore_options *explore = state->input;
	struct explore_config *base = &explore->base;

	switch (key) {
	case 's':
		asked_strategies(state, arg);
		return 0;
	case 'n':
		base->runs = parse_number(state, "-n", arg, UINT64_MAX >> 1);
		return 0;
	case 'd':
		base->seconds = parse_seconds(state, arg);
		return 0;
	case 'r':
		explore->seed_given = TRUE;
		base->seed = parse_seed(state, arg);
		return 0;
	case 'j':
		base->workers = parse_count(state, "-j", arg, EXPLORE_WORKERS);
		return 0;
	case 'o':
		explore->directory = arg;
		return 0;
	case OPTION_AS_FOUND:
		base->as_found = parse_as_found(state, arg);
		return 0;
	case OPTION_JSON:
		explore->json = TRUE;
		return 0;
	case ARGP_KEY_ARG:
		asked_word(state, arg);
		return 0;
	case ARGP_KEY_END:
		settle(state, explore);
		return 0;
	default:
		return parse_search(key, arg, state);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "SCENARIO[,SCENARIO...]|all",
	.doc =
	    "Run a scenario under the deterministic scheduler, again and "
	    "again, each time in another order.  \"all\": every scenario in "
	    "which nothing is known to be wrong."
	    "\vExit status: 0 sound, 1 violation, 3 not exposed, 4 could not "
	    "start, 64 misuse, 66 data race, 77 not for that scheduler, "
	    "130 interrupted.",
};

void
explore_options_parse(struct explore_options *explore, int argc, char **argv)
{
	*explore = (struct explore_options){
		.base = {
			.seed = 1,
			.bound = 2,
			.step_limit = EXPLORE_STEPS,
		},
	};
	(void)argp_parse(&argp, argc, argv, 0, NULL, explore);
}

/* --- In words ------------------------------------------------------------ */

char *
explore_scheduler(const struct explore_config *config)
{
	char *words = need_printf("%s", config->policies[0]->name);

	for (unsigned i = 1; i < config->policy_count; i++) {
		char *more =
		    need_printf("%s,%s", words, config->policies[i]->name);

		free(words);
		words = more;
	}
	return words;
}

/* Of replay: which; the caller's. */
static char *
schedule_words(const struct explore_config *config)
{
	const char *schedule = config->schedule;

	if (schedule == NULL)
		return need_printf("%s", "");
	return need_printf(" schedule=%s", *schedule != '\0' ? schedule : "''");
}

char *
explore_identity(const struct explore_config *config)
{
	char *as_found = as_found_words(config->as_found);
	char *scheduler = explore_scheduler(config);
	char *schedule = schedule_words(config);
	char rcu[RCU_MODEL_WORDS], *text;

	rcu_model_words(&config->rcu, rcu);
	text = need_printf(
	    "explore scenario=%s strategy=%s tasks=%u scheduler=%s%s bound=%u "
	    "depth=%u seed=%llu runs=%llu seconds=%g steps=%llu workers=%u "
	    "as-found=%s rcu=%s sanitizer=%s compiler=\"%s\"",
	    config->scenario->name,
	    config->ops != NULL ? config->ops->name : "none",
	    config->scenario->tasks, scheduler, schedule, config->bound,
	    config->depth, (unsigned long long)config->seed,
	    (unsigned long long)config->runs, config->seconds,
	    (unsigned long long)config->step_limit, config->workers,
	    *as_found != '\0' ? as_found : "none", rcu, BUILD_SANITIZER,
	    BUILD_COMPILER);

	free(as_found);
	free(scheduler);
	free(schedule);
	return text;
}

/* The search itself, as it was asked for. */
static char *
how_again(const struct explore_config *config)
{
	const struct sched_policy_ops *policy = config->policies[0];
	char bound[32] = "", runs[32] = "", seconds[32] = "";

	if (policy->deepens)
		snprintf(bound, sizeof(bound), " --bound %u", config->bound);
	if (config->runs != 0)
		snprintf(runs, sizeof(runs), " -n %llu",
		    (unsigned long long)config->runs);
	if (config->seconds > 0)
		snprintf(seconds, sizeof(seconds), " -d %g", config->seconds);
	return need_printf("%s%s -r %llu%s%s -j %u%s", policy->name, bound,
	    (unsigned long long)config->seed, runs, seconds, config->workers,
	    config->stop ? " --stop" : "");
}

/* The scheduler and what it is told; the caller's. */
static char *
how_repeated(
    const struct explore_config *config, const struct explore_found *found)
{
	const struct sched_policy_ops *policy = config->policies[found->policy];
	unsigned depth = strcmp(policy->name, "pct") == 0 ? config->depth : 0;
	const char *schedule =
	    found->schedule_known ? found->schedule : config->schedule;

	if (policy->draws)
		return need_printf("%s -r %llu -n 1 -j 1%s%.0u", policy->name,
		    (unsigned long long)found->seed,
		    depth != 0 ? " --depth " : "", depth);
	if (schedule == NULL)
		return how_again(config);
	return need_printf(
	    "replay --schedule %s", *schedule != '\0' ? schedule : "''");
}

char *
explore_replay_line(
    const struct explore_config *config, const struct explore_found *found)
{
	char *as_found, *how, *text, rcu[RCU_OPTION], steps[32] = "";

	if (found->file[0] != '\0') {
		how = need_quoted(found->file);
		text = need_printf("./vmrace replay %s --explain", how);
		free(how);
		return text;
	}
	as_found = as_found_words(config->as_found);
	rcu_option_write(&config->rcu, rcu);
	if (config->step_limit != EXPLORE_STEPS)
		snprintf(steps, sizeof(steps), " --steps %llu",
		    (unsigned long long)config->step_limit);
	how = how_repeated(config, found);
	text = need_printf("./vmrace explore %s%s%s%s --scheduler %s%s%s%s%s",
	    config->scenario->name, build_flag(),
	    config->ops != NULL ? " -s " : "",
	    config->ops != NULL ? config->ops->name : "", how,
	    *as_found != '\0' ? " --as-found " : "", as_found, rcu, steps);
	free(as_found);
	free(how);
	return text;
}
