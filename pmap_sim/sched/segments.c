/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policy "segments", not among those a user names: who runs how far, by its own
 * count of steps.  A schedule by step numbers means something else behind the
 * first step that is taken out of it; this one does not.
 */
#include <stdlib.h>
#include <string.h>

#include "pmap_sim/sched/engine.h"
#include "pmap_sim/sched/schedule.h"

struct segments {
	struct sched_policy policy;
	const struct sched_segment *segment;
	unsigned count, next;
	uint64_t done[SCHED_TASKS];
};

static bool
segments_begin(struct sched_policy *policy, struct sched *s)
{
	struct segments *g = (struct segments *)policy;

	(void)s;
	g->next = 0;
	memset(g->done, 0, sizeof(g->done));
	return true;
}

static unsigned
segments_pick(struct sched *s)
{
	struct segments *g = (struct segments *)s->policy;
	unsigned task;

	while (g->next < g->count) {
		const struct sched_segment *at = &g->segment[g->next];

		if (g->done[at->task] < at->upto &&
		    (s->runnable >> at->task & 1) != 0)
			break;
		g->next++;
	}
	task = g->next < g->count ? g->segment[g->next].task
				  : sched_default_pick(s);
	g->done[task]++;
	return task;
}

static const struct sched_policy_ops segments_ops = {
	.name = "segments",
	.summary = "who runs how far",
	.every_step = true,
	.begin = segments_begin,
	.pick = segments_pick,
};

struct sched_policy *
sched_segments_create(void)
{
	struct segments *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->policy.ops = &segments_ops;
	return &g->policy;
}

void
sched_segments_set(struct sched_policy *policy,
    const struct sched_segment *segment, unsigned count)
{
	struct segments *g = (struct segments *)policy;

	g->segment = segment;
	g->count = count;
}
