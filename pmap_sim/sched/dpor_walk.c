/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many classes there are, from a few walks at random.
 *
 * The search's own tree cannot be walked: what is to be tried at a node is
 * known only when all below it has been.  Another tree can: at each node try
 * every task that can move and is not asleep, in the order of their numbers,
 * and let each sleep below those that come after it.  Sleep sets alone cut from
 * it all interleavings of a class but one (Godefroid, LNCS 1032), so its
 * complete leaves are the classes; the others, at which all are asleep, count
 * nothing.  Its children are known at each node, which is all that probes.h
 * asks for.
 *
 * What a task that was not tried would have done is not known: an operation
 * that may fail counts as one that writes.  So where many of them fail, this
 * tree has more leaves than there are classes for the search.
 */
#include "pmap_sim/sched/dpor.h"

void
dpor_walk_begin(struct dpor_walk *w)
{
	order_cut(&w->order, 0);
	order_prepare(&w->order);
	w->asleep = 0;
	w->lost = false;
	w->probes.weight = 1;
}

static void
wake(struct dpor_walk *w, const struct order_event *done)
{
	for (sched_set_t set = w->asleep; set != 0; set &= set - 1) {
		unsigned t = (unsigned)__builtin_ctzll(set);

		if (t == done->task || dpor_wakes(&w->effect[t], done))
			w->asleep &= ~SCHED_BIT(t);
	}
}

unsigned
dpor_walk_pick(struct dpor_walk *w, struct sched *s)
{
	sched_set_t candidates;
	unsigned count, task;

	if (w->lost)
		return sched_default_pick(s);
	if (s->steps > 0) {
		order_push(&w->order, &s->trace[s->steps - 1].op, NULL, NULL);
		wake(w, &w->order.event[s->steps - 1]);
	}
	candidates = dpor_open(&w->order, s) & ~w->asleep;
	if (candidates == 0) {
		w->lost = true;
		return sched_default_pick(s);
	}
	count = (unsigned)__builtin_popcountll(candidates);
	task = sched_nth(
	    candidates, sched_below((uint32_t)sched_random(s), count));
	w->probes.weight *= count;
	for (sched_set_t set = candidates & (SCHED_BIT(task) - 1); set != 0;
	     set &= set - 1) {
		unsigned t = (unsigned)__builtin_ctzll(set);
		const struct sched_op *op = &s->task[t].op;

		w->asleep |= SCHED_BIT(t);
		w->effect[t].object = op->object;
		w->effect[t].access = (uint8_t)sched_access_announced(op);
	}
	return task;
}

void
dpor_walk_end(struct dpor_walk *w)
{
	probes_add(&w->probes, !w->lost);
}
