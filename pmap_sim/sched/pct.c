/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policy "pct": probabilistic concurrency testing (Burckhardt, Kothari,
 * Musuvathi and Nagarakatte, ASPLOS 2010).
 *
 * Each task has a priority of its own, drawn; the highest that can move goes
 * on.  At d - 1 points, drawn among as many as the program has choices, the
 * task that would go on sinks below all others.  A defect that takes d ordered
 * events is found with a probability of 1 / (n k^(d-1)) at least.
 *
 * Only steps with a choice are counted, or most points would fall where nothing
 * can change.  A task that gives way sinks, too: a spinner on top would starve
 * whom it waits for.  Without --depth, d is drawn from 1 to 6 each time.
 */
#include "pmap_sim/sched/engine.h"

#define PCT_DEPTH_MAX 16

struct pct {
	struct sched_policy policy;
	int priority[SCHED_TASKS]; /* the higher goes first */
	int lowest;
	unsigned changes, next;
	uint64_t change[PCT_DEPTH_MAX]; /* ascending */
};

static struct sched_policy *
pct_create(const struct sched_policy_config *config, const char **why)
{
	if (config->depth > PCT_DEPTH_MAX) {
		*why = "pct: a depth of 16 at most";
		return NULL;
	}
	return sched_policy_new(sizeof(struct pct), config);
}

static void
pct_points(struct pct *p, struct sched *s)
{
	const struct sched_profile *profile = p->policy.config.profile;
	uint64_t k =
	    profile != NULL && profile->choices > 0 ? profile->choices : 100;

	p->next = 0;
	for (unsigned i = 0; i < p->changes; i++) {
		uint64_t at = 1 + sched_random(s) % k;
		unsigned j = i;

		for (; j > 0 && p->change[j - 1] > at; j--)
			p->change[j] = p->change[j - 1];
		p->change[j] = at;
	}
}

static bool
pct_begin(struct sched_policy *policy, struct sched *s)
{
	struct pct *p = (struct pct *)policy;
	unsigned tasks = policy->config.tasks, d = policy->config.depth;

	for (unsigned i = 0; i < tasks; i++) {
		unsigned j = sched_below((uint32_t)sched_random(s), i + 1);

		p->priority[i] = p->priority[j];
		p->priority[j] = (int)i + 1;
	}
	p->lowest = 0;
	if (d == 0)
		d = 1 + sched_below((uint32_t)sched_random(s), 6);
	p->changes = d - 1;
	pct_points(p, s);
	return true;
}

static unsigned
pct_highest(const struct pct *p, sched_set_t set)
{
	unsigned best = (unsigned)__builtin_ctzll(set);

	while ((set &= set - 1) != 0) {
		unsigned i = (unsigned)__builtin_ctzll(set);

		if (p->priority[i] > p->priority[best])
			best = i;
	}
	return best;
}

static unsigned
pct_pick(struct sched *s)
{
	struct pct *p = (struct pct *)s->policy;
	unsigned top;

	if (s->yielded && s->steps > 0)
		p->priority[s->current] = p->lowest--;
	top = pct_highest(p, s->runnable);
	while (p->next < p->changes && p->change[p->next] <= s->choices) {
		p->next++;
		p->priority[top] = p->lowest--;
		top = pct_highest(p, s->runnable);
	}
	return top;
}

const struct sched_policy_ops sched_policy_pct = {
	.name = "pct",
	.summary = "random priorities, lowered at a few random points",
	.draws = true,
	.create = pct_create,
	.begin = pct_begin,
	.pick = pct_pick,
};
