/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "pmap_sim/cpu.h"
#include "pmap_sim/thread.h"
#include "pmap_sim/unseen.h"
#include "stress/need.h"
#include "stress/perturb.h"
#include "stress/random.h"

#define STREAMS 64

static const boolean_t held[] = {
#define POINT(name, held, sentence) held,
#include "core/points.def"
#undef POINT
};

#define ANY        64 /* one point in so many need not be liked */
#define FAVOURED   2
#define EQUAL      8
#define UNFAVOURED 64
#define POINTS     (sizeof(held) / sizeof(held[0]))

struct perturb {
	uint64_t seed;
	unsigned long liked; /* points */
	unsigned favoured;   /* relaxed; POINTS: none */
	struct {
		_Alignas(64) struct random_stream random;
		unsigned long count;
	} streams[STREAMS];
};

struct perturb *
perturb_create(uint64_t seed, unsigned long liked)
{
	struct perturb *perturb = need_aligned(64, 1, sizeof(*perturb));

	perturb->seed = seed;
	perturb->liked = liked != 0 ? liked : ~0ul;
	perturb->favoured = POINTS;
	for (unsigned i = 0; i < STREAMS; i++)
		perturb->streams[i].random = random_stream(~seed, i);
	return perturb;
}

void
perturb_free(struct perturb *perturb)
{
	free(perturb);
}

UNSEEN_BEGIN

void
perturb_round(struct perturb *perturb, unsigned long round)
{
	struct random_stream random = random_stream(~perturb->seed, ~round);
	unsigned favoured = POINTS;

	if (round % 4 != 0)
		do
			favoured = (unsigned)random_below(&random, POINTS);
		while ((perturb->liked >> favoured & 1) == 0 &&
		       random_below(&random, ANY) != 0);
	__atomic_store_n(&perturb->favoured, favoured, __ATOMIC_RELAXED);
}

/* Time for others to do something whole. */
static void
stall_long(uint64_t much)
{
	const struct timespec nap = { .tv_nsec = 20000 + 2000 * (long)much };

	nanosleep(&nap, NULL);
}

/* The CPU stands still; what it holds, it goes on holding. */
static void
stall(uint64_t much)
{
	const struct timespec nap = { .tv_nsec = 20000 };

	if (much < 8)
		for (unsigned spins = 64u << much; spins != 0; spins--)
			__asm__ volatile("pause");
	else if (much < 15)
		sched_yield();
	else
		nanosleep(&nap, NULL);
}

/* One visit in how many. */
static unsigned
perturb_odds(const struct perturb *perturb, enum vm_point point)
{
	unsigned favoured =
	    __atomic_load_n(&perturb->favoured, __ATOMIC_RELAXED);

	if (favoured == point)
		return FAVOURED;
	return favoured == POINTS ? EQUAL : UNFAVOURED;
}

void
perturb_at(struct perturb *perturb, enum vm_point point)
{
	const struct thread *thread = current_thread();
	unsigned mine = thread != NULL ? thread->id % STREAMS : 0;
	uint64_t draw = random_next(&perturb->streams[mine].random);

	if (draw % perturb_odds(perturb, point) != 0)
		return;
	perturb->streams[mine].count++;
	if (!held[point] && draw >> 8 & 1)
		thread_yield();
	else if (perturb_odds(perturb, point) == FAVOURED)
		stall_long(draw >> 9 & 127);
	else
		stall(draw >> 9 & 15);
}

unsigned long
perturb_count(const struct perturb *perturb)
{
	unsigned long sum = 0;

	for (unsigned i = 0; i < STREAMS; i++)
		sum += perturb->streams[i].count;
	return sum;
}

UNSEEN_END
