/* SPDX-License-Identifier: BSD-2-Clause */
/* Subject "direct": the loop in C++, where the library lives (bench/shim.cc).
 */
#include "bench/peers/turns.h"

static struct shim *
turns_register(struct turns *turns)
{
	return shim_register_direct("turns", turns->turn, turns, turns->batch);
}

TURNS_SUBJECT(direct);
