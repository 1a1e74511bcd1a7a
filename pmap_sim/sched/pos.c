/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policy "pos": partial order sampling (Yuan, Yang and Gu, CAV 2018).
 *
 * Each pending operation has a random priority; the highest that can be done is
 * done.  Then priorities are drawn anew for the task that moved, and for every
 * pending operation that depends on what it did.  So the order of any two
 * dependent operations is a draw of its own, and how many independent ones
 * stand between them does not matter.
 */
#include "pmap_sim/sched/engine.h"

struct pos {
	struct sched_policy policy;
	uint32_t priority[SCHED_TASKS];
};

static struct sched_policy *
pos_create(const struct sched_policy_config *config, const char **why)
{
	(void)why;
	return sched_policy_new(sizeof(struct pos), config);
}

static bool
pos_begin(struct sched_policy *policy, struct sched *s)
{
	struct pos *p = (struct pos *)policy;

	for (unsigned i = 0; i < policy->config.tasks; i++)
		p->priority[i] = (uint32_t)sched_random(s);
	return true;
}

static unsigned
pos_pick(struct sched *s)
{
	struct pos *p = (struct pos *)s->policy;
	sched_set_t set = s->live;
	unsigned best = SCHED_TASKS;

	if (s->steps > 0) {
		const struct sched_op *done = &s->trace[s->steps - 1].op;

		p->priority[done->task] = (uint32_t)sched_random(s);
		for (; set != 0; set &= set - 1) {
			unsigned i = (unsigned)__builtin_ctzll(set);

			if (i != done->task &&
			    sched_depends(done, &s->task[i].op))
				p->priority[i] = (uint32_t)sched_random(s);
		}
	}
	for (set = s->runnable; set != 0; set &= set - 1) {
		unsigned i = (unsigned)__builtin_ctzll(set);

		if (best == SCHED_TASKS || p->priority[i] > p->priority[best])
			best = i;
	}
	return best;
}

const struct sched_policy_ops sched_policy_pos = {
	.name = "pos",
	.summary = "random priorities of operations, drawn anew when they meet",
	.draws = true,
	.every_step = true,
	.create = pos_create,
	.begin = pos_begin,
	.pick = pos_pick,
};
