/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policy "note", not among those a user names: another policy's doing, written
 * down as a schedule while it happens.
 *
 * It is asked at every step, so that the note is true of an execution that dies
 * in the middle of one.  The policy inside sees what it would see alone.  If
 * the scheduler has somebody who looks on, he does before each step and at the
 * end.
 */
#include <stdlib.h>

#include "pmap_sim/sched/engine.h"
#include "pmap_sim/sched/schedule.h"

struct note {
	struct sched_policy policy;
	struct sched_policy *inner;
	struct sched_note *note;
};

static bool
note_begin(struct sched_policy *policy, struct sched *s)
{
	struct note *n = (struct note *)policy;

	n->note->steps = n->note->preemptions = n->note->hash = 0;
	n->note->turns = 0;
	n->note->last = (struct sched_step){ 0 };
	return n->inner->ops->begin == NULL ||
	       n->inner->ops->begin(n->inner, s);
}

static unsigned
note_ask(struct note *n, struct sched *s)
{
	unsigned task;

	s->policy = n->inner;
	task = n->inner->ops->pick(s);
	s->policy = &n->policy;
	return task;
}

static unsigned
note_pick(struct sched *s)
{
	struct note *n = (struct note *)s->policy;
	struct sched_note *note = n->note;
	unsigned task = (unsigned)__builtin_ctzll(s->runnable);

	if (s->look != NULL)
		sched_visit(s);
	if ((s->runnable & (s->runnable - 1)) != 0) {
		task = note_ask(n, s);
		if (task != sched_default_pick(s)) {
			if (note->turns < note->room)
				note->turn[note->turns] =
				    (struct sched_turn){ (uint32_t)s->steps,
					    task };
			note->turns++;
		}
	} else if (n->inner->ops->every_step)
		(void)note_ask(n, s);
	if (s->steps < note->room)
		sched_note_tasks(note)[s->steps] = (uint8_t)task;
	note->steps = s->steps + 1;
	note->hash = s->hash;
	note->preemptions =
	    s->preemptions + (task != s->current && sched_keeps(s));
	note->last.op = s->task[task].op;
	note->last.where = s->task[task].where;
	return task;
}

static void
note_end(struct sched_policy *policy, struct sched *s)
{
	struct note *n = (struct note *)policy;

	if (n->inner->ops->end != NULL)
		n->inner->ops->end(n->inner, s);
	if (s->look != NULL)
		s->look(s->look_arg);
}

static const struct sched_policy_ops note_ops = {
	.name = "note",
	.summary = "another policy's doing, written down",
	.every_step = true,
	.begin = note_begin,
	.pick = note_pick,
	.end = note_end,
};

struct sched_policy *
sched_note_create(struct sched_policy *inner, struct sched_note *note)
{
	struct note *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->policy.ops = &note_ops;
	n->policy.config = inner->config;
	n->inner = inner;
	n->note = note;
	return &n->policy;
}
