/* SPDX-License-Identifier: BSD-2-Clause */
/* A failure that was found, once more. */
#ifndef TESTS_SEARCH_REPLAYED_H
#define TESTS_SEARCH_REPLAYED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "stress/search/attempt.h"

/* What a replay of what was found comes to. */
static inline struct judgement
replayed(const struct explore_config *config, const struct explore_found *found)
{
	struct stage_config stage;
	struct sched_policy *policy, *noted;
	struct judgement judgement;
	struct reproducer r;
	struct attempts a;
	const char *why;

	reproducer_of(&r, config, found);
	stage = reproducer_stage(&r);
	attempts_begin(&a, &stage);
	a.apart = TRUE;
	policy = reproducer_policy(&r, attempts_profile(&a), &why);
	assert_non_null(policy);
	noted = attempts_noted(&a, policy);
	assert_true(attempt(&a, noted, r.seed, &judgement));
	sched_policy_destroy(noted);
	sched_policy_destroy(policy);
	attempts_end(&a);
	reproducer_free(&r);
	return judgement;
}

#endif /* TESTS_SEARCH_REPLAYED_H */
