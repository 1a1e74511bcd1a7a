/* SPDX-License-Identifier: BSD-2-Clause */
/* What a search came to, for people and for programs. */
#ifndef STRESS_SEARCH_EXPLORE_REPORT_H
#define STRESS_SEARCH_EXPLORE_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "stress/search/explore.h"
#include "stress/verdict.h"

enum verdict explore_verdict(
    const struct explore_config *config, const struct explore_result *result);
/* What the verdict rests on; "" if there is nothing to add. */
void explore_note_words(const struct explore_config *config,
    const struct explore_result *result, char *note, size_t size);

void explore_print(FILE *out, const struct explore_config *config,
    const struct explore_result *result);
json_t *explore_json(
    const struct explore_config *config, const struct explore_result *result);

#endif /* STRESS_SEARCH_EXPLORE_REPORT_H */
