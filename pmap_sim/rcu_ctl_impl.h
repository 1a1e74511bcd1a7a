/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside the modelled RCU: sync_rcu_ctl.c, and who tells of it. */
#ifndef PMAP_SIM_RCU_CTL_IMPL_H
#define PMAP_SIM_RCU_CTL_IMPL_H

#include "pmap_sim/rcu_ctl.h"
#include "pmap_sim/rcu_retired.h"
#include "pmap_sim/sched/arena.h"
#include "pmap_sim/sync_ctl.h"

#define SLOTS 64 /* if more are pending, too much is ordered */

/* In the arena, and its root. */
struct rcu_ctl {
	struct rcu_model model;
	unsigned tasks, left; /* that have left */
	bool machine;
	sched_set_t open;
	uint64_t asked;             /* grace periods */
	uint64_t queued, reclaimed; /* callbacks */
	uint64_t hurried;           /* callbacks that somebody waits for */
	struct sync_rcu_head *first, *last;
	struct sync_rcu_grace batch;
	struct sync_rcu_head *batch_last;
	uint64_t drawn; /* slots below are acquired: the reclaimer's */
	/* Addresses that edges hang on. */
	char removed, ended[SLOTS];
	struct rcu_retired blocks;
	struct rcu_task {
		unsigned depth;
		uint64_t noted;
		uint64_t queued;             /* up to its last callback */
		struct sync_rcu_grace grace; /* that it waits for */
		struct sync_rcu_head barrier;
	} task[];
};

#define rcu ((struct rcu_ctl *)arena_root())

#endif /* PMAP_SIM_RCU_CTL_IMPL_H */
