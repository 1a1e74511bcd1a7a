/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policy "replay": a schedule given as what is unusual in it.
 *
 * By default the running task goes on, and where it cannot or gives way, the
 * next in turn does.  STEP:TASK says that at that step another was taken.  If
 * that task cannot move, as may be when a schedule is tried with parts left
 * out, the default stands.
 */
#include <errno.h>
#include <stdlib.h>

#include "pmap_sim/sched/engine.h"

struct replay {
	struct sched_policy policy;
	struct replay_turn {
		uint64_t step;
		unsigned task;
	} * turn;
	unsigned turns, next;
};

/* Count them; write them to turn, if there is one.  FALSE: it is none. */
static bool
replay_parse(const char *text, struct replay_turn *turn, unsigned *count)
{
	*count = 0;
	while (*text != '\0') {
		char *end;
		unsigned long long step = strtoull(text, &end, 10), task;

		if (end == text || *end != ':')
			return false;
		text = end + 1;
		task = strtoull(text, &end, 10);
		if (end == text || (*end != ',' && *end != '\0') ||
		    task >= SCHED_TASKS)
			return false;
		if (turn != NULL) {
			turn[*count].step = step;
			turn[*count].task = (unsigned)task;
		}
		++*count;
		text = *end == ',' ? end + 1 : end;
	}
	return true;
}

static struct sched_policy *
replay_create(const struct sched_policy_config *config, const char **why)
{
	const char *text = config->schedule != NULL ? config->schedule : "";
	struct replay *r;
	unsigned count;

	if (!replay_parse(text, NULL, &count)) {
		*why = "replay: a schedule is STEP:TASK,...";
		return NULL;
	}
	r = sched_policy_new(sizeof(*r), config);
	if (r == NULL)
		return NULL;
	r->turn = calloc(count + 1, sizeof(*r->turn));
	if (r->turn == NULL) {
		free(r);
		return NULL;
	}
	(void)replay_parse(text, r->turn, &r->turns);
	return &r->policy;
}

static void
replay_destroy(struct sched_policy *policy)
{
	free(((struct replay *)policy)->turn);
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

const struct sched_policy_ops sched_policy_replay = {
	.name = "replay",
	.summary = "the schedule that --schedule gives",
	.create = replay_create,
	.destroy = replay_destroy,
	.begin = replay_begin,
	.pick = replay_pick,
};
