/* SPDX-License-Identifier: BSD-2-Clause */
/* Trouble on a command line. */
#ifndef STRESS_TROUBLE_OPTIONS_H
#define STRESS_TROUBLE_OPTIONS_H

#include <argp.h>

#include "stress/trouble.h"

#define OPTION_TROUBLE 512 /* the first of their keys */

/* The options, for an array of struct argp_option. */
#define TROUBLE_OPTIONS(group)                                                 \
	{ "pager-latency", OPTION_TROUBLE, "FROM..TO", 0,                      \
		"what each read and write of a page takes longer: 50us, "      \
		"0..2ms, none",                                                \
		(group) },                                                     \
	    { "pager-fail", OPTION_TROUBLE + 1, "CALL=P[:HOW],...", 0,         \
		    "how often a pager fails, from 0 to 1: "                   \
		    "get=0.01,put=0.05; "                                      \
		    "HOW: bad, error, never (get), fail, error, never (put); " \
		    "or none",                                                 \
		    (group) },                                                 \
	    { "pend", OPTION_TROUBLE + 2, "WHEN", 0,                           \
		    "writes that nobody waits for are done now, late, never, " \
		    "mix or in their turn: none",                              \
		    (group) },                                                 \
	    { "fail-allocation", OPTION_TROUBLE + 3, "N", 0,                   \
		    "the N-th allocation fails", (group) },                    \
	{                                                                      \
		"fail-allocations", OPTION_TROUBLE + 4, "P", 0,                \
		    "how often one fails, from 0 to 1", (group)                \
	}

/* One of them.  What is wrong ends the program with status 64. */
error_t parse_trouble(struct trouble_config *config, int key, char *arg,
    struct argp_state *state);

/* For an identity line: all of it.  The caller's. */
char *trouble_identity(const struct trouble_config *config);
/* For a replay line: what was given, with a blank before each.  The
 * caller's. */
char *trouble_replay(const struct trouble_config *config);

#endif /* STRESS_TROUBLE_OPTIONS_H */
