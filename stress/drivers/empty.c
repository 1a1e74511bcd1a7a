/* SPDX-License-Identifier: BSD-2-Clause */
/* Nothing: what the harness itself costs, a round and an operation. */
#include "stress/stress.h"

static void
empty_act(struct stress_run *run, struct actor *actor)
{
	(void)run;
	for (unsigned i = 0; i < 64; i++)
		actor_count(actor);
}

const struct stress stress_empty = {
	.name = "empty",
	.hunts = "nothing",
	.oracle = "none",
	.blind = "to everything",
	.hazards = "",
	.frames = 64,
	.repeats = TRUE,
	.act = empty_act,
};
