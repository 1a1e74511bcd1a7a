/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was retired, and who may still touch it.
 *
 * THE RULE.  From its retirement on a block belongs to the sections that were
 * open then, each until it ends, and to the callback while it runs.  Once it is
 * freed it belongs to nobody, until it is allocated again.  What anybody else
 * does to it is a use after retire: in some other order of the same steps its
 * grace period is over by then.
 *
 * Looked at is what is announced: locks, and atomic words.  A plain access has
 * no point; ThreadSanitizer, which is told what a grace period orders, has it.
 * Not looked at: what a block's address is merely the name of, such as the
 * event that somebody sleeps on.
 *
 * The table is part of the model's state.  What does not find room in it is not
 * looked after.
 */
#ifndef PMAP_SIM_RCU_RETIRED_H
#define PMAP_SIM_RCU_RETIRED_H

#include "pmap_sim/sched/sched.h"

struct sync_rcu_head;

#define RCU_RETIRED 16

struct rcu_retired {
	unsigned count;
	struct rcu_retired_block {
		const char *begin, *end;
		const struct sync_rcu_head *head;
		sched_set_t readers; /* that may, and whoever calls back */
		unsigned turn;       /* the arena's, at its retirement */
		bool called;         /* its callback has begun */
	} block[RCU_RETIRED];
};

/* The arena's block around head is retired. */
void rcu_retired_add(struct rcu_retired *r, const struct sync_rcu_head *head,
    sched_set_t readers);
/* A task's section has ended. */
void rcu_retired_forbid(struct rcu_retired *r, unsigned task);
/* Its callback begins, and has returned. */
void rcu_retired_call(
    struct rcu_retired *r, const struct sync_rcu_head *head, unsigned task);
void
rcu_retired_called(struct rcu_retired *r, const struct sync_rcu_head *head);

/* A task is about to do that.  NULL: it may; or why not. */
const char *
rcu_retired_touch(struct rcu_retired *r, const struct sched_op *op, bool reads);

#endif /* PMAP_SIM_RCU_RETIRED_H */
