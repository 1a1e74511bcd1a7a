/* SPDX-License-Identifier: BSD-2-Clause */
/* What a search has found, kept in files. */
#ifndef STRESS_SEARCH_KEEP_H
#define STRESS_SEARCH_KEEP_H

#include "stress/search/explore.h"

/*
 * A reproducer of each failure, in the directory (NULL: the current one); its
 * path in found->file.  FALSE: lines on stderr say which could not be written.
 */
boolean_t keep_found(const struct explore_config *config,
    struct explore_result *result, const char *directory);

/* What the schedule of a crash was, which took its process along: once more,
 * noted.  Nothing is changed if it does not come again. */
void
keep_note(const struct explore_config *config, struct explore_found *found);

#endif /* STRESS_SEARCH_KEEP_H */
