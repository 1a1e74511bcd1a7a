/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slow paths of sync.h: what a waiter does.
 */
#include "pmap_sim/sync.h"

void
sync_spin_wait(struct sync_spin *s)
{
	unsigned spins = 0;

	for (;;) {
		while (__atomic_load_n(&s->held, __ATOMIC_RELAXED) != 0)
			cpu_relax_after(++spins);
		if (__atomic_exchange_n(&s->held, 1, __ATOMIC_ACQUIRE) == 0)
			return;
	}
}

void
sync_mutex_wait(struct sync_mutex *s)
{
	cpu_idle_enter();
	pthread_mutex_lock(&s->m);
	cpu_idle_exit();
}
