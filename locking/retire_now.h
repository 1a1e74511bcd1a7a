/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where every lookup holds identity, what identity no longer names can be
 * freed at once.
 */
#ifndef LOCKING_RETIRE_NOW_H
#define LOCKING_RETIRE_NOW_H

#define LK_LOOKUP_LOCKFREE 0

static inline void
lk_lookup_begin(struct lk_vm *lk)
{
	(void)lk;
}

static inline void
lk_lookup_end(struct lk_vm *lk)
{
	(void)lk;
}

static inline void
lk_retire(struct lk_vm *lk, struct sync_rcu_head *head,
    void (*reclaim)(struct sync_rcu_head *head))
{
	(void)lk;
	reclaim(head);
}

static inline void
lk_retire_barrier(struct lk_vm *lk)
{
	(void)lk;
}

#endif /* LOCKING_RETIRE_NOW_H */
