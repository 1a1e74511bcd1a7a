/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where an execution got stuck, so that two are known to be the same failure.
 *
 * What counts is the code that waits, not which task is in it nor which of
 * several like objects it wants: philosophers deadlock in one way, whoever
 * began.  Of a deadlock only those count who wait for each other; what the
 * others were about to do is chance.
 */
#include "pmap_sim/sched/engine.h"

extern const char __executable_start[];

/* Those who wait for each other, from the running one on; all, if it is not
 * that. */
static sched_set_t
place_cycle(const struct sched *s)
{
	sched_set_t seen = 0, cycle = 0;
	unsigned i = s->current;

	while ((cycle >> i & 1) == 0) {
		const struct sched_lock *l = s->task[i].wants;

		if (l == NULL || l->owner == 0)
			return s->live;
		if ((seen >> i & 1) != 0)
			cycle |= SCHED_BIT(i); /* the second time round */
		seen |= SCHED_BIT(i);
		i = l->owner - 1;
	}
	return cycle;
}

static uint64_t
place_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* Those who turn their loops. */
static sched_set_t
place_spinners(const struct sched *s)
{
	sched_set_t spinners = 0;

	for (sched_set_t set = s->live; set != 0; set &= set - 1) {
		unsigned i = (unsigned)__builtin_ctzll(set);

		if (s->task[i].op.kind == SCHED_RELAX)
			spinners |= SCHED_BIT(i);
	}
	return spinners;
}

sched_set_t
sched_stuck(const struct sched *s)
{
	switch (s->result.verdict) {
	case SCHED_DEADLOCK:
		return place_cycle(s);
	case SCHED_LIVELOCK:
		return place_spinners(s);
	default:
		return 0;
	}
}

uint64_t
sched_place(const struct sched *s)
{
	uint64_t sum = 0;

	for (sched_set_t set = sched_stuck(s); set != 0; set &= set - 1) {
		const struct sched_task *t = &s->task[__builtin_ctzll(set)];
		uint64_t where =
		    (uint64_t)((const char *)t->where - __executable_start);

		sum += place_mix(where << 8 | t->op.kind);
	}
	return sum;
}
