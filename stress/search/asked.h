/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a command line asks of all rows alike, and what has no place in them.
 *
 * A ROW is a scenario, under a strategy if it has a VM.  An option that would
 * change nothing in a row that was asked for by name is misuse; of "all", such
 * rows are left out.  "-s all" is every strategy that there is in a row.
 */
#ifndef STRESS_SEARCH_ASKED_H
#define STRESS_SEARCH_ASKED_H

#include <argp.h>

#include "stress/scenarios/scenario.h"

#define ASKED_WORDS      64
#define ASKED_STRATEGIES 16

/* The first member of what argp's parsers get. */
struct asked {
	char *word[ASKED_WORDS];
	unsigned words;
	const struct vm_ops *strategy[ASKED_STRATEGIES];
	unsigned strategies;
	boolean_t strategies_asked; /* -s was given */
	boolean_t all_strategies;   /* as "all" */
	unsigned long as_found;
	boolean_t rcu_asked; /* --rcu was given */
	unsigned rows, vm_rows;
};

/* A word that is no option, until all options are known; and -s. */
void asked_word(struct argp_state *state, char *word);
void asked_strategies(struct argp_state *state, const char *text);
/* Where -s was not given. */
void asked_strategy_default(struct argp_state *state, const char *name);

/* Call one for each row of the scenario.  all: it was not asked for by its
 * name. */
void asked_rows(struct argp_state *state, const struct scenario *scenario,
    boolean_t all,
    void (*one)(struct argp_state *state, const struct scenario *scenario,
	const struct vm_ops *ops));
/* After the last. */
void asked_end(struct argp_state *state);

/* How many processes search if nobody says, of at most max. */
unsigned asked_workers(unsigned max);

#endif /* STRESS_SEARCH_ASKED_H */
