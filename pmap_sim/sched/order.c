/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Happens-before, by vector clocks.
 *
 * An event comes after those of its own task, and after every earlier one on
 * its object that it conflicts with.  Each object has a chain of its events,
 * the last first, and a shorter one without reads, so an event looks back no
 * further than to the last write.
 *
 * A RACE is a conflict of two tasks that nothing but the conflict orders.
 *
 * LOCKS.  A LOCK is possible only while the lock is free, so it cannot be had
 * the other way round with the UNLOCK it comes after, only with that UNLOCK's
 * own LOCK or TRY: the race is between the two acquisitions.  Whatever happens
 * before the UNLOCK alone does not count for it.  A task that waits for a lock
 * to the end has no event; it races with the acquisition that stands in its
 * way (order_blocked), or an inversion of two locks would be found by luck.
 *
 * SLEEP.  WAIT comes after the WAKE that woke it, the first behind the task's
 * ASSERT.  The two cannot change places; WAKE and ASSERT can.  The RCU model
 * waits and wakes within other steps: its waits are loops, and what they wait
 * for changes by announced steps, so when a turn of one began does not matter.
 *
 * SPINNING.  RELAX comes after the first change, by another, of anything that
 * its turn looked at: before that there was no sense in it (dpor.c).
 *
 * This runs on tasks' stacks too: it calls nothing.
 */
#include "pmap_sim/sched/order.h"

bool
order_init(
    struct order *o, const struct sched_policy_config *config, uint64_t limit)
{
	size_t events = limit + 2, places = 1024;

	/* Half of it stays free, whatever one execution touches. */
	while (places < 4 * events)
		places *= 2;
	*o = (struct order){ .tasks = config->tasks };
	o->event = sched_policy_memory(config, events, sizeof(*o->event));
	o->clock = sched_policy_memory(
	    config, events * config->tasks, sizeof(*o->clock));
	o->place = sched_policy_memory(config, places, sizeof(*o->place));
	o->mask = (uint32_t)places - 1;
	for (unsigned t = 0; t < SCHED_TASKS; t++)
		o->own[t] = -1;
	return o->event != NULL && o->clock != NULL && o->place != NULL;
}

void
order_fini(struct order *o, const struct sched_policy_config *config)
{
	sched_policy_free(config, o->event);
	sched_policy_free(config, o->clock);
	sched_policy_free(config, o->place);
}

/* --- Objects -------------------------------------------------------------- */

static uint32_t
place_of(struct order *o, uint32_t object)
{
	uint32_t i = (uint32_t)(object * 0x9e3779b97f4a7c15u >> 32) & o->mask;

	while (o->place[i].object != object) {
		if (o->place[i].object == 0) {
			o->place[i] = (struct order_place){ object, -1, -1 };
			o->used++;
			break;
		}
		i = (i + 1) & o->mask;
	}
	return i;
}

static void
link_event(struct order *o, uint32_t i)
{
	struct order_event *e = &o->event[i];
	struct order_place *place = &o->place[e->place];

	e->touch = place->touch;
	e->change = place->change;
	place->touch = (int32_t)i;
	if (e->access != ACCESS_READ)
		place->change = (int32_t)i;
}

void
order_prepare(struct order *o)
{
	if (o->used <= o->mask / 4)
		return;
	for (uint32_t i = 0; i <= o->mask; i++)
		o->place[i].object = 0;
	o->used = 0;
	for (uint32_t i = 0; i < o->count; i++) {
		struct order_event *e = &o->event[i];

		if (e->access == ACCESS_NONE)
			continue;
		e->place = place_of(o, e->object);
		link_event(o, i);
	}
}

/* --- Clocks --------------------------------------------------------------- */

static inline void
join(const struct order *o, uint32_t *clock, int32_t j)
{
	const uint32_t *other = order_clock(o, (uint32_t)j);

	for (unsigned t = 0; t < o->tasks; t++)
		if (other[t] > clock[t])
			clock[t] = other[t];
}

static inline bool
is_after(const struct order *o, const uint32_t *clock, int32_t j)
{
	return clock[o->event[j].task] > (uint32_t)j;
}

/* The lock was dropped at event j: by whom was it taken? */
static int32_t
acquisition(const struct order *o, int32_t j)
{
	unsigned owner = o->event[j].task;

	do
		j = o->event[j].change;
	while (j >= 0 && (o->event[j].task != owner ||
			     (o->event[j].kind != SCHED_LOCK &&
				 o->event[j].kind != SCHED_TRY)));
	return j;
}

