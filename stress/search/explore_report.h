/* SPDX-License-Identifier: BSD-2-Clause */
/* What a search came to, for people and for programs. */
#ifndef STRESS_SEARCH_EXPLORE_REPORT_H
#define STRESS_SEARCH_EXPLORE_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "stress/search/explore.h"
#include "stress/verdict.h"

/* What was not exposed, in words (exposure.h).  FALSE: it all was. */
boolean_t explore_lacks(const struct explore_config *config,
    const struct explore_result *result, char *text, size_t size);
enum verdict explore_verdict(
    const struct explore_config *config, const struct explore_result *result);
/* What the verdict rests on; "" if there is nothing to add. */
void explore_note_words(const struct explore_config *config,
    const struct explore_result *result, char *note, size_t size);

void explore_print(FILE *out, const struct explore_config *config,
    const struct explore_result *result);
json_t *explore_json(
    const struct explore_config *config, const struct explore_result *result);

/* The parts of it that a hunt's record has, too: what was asked, and one
 * failure. */
json_t *explore_config_json(const struct explore_config *config);
json_t *explore_found_json(
    const struct explore_config *config, const struct explore_found *found);

#endif /* STRESS_SEARCH_EXPLORE_REPORT_H */
