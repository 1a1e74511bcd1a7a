/* SPDX-License-Identifier: BSD-2-Clause */
/* Policy "dpor" from within: its search, and its walk at random. */
#ifndef PMAP_SIM_SCHED_DPOR_H
#define PMAP_SIM_SCHED_DPOR_H

#include "pmap_sim/sched/engine.h"
#include "pmap_sim/sched/order.h"
#include "pmap_sim/sched/probes.h"

/* What a task that is asleep does when it moves. */
struct dpor_effect {
	uint32_t object;
	uint8_t access;
};

/*
 * Who is worth a step: not a task that turns a loop over what has not changed,
 * unless there is no other.
 */
sched_set_t dpor_open(const struct order *o, const struct sched *s);

/* Are a step that was done and one that was put to sleep dependent? */
static inline bool
dpor_wakes(const struct dpor_effect *asleep, const struct order_event *done)
{
	return asleep->object == done->object &&
	       sched_access_conflict((enum sched_access)asleep->access,
		   (enum sched_access)done->access);
}

/* dpor_walk.c: one path down the tree of classes, drawn at random. */
struct dpor_walk {
	struct order order;
	struct probes probes;
	sched_set_t asleep;
	bool lost; /* it ended where all are asleep */
	struct dpor_effect effect[SCHED_TASKS];
};

void dpor_walk_begin(struct dpor_walk *w);
unsigned dpor_walk_pick(struct dpor_walk *w, struct sched *s);
void dpor_walk_end(struct dpor_walk *w);

#endif /* PMAP_SIM_SCHED_DPOR_H */
