/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From code to the lines it was made of, by llvm-symbolizer: part of the
 * compiler that builds this, and at home in every format it writes.
 */
#ifndef STRESS_SEARCH_SOURCE_H
#define STRESS_SEARCH_SOURCE_H

#include "pmap_sim/types.h"

struct source {
	const void *code;
	char function[80];
	char file[160]; /* from the top of the tree; "": not known */
	char path[256]; /* to open it */
	unsigned line;
	char text[160]; /* of the line, without what surrounds it; "" */
};

/*
 * Fill in count of them, each with its code: an address that a call returns to.
 * Of what was inlined, the innermost function that a .c file has.  prefix: what
 * function names may begin with, and are shown without; NULL ok.  FALSE: there
 * is no symbolizer, or the program has no lines.
 */
boolean_t
source_find(struct source *source, unsigned count, const char *prefix);

#endif /* STRESS_SEARCH_SOURCE_H */
