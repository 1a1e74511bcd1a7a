/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slow paths of sync.h: what a waiter does.
 */
#include "pmap_sim/sync.h"

#include "pmap_sim/held.h"

void
sync_spin_wait(struct sync_spin *s)
{
	struct held *held = NULL;
	unsigned spins = 0;

	do
		while (__atomic_load_n(&s->held, __ATOMIC_RELAXED) != 0) {
			cpu_relax_after(++spins);
			if (spins == HELD_SPINS)
				held = held_wait(HELD_LOCK, s, &s->held);
		}
	while (!SYNC_GRAB(&s->held));
	event_waited();
	held_wait_over(held);
}

void
sync_mutex_wait(struct sync_mutex *s)
{
	const sync_owner_t *owner = NULL;
	struct held *held;

#ifdef VM_CHECKS
	owner = &s->owner;
#endif
	held = held_wait(HELD_LOCK, s, owner);
	cpu_idle_enter();
	(void)SYNC_RMW(&s->m, pthread_mutex_lock(&s->m));
	event_waited();
	held_wait_over(held);
	sync_mutex_is_mine(s);
	cpu_idle_exit();
}
