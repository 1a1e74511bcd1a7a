/* SPDX-License-Identifier: BSD-2-Clause */
/* The modelled RCU, as who builds a scene sees it. */
#ifndef PMAP_SIM_RCU_CTL_H
#define PMAP_SIM_RCU_CTL_H

#include <stddef.h>

struct rcu_ctl;

/* Its state: so many zeroed bytes of the arena. */
size_t rcu_ctl_size(void);
void rcu_ctl_open(struct rcu_ctl *state);

/* The reclaimer's body: returns when all is reclaimed and closed. */
void rcu_ctl_reclaim(void);
/* The last task that may retire says so, at its end. */
void rcu_ctl_close(void);

#endif /* PMAP_SIM_RCU_CTL_H */
