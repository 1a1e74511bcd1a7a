/* SPDX-License-Identifier: BSD-2-Clause */
/* What a hunt came to, for people and for programs. */
#ifndef STRESS_SEARCH_HUNT_REPORT_H
#define STRESS_SEARCH_HUNT_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "stress/search/hunt_options.h"
#include "stress/search/shrink.h"
#include "stress/verdict.h"

struct hunted {
	const struct hunt_target *target;
	const struct explore_config *config;
	const struct explore_result *result;
	const struct shrunk *shrunk;
	const char *file;  /* NULL: nothing was saved */
	size_t file_bytes; /* of it */
	uint64_t certify_points;
};

/* Was it as expected? */
boolean_t hunt_is_met(const struct hunted *hunted);
/* What the program under test came to; what the row counts as, if it was not as
 * expected. */
enum verdict hunt_verdict(const struct hunted *hunted);

/* The caller's. */
char *hunt_identity(
    const struct hunt_target *target, const struct explore_config *config);
void hunt_print(FILE *out, const struct hunted *hunted);
json_t *hunt_json(const struct hunted *hunted);

#endif /* STRESS_SEARCH_HUNT_REPORT_H */
