/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ThreadSanitizer is told of RCU: called by sync_rcu.c, in its build only.
 */
#ifndef PMAP_SIM_SYNC_RCU_TSAN_H
#define PMAP_SIM_SYNC_RCU_TSAN_H

#include "pmap_sim/sync.h"

#ifdef SYNC_TSAN

/* Inside the section, as its first and last act. */
void sync_rcu_tsan_enter(void);
void sync_rcu_tsan_exit(void);

/* Before the library gets head. */
void sync_rcu_tsan_retire(struct sync_rcu_head *head);

/* First thing in head's callback; all callbacks run in one thread. */
void sync_rcu_tsan_reclaim(struct sync_rcu_head *head);

/* Around calls whose locks are the library's own business. */
void sync_rcu_tsan_library_enter(void);
void sync_rcu_tsan_library_exit(void);

#endif /* SYNC_TSAN */

#endif /* PMAP_SIM_SYNC_RCU_TSAN_H */
