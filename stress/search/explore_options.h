/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of `vmrace explore`. */
#ifndef STRESS_SEARCH_EXPLORE_OPTIONS_H
#define STRESS_SEARCH_EXPLORE_OPTIONS_H

#include "stress/search/asked.h"
#include "stress/search/explore.h"

#define EXPLORE_ROWS_MAX 1024

struct explore_options {
	struct asked asked;
	struct explore_row {
		const struct scenario *scenario;
		const struct vm_ops *ops; /* NULL: it has no VM */
	} row[EXPLORE_ROWS_MAX];
	unsigned rows;
	struct explore_config base; /* what all rows have in common */
	boolean_t bound_given, seed_given;
	boolean_t json;
	const char *directory; /* for records, or NULL */
};

/* Misuse ends the program with status 64. */
void
explore_options_parse(struct explore_options *options, int argc, char **argv);

/* "random" or "random,pct"; the caller's. */
char *explore_scheduler(const struct explore_config *config);
/* The first line of a row; the caller's. */
char *explore_identity(const struct explore_config *config);
/* The command that repeats one failure; the caller's. */
char *explore_replay_line(
    const struct explore_config *config, const struct explore_found *found);

#endif /* STRESS_SEARCH_EXPLORE_OPTIONS_H */
