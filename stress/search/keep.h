/* SPDX-License-Identifier: BSD-2-Clause */
/* What a search has found, kept in files. */
#ifndef STRESS_SEARCH_KEEP_H
#define STRESS_SEARCH_KEEP_H

#include "stress/search/explore.h"
#include "stress/search/reproducer.h"

/*
 * A reproducer of each failure, in the directory (NULL: the current one); its
 * path in found->file.  FALSE: lines on stderr say which could not be written.
 */
boolean_t keep_found(const struct explore_config *config,
    struct explore_result *result, const char *directory);

/*
 * One of them; its path, the caller's.  NULL: no file has it again, for it goes
 * another way each time, or nothing but the search comes to it; or, *lost then,
 * a line on stderr says why it could not be written.
 */
char *keep_save(const struct reproducer *r, const struct explore_found *found,
    const char *directory, boolean_t *lost);

/*
 * What the schedule of a crash was, which took its process along: once more,
 * noted.  An exhaustive search that came to it in so many runs is gone again
 * up to the first crash of that signature.  Nothing is changed if it does not
 * come again.
 */
void keep_note(const struct explore_config *config, struct explore_found *found,
    uint64_t runs);

#endif /* STRESS_SEARCH_KEEP_H */
