/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must be reported besides races (canary.c), each in a process of its own,
 * for the first report is the last: a read beyond an array on a simulated
 * thread's stack, memory that was lost, arithmetic that C does not define.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "stress/build.h"
#include "stress/stress.h"

/* Only what is there to catch it may see it. */
static boolean_t
is_caught(void)
{
	return strcmp(BUILD_SANITIZER, "address") == 0;
}

static void
canary_overrun(void)
{
	volatile char few[8] = { 0 }, *volatile at = few;

	(void)at[sizeof(few) + 1];
}

static void
canary_lose(void)
{
	void *volatile lost = malloc(64);

	lost = NULL;
	(void)lost;
}

static void
canary_overflow(void)
{
	volatile int most = INT_MAX;

	most = most + 1;
}

#define CANARY(name_, does, hunts_)                                            \
	static void canary_##name_##_act(                                      \
	    struct stress_run *run, struct actor *actor)                       \
	{                                                                      \
		(void)run;                                                     \
		if (is_caught())                                               \
			does();                                                \
		actor_count(actor);                                            \
	}                                                                      \
	const struct stress stress_canary_##name_ = {                          \
		.name = "canary-" #name_,                                      \
		.hunts = hunts_,                                               \
		.oracle = "the sanitizer",                                     \
		.blind = "to everything",                                      \
		.hazards = "",                                                 \
		.canary = "address",                                           \
		.frames = 64,                                                  \
		.act = canary_##name_##_act,                                   \
	}

CANARY(stack, canary_overrun,
    "a read beyond an array on a stack, there to be reported");
CANARY(leak, canary_lose, "memory that is lost, there to be reported");
CANARY(undefined, canary_overflow,
    "an overflow that C leaves undefined, there to be reported");
