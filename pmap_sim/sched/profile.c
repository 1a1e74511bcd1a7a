/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program does, learnt from a trace: how long, and who touches what.
 */
#include <stdlib.h>

#include "pmap_sim/sched/engine.h"

static struct sched_profile_object *
profile_object(struct sched_profile *p, uint32_t object)
{
	for (unsigned i = 0; i < p->objects; i++)
		if (p->object[i].object == object)
			return &p->object[i];
	if (p->objects == SCHED_PROFILE_OBJECTS)
		return NULL;
	p->object[p->objects].object = object;
	return &p->object[p->objects++];
}

bool
sched_profile_add(struct sched_profile *p, const struct sched *s)
{
	/* Too large for a stack. */
	struct sched_profile *now = calloc(1, sizeof(*now));
	uint64_t steps;
	const struct sched_step *step = sched_trace(s, &steps);

	if (now == NULL)
		return false;
	for (uint64_t i = 0; i < steps; i++) {
		struct sched_profile_object *o;

		now->count[step[i].op.task]++;
		if (step[i].op.object == 0)
			continue;
		o = profile_object(now, step[i].op.object);
		if (o != NULL && o->count[step[i].op.task] < UINT16_MAX)
			o->count[step[i].op.task]++;
	}
	if (steps > p->steps)
		p->steps = steps;
	if (s->choices > p->choices)
		p->choices = s->choices;
	for (unsigned t = 0; t < SCHED_TASKS; t++)
		if (now->count[t] > p->count[t])
			p->count[t] = now->count[t];
	for (unsigned i = 0; i < now->objects; i++) {
		struct sched_profile_object *o =
		    profile_object(p, now->object[i].object);

		for (unsigned t = 0; o != NULL && t < SCHED_TASKS; t++)
			if (now->object[i].count[t] > o->count[t])
				o->count[t] = now->object[i].count[t];
	}
	free(now);
	return true;
}

void
sched_profile_done(struct sched_profile *p)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < p->objects; i++) {
		struct sched_profile_object *o = &p->object[i];

		o->tasks = o->total = 0;
		for (unsigned t = 0; t < SCHED_TASKS; t++) {
			o->tasks += o->count[t] != 0;
			o->total += o->count[t];
		}
		if (o->tasks > 1)
			p->object[kept++] = *o;
	}
	p->objects = kept;
}
