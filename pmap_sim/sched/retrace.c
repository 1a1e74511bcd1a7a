/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policy "retrace", not among those a user names: go a known trace again, and
 * note where it differs from what is usual.  So any execution, whoever decided
 * it, can be written down as a schedule for policy "replay".
 */
#include <stdlib.h>

#include "pmap_sim/sched/engine.h"
#include "pmap_sim/sched/retrace.h"
#include "pmap_sim/sched/schedule.h"

struct retrace {
	struct sched_policy policy;
	uint64_t steps, turns;
	struct retrace_step {
		uint8_t task;
		bool unusual;
	} step[];
};

static unsigned
retrace_pick(struct sched *s)
{
	struct retrace *r = (struct retrace *)s->policy;
	unsigned usual = sched_default_pick(s), task;

	if (s->steps >= r->steps)
		return usual;
	task = r->step[s->steps].task;
	if ((s->runnable >> task & 1) == 0)
		return usual;
	r->step[s->steps].unusual = task != usual;
	r->turns += task != usual;
	return task;
}

static const struct sched_policy_ops retrace_ops = {
	.name = "retrace",
	.summary = "a known trace again",
	.pick = retrace_pick,
};

struct sched_policy *
sched_retrace_create(const struct sched *s)
{
	struct retrace *r =
	    calloc(1, sizeof(*r) + s->steps * sizeof(r->step[0]));

	if (r == NULL)
		return NULL;
	r->policy.ops = &retrace_ops;
	r->steps = s->steps;
	for (uint64_t i = 0; i < s->steps; i++)
		r->step[i].task = s->trace[i].op.task;
	return &r->policy;
}

uint64_t
sched_retrace_words(const struct sched_policy *policy, char *text, size_t size)
{
	const struct retrace *r = (const struct retrace *)policy;
	struct sched_turn *turn = calloc(r->turns + 1, sizeof(*turn));
	unsigned count = 0;

	text[0] = '\0';
	if (turn == NULL)
		return r->turns;
	for (uint64_t i = 0; i < r->steps; i++)
		if (r->step[i].unusual)
			turn[count++] =
			    (struct sched_turn){ (uint32_t)i, r->step[i].task };
	(void)sched_schedule_words(turn, count, text, size);
	free(turn);
	return r->turns;
}
