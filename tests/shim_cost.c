/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the shim costs: one loop, through it and said in C++ directly
 * (shim_direct.cc).  Run by shim_cost.py.
 */
#include "bench/shim.h"

void turn_of_work(void);
void register_direct(void);

/* About as long as the shortest lookup. */
void
turn_of_work(void)
{
	static uint64_t x = 88172645463325252u;

	for (int i = 0; i < 4; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	__asm__ volatile("" : : "m"(x));
}

static void
batches(struct shim_state *state, void *arg)
{
	(void)arg;
	while (shim_keep_running(state, 64))
		for (int i = 0; i < 64; i++)
			turn_of_work();
}

int
main(int argc, char **argv)
{
	shim_register("turn/shim", batches, 0);
	register_direct();
	return shim_main(argc, argv);
}
