/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The probes: two threads, each pinned to a CPU.
 *
 * PING-PONG.  One line, one ball: who sees it come adds one and so sends it
 * back.  It looks again at once: a pause before that would cost as much as the
 * line's way.  The median of many short batches, because a batch that an
 * interrupt falls into is long and says nothing; each on a line of its own,
 * because a line's way leads through the part of the shared cache that its
 * address is assigned to, and one line alone is anything from 50 to 125 ns
 * where many have a median of 90.
 *
 * DISJOINT WORK.  Arithmetic in registers, in slices of some 50 us.  What one
 * thread alone needs for a slice is counted in time on its CPU, so that a third
 * cannot lengthen it; what two do is counted in time that passes, and for
 * several of a scheduler's time slices, so that a third that wants a CPU gets
 * it.
 *
 * Who waits never waits for ever: after some thousand looks it yields, and
 * after a while it gives up.  Two that spin for each other would otherwise
 * hold a machine of two CPUs on which a third has the ball.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "pmap_sim/unseen.h"
#include "stress/clock.h"
#include "stress/regime.h"
#include "stress/statistics.h"

#define BATCHES   63
#define TRIPS     100u /* there and back, in a batch */
#define LOOKS     4000u
#define PATIENCE  UINT64_C(50000000) /* for all batches, in ns */
#define ALONE     100u               /* slices */
#define TOGETHER  UINT64_C(20000000)
#define STEPS     20000u        /* of arithmetic, in a slice */
#define DISTANCED _Alignas(128) /* prefetchers fetch lines by twos */

#define load(p)     __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define store(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

struct work {
	DISTANCED uint64_t at_least, at_least_ns; /* slices and time */
	uint64_t slices, elapsed_ns, cpu_ns;
};

struct line {
	DISTANCED unsigned ball; /* atomic */
};

struct pair {
	struct line lines[BATCHES];
	DISTANCED int go; /* atomic; 1: begin; -1: do not */
	int give_up;      /* atomic */
	uint64_t deadline;
	unsigned batches;
	double batch_ns[BATCHES];
	struct work work[2];
};

/* One of the two threads. */
struct half {
	pthread_t thread;
	struct pair *pair;
	unsigned number;
	void (*play)(struct pair *pair, unsigned number);
};

static uint64_t
clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* --- CPUs --------------------------------------------------------------- */

/* The number of CPU `index` of those in the set; -1: there is none. */
static int
cpu_number(const cpu_set_t *set, unsigned index)
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, set) && index-- == 0)
			return cpu;
	return -1;
}

static cpu_set_t
cpus_allowed(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		CPU_SET(0, &set);
	return set;
}

unsigned
regime_cpus(void)
{
	cpu_set_t set = cpus_allowed();

	return (unsigned)CPU_COUNT(&set);
}

bool
regime_pin(unsigned index)
{
	cpu_set_t set = cpus_allowed(), one;
	int cpu = cpu_number(&set, index);

	if (cpu < 0)
		return false;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	return pthread_setaffinity_np(pthread_self(), sizeof(one), &one) == 0;
}

/* --- Two threads -------------------------------------------------------- */

static void *
half_run(void *arg)
{
	struct half *half = arg;
	int go;

	(void)regime_pin(half->number);
	while ((go = load(&half->pair->go)) == 0)
		sched_yield();
	if (go > 0)
		half->play(half->pair, half->number);
	return NULL;
}

/* Let the first `count` of two threads play.  FALSE: no threads. */
static bool
play(struct pair *pair, unsigned count,
    void (*play)(struct pair *pair, unsigned number))
{
	struct half halves[2];
	unsigned started = 0;

	pair->go = 0;
	for (unsigned i = 0; i < count; i++) {
		halves[i] = (struct half){ .pair = pair, .number = i };
		halves[i].play = play;
		if (pthread_create(
			&halves[i].thread, NULL, half_run, &halves[i]) != 0)
			break;
		started++;
	}
	store(&pair->go, started == count ? 1 : -1);
	for (unsigned i = 0; i < started; i++)
		pthread_join(halves[i].thread, NULL);
	return started == count;
}

/* --- Ping-pong ---------------------------------------------------------- */

UNSEEN_BEGIN

/* FALSE: it did not come in time. */
static bool
await(struct pair *pair, const unsigned *at, unsigned ball)
{
	for (unsigned looks = 0; load(at) != ball; looks++) {
		if (looks % LOOKS != LOOKS - 1)
			continue;
		if (load(&pair->give_up) || now_ns() > pair->deadline) {
			store(&pair->give_up, 1);
			return false;
		}
		sched_yield();
	}
	return true;
}

/* Thread 0 makes the ball odd, thread 1 even. */
static bool
batch(struct pair *pair, unsigned *at, unsigned number)
{
	for (unsigned ball = 0; ball < 2 * TRIPS; ball += 2) {
		if (number == 1 && !await(pair, at, ball + 1))
			return false;
		store(at, ball + 1 + number);
		if (number == 0 && !await(pair, at, ball + 2))
			return false;
	}
	return true;
}

static void
pingpong(struct pair *pair, unsigned number)
{
	for (unsigned i = 0; i < BATCHES; i++) {
		uint64_t start = now_ns();

		if (!batch(pair, &pair->lines[i].ball, number))
			return;
		if (number == 0)
			pair->batch_ns[pair->batches++] =
			    (double)(now_ns() - start) / TRIPS;
	}
}

UNSEEN_END

/* --- Disjoint work ------------------------------------------------------ */

UNSEEN_BEGIN

static uint64_t
slice(uint64_t x)
{
	for (unsigned i = 0; i < STEPS; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
	}
	return x;
}

static void
work(struct pair *pair, unsigned number)
{
	struct work *mine = &pair->work[number];
	uint64_t cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	uint64_t start = now_ns();
	volatile uint64_t result = start | 1;

	do {
		result = slice(result);
		mine->slices++;
		mine->elapsed_ns = now_ns() - start;
	} while (mine->elapsed_ns < mine->at_least_ns ||
		 mine->slices < mine->at_least);
	mine->cpu_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
}

UNSEEN_END

static double
disjoint(struct pair *pair)
{
	struct work *work_of = pair->work;
	double slice_ns, ratio = 0;

	work_of[0] = (struct work){ .at_least = ALONE };
	if (!play(pair, 1, work))
		return 0;
	slice_ns = (double)work_of[0].cpu_ns / (double)work_of[0].slices;
	for (unsigned i = 0; i < 2; i++)
		work_of[i] = (struct work){ .at_least_ns = TOGETHER };
	if (!play(pair, 2, work))
		return 0;
	for (unsigned i = 0; i < 2; i++)
		ratio += (double)work_of[i].slices * slice_ns /
			 (double)work_of[i].elapsed_ns;
	return ratio;
}

/* --- Both --------------------------------------------------------------- */

struct regime_sample
regime_probe(void)
{
	struct regime_sample sample = { 0 };
	struct pair *pair;

	sample.cpus = regime_cpus();
	if (sample.cpus == 1)
		return sample;
	pair = aligned_alloc(_Alignof(struct pair), sizeof(*pair));
	if (pair == NULL)
		return sample;
	*pair = (struct pair){ .deadline = now_ns() + PATIENCE };
	if (play(pair, 2, pingpong) && pair->batches > BATCHES / 2)
		sample.pingpong_ns =
		    statistics_median(pair->batch_ns, pair->batches);
	sample.disjoint_ratio = disjoint(pair);
	free(pair);
	return sample;
}
