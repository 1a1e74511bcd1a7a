/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policy "random": a random walk with bursts.
 *
 * One that switches whenever it can never gets a queue to grow or a program
 * into its depths; one that seldom does misses what is short.  So how likely a
 * switch is, is drawn once for each execution: always, one point in five, one
 * in twenty.  Then each task that can move is as likely as another.
 *
 * Blind to: what needs one rare order among many points; see pct, surw.
 */
#include "pmap_sim/sched/engine.h"

struct random {
	struct sched_policy policy;
	uint32_t threshold; /* 32 random bits at or above: the task goes on */
};

static struct sched_policy *
random_create(const struct sched_policy_config *config, const char **why)
{
	(void)why;
	return sched_policy_new(sizeof(struct random), config);
}

static bool
random_begin(struct sched_policy *policy, struct sched *s)
{
	static const uint32_t thresholds[] = { ~0u, ~0u / 5, ~0u / 20 };
	struct random *r = (struct random *)policy;

	r->threshold = thresholds[sched_below((uint32_t)sched_random(s), 3)];
	return true;
}

static unsigned
random_pick(struct sched *s)
{
	const struct random *r = (const struct random *)s->policy;
	uint64_t bits = sched_random(s);

	if ((uint32_t)bits >= r->threshold && sched_keeps(s))
		return s->current;
	return sched_nth(
	    s->runnable, sched_below((uint32_t)(bits >> 32),
			     (unsigned)__builtin_popcountll(s->runnable)));
}

const struct sched_policy_ops sched_policy_random = {
	.name = "random",
	.summary = "a random walk, its bursts of a length drawn each time",
	.draws = true,
	.create = random_create,
	.begin = random_begin,
	.pick = random_pick,
};
