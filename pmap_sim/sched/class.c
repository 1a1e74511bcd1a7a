/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hash of what happens before what.
 *
 * Each step has a hash of what it is and of all that it comes straight after:
 * the step before it of its task, the last write of its object, and, if it
 * conflicts with them, what read the object since, as a sum, for those have no
 * order.  By induction that is a hash of all its past.  The class is the sum of
 * the tasks' last steps.  No clocks: a few nanoseconds a step.
 */
#include "pmap_sim/sched/class.h"

#include <stdlib.h>

#include "pmap_sim/sched/access.h"

struct class_place {
	uint32_t object;
	uint32_t stamp;       /* of the execution it was written in */
	uint64_t write;       /* the last one */
	uint64_t reads, adds; /* since; sums */
	sched_set_t by[ACCESS_WRITE + 1]; /* who, ever; for meetings alone */
};

struct sched_class {
	uint32_t stamp, mask;
	struct class_place place[];
};

struct sched_class *
sched_class_create(uint64_t limit)
{
	size_t places = 1024;
	struct sched_class *c;

	while (places < 2 * (limit + 2))
		places *= 2;
	c = calloc(1, sizeof(*c) + places * sizeof(c->place[0]));
	if (c != NULL)
		c->mask = (uint32_t)places - 1;
	return c;
}

void
sched_class_destroy(struct sched_class *c)
{
	free(c);
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	uint64_t z = (a ^ (b >> 32 | b << 32)) * 0xbf58476d1ce4e5b9u + b;

	z = (z ^ (z >> 29)) * 0x94d049bb133111ebu;
	return z ^ (z >> 32);
}

static struct class_place *
place_of(struct sched_class *c, uint32_t object)
{
	uint32_t i = (uint32_t)(object * 0x9e3779b97f4a7c15u >> 32) & c->mask;

	while (c->place[i].stamp == c->stamp && c->place[i].object != object)
		i = (i + 1) & c->mask;
	if (c->place[i].stamp != c->stamp)
		c->place[i] =
		    (struct class_place){ .object = object, .stamp = c->stamp };
	return &c->place[i];
}

/* A step of that hash, so far; with what is before it on its object. */
static uint64_t
touch(struct class_place *p, enum sched_access access, uint64_t hash)
{
	switch (access) {
	case ACCESS_READ:
		hash = mix(hash, p->write + p->adds);
		p->reads += hash;
		break;
	case ACCESS_ADD:
		hash = mix(hash, p->write + p->reads);
		p->adds += hash;
		break;
	case ACCESS_WRITE:
		hash = mix(hash, p->write + p->reads + p->adds);
		p->write = hash;
		p->reads = p->adds = 0;
		break;
	case ACCESS_NONE:
		break;
	}
	return hash;
}

/* Nobody has touched anything yet. */
static void
forget(struct sched_class *c)
{
	if (++c->stamp != 0)
		return;
	for (uint32_t i = 0; i <= c->mask; i++)
		c->place[i].stamp = 0; /* all are old ones again */
	c->stamp = 1;
}

uint64_t
sched_class_hash(struct sched_class *c, const struct sched *s)
{
	uint64_t own[SCHED_TASKS] = { 0 }, steps, hash = 0;
	const struct sched_step *step = sched_trace(s, &steps);

	forget(c);
	for (uint64_t i = 0; i < steps; i++) {
		const struct sched_op *op = &step[i].op;
		uint32_t object = op->object;
		enum sched_access access = sched_access(op);
		uint64_t h = mix(own[op->task],
		    (uint64_t)object << 32 | (uint64_t)op->kind << 16 |
			(uint64_t)access << 8 | op->task);

		if (access != ACCESS_NONE)
			h = touch(place_of(c, object), access, h);
		own[op->task] = h;
	}
	for (unsigned t = 0; t < SCHED_TASKS; t++)
		hash += own[t];
	return hash;
}

/* Whose earlier accesses to the place does this one not commute with? */
static sched_set_t
conflicts(const struct class_place *p, enum sched_access access)
{
	sched_set_t who = 0;

	for (unsigned a = ACCESS_READ; a <= ACCESS_WRITE; a++)
		if (sched_access_conflict((enum sched_access)a, access))
			who |= p->by[a];
	return who;
}

bool
sched_class_met(struct sched_class *c, const struct sched *s, unsigned tasks)
{
	uint64_t steps;
	const struct sched_step *step = sched_trace(s, &steps);

	forget(c);
	for (uint64_t i = 0; i < steps; i++) {
		const struct sched_op *op = &step[i].op;
		enum sched_access access = sched_access(op);
		sched_set_t bit = (sched_set_t)1 << op->task;
		struct class_place *p;

		if (access == ACCESS_NONE || op->task >= tasks)
			continue;
		p = place_of(c, op->object);
		if ((conflicts(p, access) & ~bit) != 0)
			return true;
		p->by[access] |= bit;
	}
	return false;
}
