/* SPDX-License-Identifier: BSD-2-Clause */
/* How much of all that there is a search has seen, in words and numbers. */
#ifndef STRESS_SEARCH_SPACE_H
#define STRESS_SEARCH_SPACE_H

#include <jansson.h>
#include <stdio.h>

#include "stress/search/explore.h"

/* A few words for the progress line; "" if nothing can be said. */
void space_words(const struct explore_config *config,
    const struct explore_result *result, char *text, size_t size);
/* Lines of the report. */
void space_print(FILE *out, const struct explore_config *config,
    const struct explore_result *result);
/* What "complete" means: of a search that is. */
void space_complete(const struct explore_config *config,
    const struct explore_result *result, char *text, size_t size);
/* "space" of a record; NULL: nothing can be said. */
json_t *space_json(
    const struct explore_config *config, const struct explore_result *result);

#endif /* STRESS_SEARCH_SPACE_H */
