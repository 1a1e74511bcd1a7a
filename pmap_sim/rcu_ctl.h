/* SPDX-License-Identifier: BSD-2-Clause */
/* The modelled RCU, as who builds a scene sees it. */
#ifndef PMAP_SIM_RCU_CTL_H
#define PMAP_SIM_RCU_CTL_H

#include <stddef.h>

#include "pmap_sim/rcu_model.h"

struct rcu_ctl;

/* Its state: so many zeroed bytes of the arena, for so many tasks and the
 * reclaimer, which is the last. */
size_t rcu_ctl_size(unsigned tasks);
/* While a scene is built.  machine: tasks play its CPUs, which idle when they
 * wait for a grace period. */
void rcu_ctl_open(struct rcu_ctl *state, unsigned tasks, bool machine,
    const struct rcu_model *model);

/* The reclaimer's body: returns when all have left and all is reclaimed. */
void rcu_ctl_reclaim(void);
/* Each other task at its end, out of any section. */
void rcu_ctl_leave(void);

/* Return when every section open now has ended: synchronize_rcu.  Not from a
 * section; under "scheduled" not from a callback either. */
void rcu_ctl_synchronize(void);

#endif /* PMAP_SIM_RCU_CTL_H */
