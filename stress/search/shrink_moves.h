/* SPDX-License-Identifier: BSD-2-Clause */
/* The shrinker from within: the best so far, and what makes it better. */
#ifndef STRESS_SEARCH_SHRINK_MOVES_H
#define STRESS_SEARCH_SHRINK_MOVES_H

#include "stress/search/shrink.h"

struct shrinker {
	struct attempts attempts;
	struct judgement best;
	unsigned turns, segments;
	/* The best's, and what is tried; room for a step each. */
	struct sched_turn *turn, *trial_turn;
	struct sched_segment *segment, *trial;
	struct sched_policy *in_turns, *in_segments;       /* run such */
	struct sched_policy *turns_noted, *segments_noted; /* and are noted */
	uint64_t points_max;
	const struct shrunk *shared; /* tells when to leave off */
};

/* ^C: what there is is enough. */
static inline boolean_t
shrinker_interrupted(const struct shrinker *s)
{
	return __atomic_load_n(&s->shared->interrupted, __ATOMIC_RELAXED);
}

/* Has that execution, just noted, failed likewise and is less?  Then it is the
 * best.  FALSE: no. */
boolean_t
shrinker_accept(struct shrinker *s, const struct judgement *judgement);

/* Make it less by moves, until none helps or the points are spent. */
void shrinker_move(struct shrinker *s);

#endif /* STRESS_SEARCH_SHRINK_MOVES_H */
