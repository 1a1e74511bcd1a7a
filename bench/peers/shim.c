/* SPDX-License-Identifier: BSD-2-Clause */
/* Subject "shim": a loop in C, as a user of bench/shim.h writes it. */
#include "bench/peers/turns.h"

static void
turns_body(struct shim_state *state, void *arg)
{
	struct turns *turns = arg;
	void (*turn)(void *) = turns->turn;
	int64_t batch = turns->batch;

	while (shim_keep_running(state, batch))
		for (int64_t i = 0; i < batch; i++)
			turn(turns);
}

static struct shim *
turns_register(struct turns *turns)
{
	return shim_register("turns", turns_body, turns);
}

TURNS_SUBJECT(shim);
