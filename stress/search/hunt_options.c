/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "stress/search/hunt_options.h"

#include <stdlib.h>
#include <string.h>

#include "stress/build.h"
#include "stress/parse.h"
#include "stress/search/asked.h"
#include "stress/search/explore_options.h"
#include "stress/search/rcu_option.h"
#include "stress/search/shrink.h"

#define SECONDS 60

enum {
	OPTION_STEPS = 256,
	OPTION_CERTIFY,
	OPTION_RCU,
	OPTION_JSON,
};

struct parsing {
	struct asked asked;
	struct hunt_options *hunt;
	const char *hazard; /* of the rows to come; NULL: none */
};

static const struct argp_option options[] = {
	{ "strategies", 's', "NAME,...", 0,
	    "locking strategies, one row each, of scenarios that have a VM; "
	    "all: every one but busted [original]",
	    1 },
	{ "seconds", 'd', "TIME", 0,
	    "give a row up after: 10, 90s, 5m, 2h; 0: never [60]", 1 },
	{ "seed", 'r', "SEED", 0, "of the first execution, or random [1]", 1 },
	{ "workers", 'j', "N", 0, "processes that search [one for each core]",
	    1 },
	{ "steps", OPTION_STEPS, "N", 0,
	    "an execution of more steps is a failure [20000]", 1 },
	{ "certify", OPTION_CERTIFY, "POINTS", 0,
	    "how many schedule points the proof that nothing less fails may "
	    "take [200M]",
	    1 },
	{ "rcu", OPTION_RCU, "WORD,...", 0, RCU_OPTION_HELP, 1 },
	{ "json", OPTION_JSON, NULL, 0,
	    "one object a line on stdout, instead of text", 2 },
	{ "output", 'o', "DIR", 0,
	    "save reproducers there [the current directory], and append the "
	    "objects to DIR/hunt.jsonl",
	    2 },
	{ 0 },
};

/* Without locks something has to be wrong: a race, which only a sanitizer
 * sees for sure.  And without RCU, for who uses it. */
static boolean_t
is_busted(const struct scenario *scenario, const struct vm_ops *ops,
    const struct rcu_model *rcu)
{
	if (rcu->busted != RCU_BUSTED_sound)
		return scenario_reclaims(scenario, ops);
	return scenario->has_vm && build_is_slow() &&
	       strcmp(ops->name, "busted") == 0;
}

static void
add_row(struct argp_state *state, const struct scenario *scenario,
    const struct vm_ops *ops)
{
	struct parsing *p = state->input;
	struct hunt_options *hunt = p->hunt;

	if (hunt->targets == HUNT_ROWS_MAX)
		argp_error(state, "too many rows");
	hunt->target[hunt->targets++] = (struct hunt_target){
		.scenario = scenario,
		.ops = ops,
		.hazard = p->hazard,
		.wrong = p->hazard != NULL || scenario->wrong != NULL ||
			 is_busted(scenario, ops, &hunt->base.rcu),
	};
}

/* Those that show that exhibit, or any.  FALSE: none does. */
static boolean_t
hunt_shown(struct argp_state *state, const char *hazard)
{
	struct parsing *p = state->input;
	const struct scenario_shown *shown;
	boolean_t any = FALSE;

	for (shown = scenario_shown; shown->hazard != NULL; shown++) {
		const struct scenario *scenario =
		    scenario_find(shown->scenario);

		if (scenario == NULL ||
		    (hazard != NULL && strcmp(hazard, shown->hazard) != 0))
			continue;
		p->hazard = shown->hazard;
		asked_rows(state, scenario, hazard == NULL, add_row);
		any = TRUE;
	}
	p->hazard = NULL;
	return any;
}

static void
hunt_all(struct argp_state *state)
{
	for (unsigned i = 0; scenarios[i] != NULL; i++)
		if (scenarios[i]->wrong != NULL)
			asked_rows(state, scenarios[i], TRUE, add_row);
	(void)hunt_shown(state, NULL);
}

