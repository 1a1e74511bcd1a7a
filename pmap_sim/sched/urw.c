/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policy "urw": the uniform random walk (Zhao, Wolff, Mathur and Roychoudhury,
 * ASPLOS 2025, before its selection).
 *
 * A walk that takes each task with the same probability favours schedules in
 * which the short tasks end early.  Here a task is as likely as it has steps
 * left, and every interleaving is as likely as another: exactly, if each task
 * has the number of steps that the profile says; nearly, if not.
 */
#include "pmap_sim/sched/engine.h"

struct urw {
	struct sched_policy policy;
	uint64_t left[SCHED_TASKS]; /* 1 at least */
};

static struct sched_policy *
urw_create(const struct sched_policy_config *config, const char **why)
{
	(void)why;
	return sched_policy_new(sizeof(struct urw), config);
}

static bool
urw_begin(struct sched_policy *policy, struct sched *s)
{
	struct urw *u = (struct urw *)policy;
	const struct sched_profile *profile = policy->config.profile;

	(void)s;
	for (unsigned i = 0; i < policy->config.tasks; i++) {
		u->left[i] = profile != NULL ? profile->count[i] : 1;
		if (u->left[i] == 0)
			u->left[i] = 1;
	}
	return true;
}

static unsigned
urw_pick(struct sched *s)
{
	struct urw *u = (struct urw *)s->policy;
	sched_set_t set;
	uint64_t total = 0, at;

	if (s->steps > 0) {
		unsigned moved = s->trace[s->steps - 1].op.task;

		if (u->left[moved] > 1)
			u->left[moved]--;
	}
	for (set = s->runnable; set != 0; set &= set - 1)
		total += u->left[__builtin_ctzll(set)];
	at = sched_random(s) % total;
	for (set = s->runnable;; set &= set - 1) {
		unsigned i = (unsigned)__builtin_ctzll(set);

		if (at < u->left[i])
			return i;
		at -= u->left[i];
	}
}

const struct sched_policy_ops sched_policy_urw = {
	.name = "urw",
	.summary = "every interleaving as likely as another",
	.draws = true,
	.every_step = true,
	.create = urw_create,
	.begin = urw_begin,
	.pick = urw_pick,
};
