/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policy "replay": a schedule given as what is unusual in it.
 *
 * By default the running task goes on, and where it cannot or gives way, the
 * next in turn does.  STEP:TASK says that at that step another was taken.  If
 * that task cannot move, as may be when a schedule is tried with parts left
 * out, the default stands, and the turn is counted as not taken.
 */
#include <stdlib.h>

#include "pmap_sim/sched/engine.h"
#include "pmap_sim/sched/schedule.h"

struct replay {
	struct sched_policy policy;
	const struct sched_turn *turn;
	unsigned turns, next;
	unsigned untaken;       /* at most, in an execution */
	struct sched_turn *own; /* made from words */
};

static struct sched_policy *
replay_create(const struct sched_policy_config *config, const char **why)
{
	const char *text = config->schedule != NULL ? config->schedule : "";
	struct replay *r;
	unsigned count;

	if (!sched_schedule_parse(text, NULL, &count)) {
		*why = "replay: a schedule is STEP:TASK,...";
		return NULL;
	}
	r = sched_policy_new(sizeof(*r), config);
	if (r == NULL)
		return NULL;
	r->own = calloc(count + 1, sizeof(*r->own));
	if (r->own == NULL) {
		free(r);
		return NULL;
	}
	(void)sched_schedule_parse(text, r->own, &r->turns);
	r->turn = r->own;
	return &r->policy;
}

static void
replay_destroy(struct sched_policy *policy)
{
	free(((struct replay *)policy)->own);
}

void
sched_replay_set(
    struct sched_policy *policy, const struct sched_turn *turn, unsigned count)
{
	struct replay *r = (struct replay *)policy;

	r->turn = turn;
	r->turns = count;
}

static bool
replay_begin(struct sched_policy *policy, struct sched *s)
{
	(void)s;
	((struct replay *)policy)->next = 0;
	return true;
}

static unsigned
replay_pick(struct sched *s)
{
	struct replay *r = (struct replay *)s->policy;

	while (r->next < r->turns && r->turn[r->next].step < s->steps)
		r->next++;
	if (r->next < r->turns && r->turn[r->next].step == s->steps &&
	    (s->runnable >> r->turn[r->next].task & 1) != 0)
		return r->turn[r->next].task;
	return sched_default_pick(s);
}

/* The trace knows: where nobody else could move, nobody was picked. */
static void
replay_end(struct sched_policy *policy, struct sched *s)
{
	struct replay *r = (struct replay *)policy;
	unsigned untaken = 0;

	for (unsigned i = 0; i < r->turns; i++)
		untaken += r->turn[i].step >= s->steps ||
			   s->trace[r->turn[i].step].op.task != r->turn[i].task;
	if (untaken > r->untaken)
		r->untaken = untaken;
}

static void
replay_tell(const struct sched_policy *policy, struct sched_search *search)
{
	const struct replay *r = (const struct replay *)policy;

	*search = (struct sched_search){
		.turns = r->turns,
		.untaken = r->untaken,
	};
}

const struct sched_policy_ops sched_policy_replay = {
	.name = "replay",
	.summary = "the schedule that --schedule gives",
	.create = replay_create,
	.destroy = replay_destroy,
	.begin = replay_begin,
	.pick = replay_pick,
	.end = replay_end,
	.tell = replay_tell,
};
