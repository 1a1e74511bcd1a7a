/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Turns that Google Benchmark counts and times, for workloads.def's `library`.
 * A file that is put to them defines turns_register() and says
 * TURNS_SUBJECT(name).
 *
 * THE SAME WORK.  A turn is called through a pointer by both, so that it is the
 * same machine code at the same place, and only the loops around it differ.
 *
 * The library makes no threads for one: it runs in this one, which is pinned
 * for as long and may then go where it likes, or the machine could not be
 * looked at.
 */
#ifndef BENCH_PEERS_TURNS_H
#define BENCH_PEERS_TURNS_H

#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/shim.h"
#include "bench/subject.h"
#include "stress/need.h"
#include "stress/regime.h"

struct turns {
	void (*turn)(void *turns);
	int64_t batch;
	uint64_t x, made;
};

/* The loop, with that arg. */
static struct shim *turns_register(struct turns *turns);

struct world {
	struct turns turns;
	struct shim *shim;
	uint64_t claimed; /* turns, by the library */
};

/* About as long as the shortest lookup. */
static void
turns_turn(void *arg)
{
	struct turns *turns = arg;
	uint64_t x = turns->x;

	for (int i = 0; i < 4; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	turns->x = x;
	turns->made++;
}

static struct world *
turns_open(const struct request *request)
{
	struct world *world = need_aligned(128, 1, sizeof(*world));

	world->turns = (struct turns){
		.turn = turns_turn,
		.x = 88172645463325252u,
		.batch = (int64_t)args_number(request->args, "batch", 1),
	};
	world->shim = turns_register(&world->turns);
	return world;
}

static void
turns_whole(struct world *world, uint64_t ns, struct whole *whole)
{
	cpu_set_t cpus;
	double seconds;

	sched_getaffinity(0, sizeof(cpus), &cpus);
	(void)regime_pin(0);
	shim_min_time(world->shim, (double)ns * 1e-9);
	if (shim_run(world->shim, &whole->ops, &seconds)) {
		world->claimed += whole->ops;
		whole->wall_ns = (uint64_t)(seconds * 1e9);
	}
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

/* It guesses first how many turns are enough: more are made than claimed. */
static void
turns_close(struct world *world, struct aftermath *after)
{
	if (world->claimed == 0 || world->turns.made < world->claimed) {
		after->violations = 1;
		snprintf(after->note, sizeof(after->note),
		    "the library says %llu turns, and %llu were made",
		    (unsigned long long)world->claimed,
		    (unsigned long long)world->turns.made);
	}
	free(world);
}

#include "workloads_library.h"

static const struct loop *const loops[] = {
#define WORKLOAD(id, operation, on) WORKLOAD_##on(operation)
#define WORKLOAD_table(operation)
#define WORKLOAD_space(operation)
#define WORKLOAD_vm(operation)
#define WORKLOAD_library(operation) &operation,
#include "bench/workloads.def"
#undef WORKLOAD
	NULL,
};

#define TURNS_SUBJECT(s)                                                       \
	extern const struct subject s##_subject;                               \
                                                                               \
	const struct subject s##_subject = {                                   \
		.name = #s, .kind = SUBJECT_PEER, .loops = loops               \
	}

#endif /* BENCH_PEERS_TURNS_H */
