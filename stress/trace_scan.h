/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading text that nobody vouches for: what is taken is exactly what was asked
 * for, and the text goes on behind it.
 */
#ifndef STRESS_TRACE_SCAN_H
#define STRESS_TRACE_SCAN_H

#include "pmap_sim/types.h"

/* That word, letter by letter. */
boolean_t scan_word(const char **text, const char *word);
/* A number of base 10 or 16, at most `most`: digits and lower case letters
 * only, no sign, no blank, no zero in front. */
boolean_t
scan_number(const char **text, unsigned base, uint64_t most, uint64_t *number);

#endif /* STRESS_TRACE_SCAN_H */