static void
hunt_word(struct argp_state *state, const char *word)
{
	const struct scenario *scenario = scenario_find(word);
	unsigned long hazard = 0;

	if (strcmp(word, "all") == 0)
		hunt_all(state);
	else if (scenario != NULL)
		asked_rows(state, scenario, FALSE, add_row);
	else if (hunt_shown(state, word))
		return;
	else if (parse_hazard(word, &hazard))
		argp_error(state,
		    "no scenario hunts exhibit %s: try \"vmrace stress "
		    "--as-found %s\"",
		    word, word);
	else
		argp_error(state,
		    "no scenario and no exhibit is named \"%s\": see \"vmrace "
		    "list\"",
		    word);
}

static void
settle(struct argp_state *state, struct parsing *p)
{
	struct explore_config *base = &p->hunt->base;

	if (p->asked.words == 0)
		argp_error(state, "what is to be hunted? See \"vmrace list "
				  "scenarios\" and \"vmrace list hazards\"");
	asked_strategy_default(state, "original");
	for (unsigned i = 0; i < p->asked.words; i++)
		parse_list(state, p->asked.word[i], hunt_word);
	asked_end(state);
	for (unsigned i = 0; sched_policies[i] != NULL; i++)
		if (sched_policies[i]->draws &&
		    base->policy_count < EXPLORE_POLICIES)
			base->policies[base->policy_count++] =
			    sched_policies[i];
}

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
	struct parsing *p = state->input;
	struct explore_config *base = &p->hunt->base;

	switch (key) {
	case 's':
		asked_strategies(state, arg);
		return 0;
	case 'd':
		base->seconds =
		    strcmp(arg, "0") == 0 ? 0 : parse_seconds(state, arg);
		return 0;
	case 'r':
		base->seed = parse_seed(state, arg);
		return 0;
	case 'j':
		base->workers = parse_count(state, "-j", arg, EXPLORE_WORKERS);
		return 0;
	case 'o':
		p->hunt->directory = arg;
		return 0;
	case OPTION_STEPS:
		base->step_limit = parse_count(state, "--steps", arg, 1 << 24);
		return 0;
	case OPTION_RCU:
		base->rcu = rcu_option_parse(state, arg);
		p->asked.rcu_asked = TRUE;
		return 0;
	case OPTION_CERTIFY:
		p->hunt->certify_points =
		    parse_number(state, "--certify", arg, UINT64_MAX >> 1);
		return 0;
	case OPTION_JSON:
		p->hunt->json = TRUE;
		return 0;
	case ARGP_KEY_ARG:
		asked_word(state, arg);
		return 0;
	case ARGP_KEY_END:
		settle(state, p);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse_option,
	.args_doc = "HAZARD|SCENARIO[,...]|all",
	.doc =
	    "Search a scenario under all policies that draw at random, in "
	    "turns, until it fails; shrink the failure to the least that fails "
	    "likewise; look for a proof that nothing less does; save it.  A "
	    "hazard: the scenarios that show it when it is given back.  "
	    "\"all\": every scenario in which something is wrong, and every "
	    "hazard that has one."
	    "\vExit status: 0 every expectation was met: what is wrong was "
	    "found, what is not did not fail; 1 something else failed, 3 "
	    "nothing was found, 4 could not start or save, 64 misuse, 66 "
	    "unexpected data race, 130 interrupted.",
};

void
hunt_options_parse(struct hunt_options *hunt, int argc, char **argv)
{
	struct parsing p = { .hunt = hunt };

	*hunt = (struct hunt_options){
		.base = {
			.seed = 1,
			.seconds = SECONDS,
			.step_limit = EXPLORE_STEPS,
			.stop = TRUE,
			.workers = asked_workers(EXPLORE_WORKERS),
		},
		.certify_points = CERTIFY_POINTS,
	};
	(void)argp_parse(&argp, argc, argv, 0, NULL, &p);
}
