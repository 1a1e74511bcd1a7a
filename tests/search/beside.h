/* SPDX-License-Identifier: BSD-2-Clause */
/* A failure that takes two preemptions, beside a death that takes one. */
#ifndef TESTS_SEARCH_BESIDE_H
#define TESTS_SEARCH_BESIDE_H

#include <stdlib.h>

#include "pmap_sim/sched/sched.h"
#include "pmap_sim/sync.h"

#define BESIDE_SCHEDULE "2:1,5:0" /* 0, 1, 0, 1 */

/* What task 0 and task 1 do to the word; what it was.  In that order it fails;
 * 1 dies if nobody comes in between a second time. */
static inline int
beside(int *word, unsigned i)
{
	int seen;

	if (i == 0) {
		sync_store(word, 1);
		seen = sync_load(word);
		sync_store(word, seen == 2 ? 3 : 4);
		return seen;
	}
	seen = sync_load(word);
	if (seen != 1)
		return seen;
	sync_store(word, 2);
	if (sync_load(word) == 2)
		_Exit(7);
	sched_fail(SCHED_ASSERTION, "the one");
	return seen;
}

#endif /* TESTS_SEARCH_BESIDE_H */
