/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lookups are RCU sections; what they may have seen is freed when they have
 * ended, some time later.
 */
#ifndef LOCKING_RETIRE_RCU_H
#define LOCKING_RETIRE_RCU_H

#define LK_LOOKUP_LOCKFREE 1

static inline void
lk_lookup_begin(struct lk_vm *lk)
{
	(void)lk;
	sync_rcu_enter();
}

static inline void
lk_lookup_end(struct lk_vm *lk)
{
	(void)lk;
	sync_rcu_exit();
}

static inline void
lk_retire(struct lk_vm *lk, struct sync_rcu_head *head,
    void (*reclaim)(struct sync_rcu_head *head))
{
	(void)lk;
	sync_rcu_retire(head, reclaim);
}

static inline void
lk_retire_barrier(struct lk_vm *lk)
{
	(void)lk;
	sync_rcu_barrier();
}

#endif /* LOCKING_RETIRE_RCU_H */
