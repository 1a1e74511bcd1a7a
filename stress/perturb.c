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

struct perturb {
	struct {
		_Alignas(64) struct random_stream random;
		unsigned long count;
	} streams[STREAMS];
};

struct perturb *
perturb_create(uint64_t seed)
{
	struct perturb *perturb = need_aligned(64, 1, sizeof(*perturb));

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

void
perturb_at(struct perturb *perturb, enum vm_point point)
{
	const struct thread *thread = current_thread();
	unsigned mine = thread != NULL ? thread->id % STREAMS : 0;
	uint64_t draw = random_next(&perturb->streams[mine].random);

	if (draw % 8 != 0)
		return;
	perturb->streams[mine].count++;
	if (!held[point] && draw >> 8 & 1)
		thread_yield();
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