/* An event of that task conflicts with what went before on its object. */
static void
relate(const struct order *o, const struct order_event *e, uint32_t *clock,
    order_race_t *race, void *arg)
{
	const struct order_place *place = &o->place[e->place];
	bool reads = e->access == ACCESS_READ;
	int32_t j = reads ? place->change : place->touch;

	while (j >= 0) {
		const struct order_event *d = &o->event[j];

		if (!is_after(o, clock, j) &&
		    sched_access_conflict(d->access, e->access)) {
			int32_t with = j;

			if (e->kind == SCHED_LOCK && d->kind == SCHED_UNLOCK)
				with = acquisition(o, j);
			if (race != NULL && with >= 0 &&
			    !is_after(o, clock, with))
				race(arg, (uint32_t)with, e->task, clock);
			join(o, clock, j);
		}
		if (d->access == ACCESS_WRITE)
			return;
		j = reads ? d->change : d->touch;
	}
}

/* What woke the task that is about to go on from WAIT for that event: the first
 * to wake anybody there since it said that it waits.  Where that was no step of
 * its own, it was part of its last one on that object. */
static int32_t
waker(struct order *o, unsigned task, uint32_t object)
{
	int32_t since = o->own[task], found = -1;

	for (int32_t k = since; k >= 0 && o->event[k].kind != SCHED_WAIT;
	     k = o->event[k].own)
		if (o->event[k].access != ACCESS_NONE &&
		    o->event[k].object == object) {
			since = k;
			break;
		}
	for (int32_t j = o->place[place_of(o, object)].change; j > since;
	     j = o->event[j].change)
		if (o->event[j].woke)
			found = j;
	return found;
}

/* The first change by another of what the task touched in this turn of its
 * loop; -1: none.  *looked: it touched something. */
static int32_t
changer(const struct order *o, unsigned task, bool *looked)
{
	int32_t found = -1;

	*looked = false;
	for (int32_t k = o->own[task];
	     k >= 0 && o->event[k].kind != SCHED_RELAX; k = o->event[k].own) {
		const struct order_event *e = &o->event[k];

		if (e->access == ACCESS_NONE)
			continue;
		*looked = true;
		for (int32_t j = o->place[e->place].change; j > k;
		     j = o->event[j].change)
			if (o->event[j].task != task &&
			    (found < 0 || j < found))
				found = j;
	}
	return found;
}

bool
order_awaits(const struct order *o, unsigned task)
{
	bool looked;

	return changer(o, task, &looked) < 0 && looked;
}

/* --- The trace ------------------------------------------------------------ */

void
order_push(
    struct order *o, const struct sched_op *op, order_race_t *race, void *arg)
{
	uint32_t i = o->count, *clock = &o->clock[(size_t)i * o->tasks];
	struct order_event *e = &o->event[i];
	int32_t after = -1;
	bool looked;

	e->object = op->object;
	e->task = op->task;
	e->kind = op->kind;
	e->access = (uint8_t)sched_access(op);
	e->woke = (op->flags & SCHED_OP_WOKE) != 0;
	e->own = o->own[op->task];
	for (unsigned t = 0; t < o->tasks; t++)
		clock[t] = 0;
	if (e->own >= 0)
		join(o, clock, e->own);
	if (op->kind == SCHED_WAIT)
		after = waker(o, op->task, e->object);
	else if (op->kind == SCHED_RELAX)
		after = changer(o, op->task, &looked);
	if (after >= 0)
		join(o, clock, after);
	if (e->access != ACCESS_NONE) {
		e->place = place_of(o, e->object);
		relate(o, e, clock, race, arg);
		link_event(o, i);
	}
	clock[op->task] = i + 1;
	o->own[op->task] = (int32_t)i;
	o->count++;
}

void
order_cut(struct order *o, uint32_t count)
{
	while (o->count > count) {
		const struct order_event *e = &o->event[--o->count];

		o->own[e->task] = e->own;
		if (e->access == ACCESS_NONE)
			continue;
		o->place[e->place].touch = e->touch;
		o->place[e->place].change = e->change;
	}
}

void
order_blocked(const struct order *o, const struct sched_op *wants,
    order_race_t *race, void *arg)
{
	static const uint32_t nothing[SCHED_TASKS];
	int32_t own = o->own[wants->task];
	const uint32_t *clock =
	    own < 0 ? nothing : order_clock(o, (uint32_t)own);

	for (int32_t j = (int32_t)o->count - 1; j >= 0; j--) {
		const struct order_event *e = &o->event[j];

		if (e->object != wants->object || e->access != ACCESS_WRITE ||
		    (e->kind != SCHED_LOCK && e->kind != SCHED_TRY))
			continue;
		if (e->task != wants->task && !is_after(o, clock, j))
			race(arg, (uint32_t)j, wants->task, clock);
		return;
	}
}
