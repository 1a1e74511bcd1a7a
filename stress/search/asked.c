/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "stress/search/asked.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stress/need.h"
#include "stress/parse.h"

void
asked_word(struct argp_state *state, char *word)
{
	struct asked *asked = state->input;

	if (asked->words == ASKED_WORDS)
		argp_error(state, "too many words");
	asked->word[asked->words++] = word;
}

unsigned
asked_workers(unsigned max)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return cores < 1 ? 1 : cores > (long)max ? max : (unsigned)cores;
}

/* --- Strategies ----------------------------------------------------------- */

static void
add_strategy(struct argp_state *state, const struct vm_ops *ops)
{
	struct asked *asked = state->input;

	if (asked->strategies == ASKED_STRATEGIES)
		argp_error(state, "-s: too many names");
	asked->strategy[asked->strategies++] = ops;
}

static void
parse_strategy(struct argp_state *state, const char *word)
{
	struct asked *asked = state->input;

	asked->all_strategies |= strcmp(word, "all") == 0;
	parse_strategies(state, word, add_strategy);
}

void
asked_strategies(struct argp_state *state, const char *text)
{
	struct asked *asked = state->input;

	asked->strategies_asked = TRUE;
	parse_list(state, text, parse_strategy);
}

void
asked_strategy_default(struct argp_state *state, const char *name)
{
	struct asked *asked = state->input;

	if (asked->strategies == 0)
		add_strategy(state, vm_strategy_find(name));
}

/* --- Rows ----------------------------------------------------------------- */

/* "collapse.copy, deallocate.collapse.copy": who shows one of the exhibits; the
 * caller's. */
static char *
who_shows(unsigned long as_found)
{
	char *words = need_printf("%s", "");

	for (const struct scenario_shown *shown = scenario_shown;
	     shown->hazard != NULL; shown++) {
		unsigned long hazard = 0;
		char *more;

		(void)parse_hazard(shown->hazard, &hazard);
		if ((hazard & as_found) == 0)
			continue;
		more = need_printf("%s%s%s", words, *words != '\0' ? ", " : "",
		    shown->scenario);
		free(words);
		words = more;
	}
	return words;
}

/* What was asked has no place in it. */
static void
refuse_as_found(struct argp_state *state, const struct scenario *scenario)
{
	const struct asked *asked = state->input;
	char *shows = who_shows(asked->as_found);

	argp_error(state,
	    "--as-found: %s has no VM to give a defect back to%s%s",
	    scenario->name, *shows != '\0' ? ": take " : "", shows);
}

static void
refuse_rcu(struct argp_state *state, const struct scenario *scenario,
    const struct vm_ops *ops)
{
	argp_error(state, "--rcu: %s%s%s uses no RCU: take %s", scenario->name,
	    ops != NULL ? " under " : "", ops != NULL ? ops->name : "",
	    ops != NULL ? "-s rcu"
			: "a scenario of its own, such as rcu.remove");
}

/* TRUE: left out. */
static boolean_t
is_out_of_place(struct argp_state *state, const struct scenario *scenario,
    const struct vm_ops *ops, boolean_t all)
{
	const struct asked *asked = state->input;

	if (asked->as_found != 0 && !scenario->has_vm) {
		if (!all)
			refuse_as_found(state, scenario);
		return TRUE;
	}
	if (asked->rcu_asked && !scenario_reclaims(scenario, ops)) {
		if (!all && !(asked->all_strategies && ops != NULL))
			refuse_rcu(state, scenario, ops);
		return TRUE;
	}
	return FALSE;
}

void
asked_rows(struct argp_state *state, const struct scenario *scenario,
    boolean_t all,
    void (*one)(struct argp_state *state, const struct scenario *scenario,
	const struct vm_ops *ops))
{
	struct asked *asked = state->input;
	unsigned rows = scenario->has_vm ? asked->strategies : 1;

	for (unsigned i = 0; i < rows; i++) {
		const struct vm_ops *ops =
		    scenario->has_vm ? asked->strategy[i] : NULL;

		if (is_out_of_place(state, scenario, ops, all))
			continue;
		asked->rows++;
		asked->vm_rows += scenario->has_vm;
		one(state, scenario, ops);
	}
}

void
asked_end(struct argp_state *state)
{
	const struct asked *asked = state->input;

	if (asked->rows == 0)
		argp_error(state, "--rcu: none of these uses RCU: take -s rcu");
	if (asked->strategies_asked && !asked->all_strategies &&
	    asked->vm_rows == 0)
		argp_error(state,
		    "-s: none of these has a VM, which is what has a strategy: "
		    "see \"vmrace list scenarios\"");
}
