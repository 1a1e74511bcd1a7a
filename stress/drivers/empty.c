/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nothing, by the path of all others: what the harness itself costs.
 *
 * An operation is a pass of the actor's loop: a half entered and left, which no
 * pair asks for, and a count.  A round is two
 * barriers and what the first actor does alone.  So the time of an operation
 * here can be subtracted from another driver's, once for each half that it
 * enters; what a half costs beyond that, if a pair asks for it, is a look at
 * the other threads' slots (window.h), and is not in here.
 */
#include "stress/stress.h"

#define BATCH 64

static void
empty_act(struct stress_run *run, struct actor *actor)
{
	for (unsigned i = 0; i < BATCH; i++) {
		struct vm_inside was =
		    window_enter(&run->windows, HALF_touch, actor, NULL);

		window_leave(&was);
		actor_count(actor);
	}
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
