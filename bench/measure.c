/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FIXED TIME, NOT FIXED WORK.  Who is served first by an unfair lock would be
 * done first, and leave the rest to those who are then alone.  So all work
 * until they are told to stop, and each says how far it came.
 *
 * TURNS.  A thread looks at the clock and at the word that tells it to stop
 * once in about 20 us: it finds out how many operations that is while it warms
 * up.  The longest such turn is how long a thread was kept waiting, less those
 * 20 us; nothing finer is seen without a clock around each operation, which
 * costs more than most of them.
 *
 * THE START.  Threads wait for a round asleep, and for each other awake, for a
 * moment, so that none has the others' share of the beginning.  Who tells them
 * sleeps meanwhile: it has no CPU of its own.
 *
 * PROCESSES.  A loop may ask for a process in each thread's place (`apart`).
 * So the crew is in memory that they share; all else is a copy.
 */
#define _GNU_SOURCE
#include "bench/measure.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/resident.h"
#include "bench/ticks.h"
#include "stress/apart.h"
#include "stress/clock.h"
#include "stress/need.h"
#include "stress/regime.h"

#define TURN_NS   UINT64_C(20000)
#define TURN_MOST (UINT64_C(1) << 16)
#define WINDOW_NS UINT64_C(50000000)
#define MOMENT_NS UINT64_C(20000)
#define LOOK_NS   UINT64_C(3000000)
#define STEADY    0.02
#define LOOKS     2000u

struct hand {
	_Alignas(128) struct crew *crew;
	pthread_t thread;
	pid_t process; /* in place of it, if apart */
	unsigned number;
	uint64_t turn; /* operations of one */
	uint64_t ops, begin_ns, end_ns, longest_ns;
	struct histogram *histogram; /* shared; its own */
};

struct crew {
	const struct loop *loop;
	struct world *world;
	unsigned asked, threads;

	pthread_mutex_t lock; /* of these seven */
	pthread_cond_t changed;
	unsigned round;   /* begun */
	unsigned resting; /* threads that have done theirs */
	bool over;
	bool timed; /* crew_time's round */
	uint64_t interval_ticks;
	struct histogram *histograms; /* [asked] */

	_Alignas(
	    128) unsigned awake; /* atomic: threads that are at the start */
	_Alignas(128) bool stop; /* atomic */
	struct hand hands[];
};

/* --- One thread --------------------------------------------------------- */

/* The next round, or false: it is over. */
static bool
hand_wait(struct crew *crew, unsigned *round)
{
	bool over;

	pthread_mutex_lock(&crew->lock);
	if (++crew->resting == crew->threads)
		pthread_cond_broadcast(&crew->changed);
	while (crew->round == *round && !crew->over)
		pthread_cond_wait(&crew->changed, &crew->lock);
	*round = crew->round;
	over = crew->over;
	pthread_mutex_unlock(&crew->lock);
	return !over;
}

static void
hand_start(struct crew *crew)
{
	unsigned looks = 0;

	(void)__atomic_add_fetch(&crew->awake, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&crew->awake, __ATOMIC_ACQUIRE) < crew->threads)
		if (++looks % LOOKS == 0)
			sched_yield();
}

static void
hand_work(struct hand *hand, void *mine)
{
	struct crew *crew = hand->crew;
	uint64_t (*turn)(void *, uint64_t) = crew->loop->turn;
	uint64_t last = now_ns(), now, ops = 0, longest = 0;

	hand->begin_ns = last;
	do {
		ops += turn(mine, hand->turn);
		now = now_ns();
		if (now - last > longest)
			longest = now - last;
		if (now - last < TURN_NS / 2 && hand->turn < TURN_MOST)
			hand->turn *= 2;
		last = now;
	} while (!__atomic_load_n(&crew->stop, __ATOMIC_RELAXED));
	hand->end_ns = last;
	hand->ops = ops;
	hand->longest_ns = longest;
}

/* Each operation a turn, and the time that it took.  What does nothing of its
 * own, as who only disturbs the others, is in no histogram. */
static void
hand_time(struct hand *hand, void *mine)
{
	struct crew *crew = hand->crew;
	uint64_t (*turn)(void *, uint64_t) = crew->loop->turn;
	uint64_t interval = crew->interval_ticks, begin, took, did, ops = 0;

	hand->begin_ns = now_ns();
	begin = ticks_now();
	do {
		did = turn(mine, 1);
		took = ticks_now() - begin;
		if (did != 0)
			histogram_add_due(hand->histogram, took, interval);
		ops += did;
		begin += took;
		for (uint64_t due = begin - took + interval; begin < due;)
			begin = ticks_now();
	} while (!__atomic_load_n(&crew->stop, __ATOMIC_RELAXED));
	hand->end_ns = now_ns();
	hand->ops = ops;
	hand->longest_ns = 0;
}

static void *
hand_live(void *arg)
{
	struct hand *hand = arg;
	struct crew *crew = hand->crew;
	unsigned round = 0;
	void *mine;

	(void)regime_pin(hand->number);
	mine = crew->loop->enter(crew->world, hand->number);
	crew->loop->rest(mine);
	while (hand_wait(crew, &round)) {
		hand_start(crew);
		crew->loop->wake(mine);
		if (crew->timed)
			hand_time(hand, mine);
		else
			hand_work(hand, mine);
		crew->loop->rest(mine);
	}
	crew->loop->wake(mine);
	crew->loop->leave(mine);
	return NULL;
}

/* --- All of them -------------------------------------------------------- */

static void
crew_await(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	while (crew->resting < crew->threads)
		pthread_cond_wait(&crew->changed, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
}

static void
crew_tell(struct crew *crew, bool over)
{
	pthread_mutex_lock(&crew->lock);
	crew->awake = 0;
	crew->stop = false;
	crew->resting = 0;
	crew->round++;
	crew->over = over;
	pthread_cond_broadcast(&crew->changed);
	pthread_mutex_unlock(&crew->lock);
}

static size_t
crew_size(unsigned threads)
{
	return sizeof(struct crew) + threads * sizeof(struct hand);
}

static struct crew *
crew_make(const struct loop *loop, struct world *world, unsigned threads)
{
	struct crew *crew = apart_memory(crew_size(threads));
	pthread_mutexattr_t mutex;
	pthread_condattr_t condition;

	if (crew == NULL)
		need_failed();
	crew->loop = loop;
	crew->world = world;
	crew->asked = crew->threads = threads;
	crew->histograms = apart_memory(threads * sizeof(*crew->histograms));
	if (crew->histograms == NULL)
		need_failed();
	pthread_mutexattr_init(&mutex);
	pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
	pthread_mutex_init(&crew->lock, &mutex);
	pthread_mutexattr_destroy(&mutex);
	pthread_condattr_init(&condition);
	pthread_condattr_setpshared(&condition, PTHREAD_PROCESS_SHARED);
	pthread_cond_init(&crew->changed, &condition);
	pthread_condattr_destroy(&condition);
	return crew;
}

/* 0, or an errno. */
static int
hand_begin(struct hand *hand)
{
	pid_t process;

	if (!hand->crew->loop->apart)
		return pthread_create(&hand->thread, NULL, hand_live, hand);
	fflush(NULL);
	signal(SIGCHLD, SIG_DFL); /* else a child leaves no status */
	process = fork();
	if (process < 0)
		return errno;
	if (process != 0) {
		hand->process = process; /* in memory that both write */
		return 0;
	}
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)hand_live(hand);
	_exit(0);
}

/* A wait status; of a thread 0. */
static int
hand_end(struct hand *hand)
{
	int status = 0;

	if (!hand->crew->loop->apart) {
		pthread_join(hand->thread, NULL);
		return 0;
	}
	while (waitpid(hand->process, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return status;
}

struct crew *
crew_open(const struct loop *loop, struct world *world, unsigned threads)
{
	struct crew *crew = crew_make(loop, world, threads);

	for (unsigned i = 0; i < threads; i++) {
		struct hand *hand = &crew->hands[i];
		int error;

		hand->crew = crew;
		hand->number = i;
		hand->turn = 1;
		hand->histogram = &crew->histograms[i];
		error = hand_begin(hand);
		if (error == 0)
			continue;
		fprintf(stderr,
		    "vmrace: no thread %u: %s: ask for fewer (-c)\n", i,
		    strerror(error));
		pthread_mutex_lock(&crew->lock);
		crew->threads = i;
		pthread_mutex_unlock(&crew->lock);
		(void)crew_close(crew);
		return NULL;
	}
	crew_await(crew);
	return crew;
}

static void
crew_sleep(uint64_t ns)
{
	struct timespec left = { (time_t)(ns / 1000000000u),
		(long)(ns % 1000000000u) };

	while (nanosleep(&left, &left) != 0)
		;
}

/* For so long; what wants to be looked at meanwhile is. */
static void
crew_watch(struct crew *crew, uint64_t ns)
{
	if (crew->loop->look == NULL) {
		crew_sleep(ns);
		return;
	}
	for (uint64_t end = now_ns() + ns, now = 0; now < end; now = now_ns()) {
		crew->loop->look(crew->world);
		crew_sleep(LOOK_NS);
	}
}

void
crew_run(struct crew *crew, uint64_t ns, struct reading *reading)
{
	uint64_t begin = UINT64_MAX, end = 0;

	crew_tell(crew, false);
	while (__atomic_load_n(&crew->awake, __ATOMIC_RELAXED) < crew->threads)
		crew_sleep(MOMENT_NS);
	crew_watch(crew, ns);
	__atomic_store_n(&crew->stop, true, __ATOMIC_RELAXED);
	crew_await(crew);

	*reading = (struct reading){ .threads = crew->threads };
	for (unsigned i = 0; i < crew->threads; i++) {
		const struct hand *hand = &crew->hands[i];

		reading->ops += reading->thread_ops[i] = hand->ops;
		if (hand->begin_ns < begin)
			begin = hand->begin_ns;
		if (hand->end_ns > end)
			end = hand->end_ns;
		if (hand->longest_ns > reading->longest_ns)
			reading->longest_ns = hand->longest_ns;
	}
	reading->wall_ns = end - begin;
}

/* What a tick is, before anything can be measured that is worth it. */
static double
ns_per_tick_soon(void)
{
	uint64_t ns = now_ns(), ticks = ticks_now();

	crew_sleep(1000000);
	return (double)(now_ns() - ns) / (double)(ticks_now() - ticks);
}

void
crew_time(struct crew *crew, uint64_t ns, struct reading *reading,
    struct latencies *latencies)
{
	uint64_t begin_ns, begin_ticks;

	memset(crew->histograms, 0, crew->asked * sizeof(*crew->histograms));
	crew->interval_ticks =
	    (uint64_t)((double)latencies->interval_ns / ns_per_tick_soon());
	crew->timed = true;
	begin_ns = now_ns();
	begin_ticks = ticks_now();
	crew_run(crew, ns, reading);
	latencies->ns_per_tick =
	    (double)(now_ns() - begin_ns) / (double)(ticks_now() - begin_ticks);
	crew->timed = false;
	memset(&latencies->histogram, 0, sizeof(latencies->histogram));
	for (unsigned i = 0; i < crew->threads; i++)
		histogram_merge(&latencies->histogram, &crew->histograms[i]);
	reading->longest_ns = (uint64_t)((double)latencies->histogram.most *
					 latencies->ns_per_tick);
}

bool
crew_warm_up(struct crew *crew, uint64_t least_ns, uint64_t most_ns)
{
	uint64_t window = least_ns / 4 < WINDOW_NS ? least_ns / 4 : WINDOW_NS;
	struct reading reading;
	double before = 0;

	for (uint64_t spent = 0; window != 0 && spent < most_ns;
	     spent += window) {
		double now;

		crew_run(crew, window, &reading);
		now = reading_ops_per_s(&reading);
		if (spent + window >= least_ns &&
		    fabs(now - before) < STEADY * now)
			return true;
		before = now;
	}
	return false;
}

long
crew_own_kb(const struct crew *crew)
{
	long kb = 0;

	if (crew->loop->apart)
		for (unsigned i = 0; i < crew->threads; i++)
			kb += resident_own_kb(crew->hands[i].process);
	return kb;
}

int
crew_close(struct crew *crew)
{
	int bad = 0;

	if (crew->threads != 0) {
		crew_await(crew);
		crew_tell(crew, true);
	}
	for (unsigned i = 0; i < crew->threads; i++) {
		int status = hand_end(&crew->hands[i]);

		if (status != 0)
			bad = status;
	}
	pthread_cond_destroy(&crew->changed);
	pthread_mutex_destroy(&crew->lock);
	apart_memory_free(
	    crew->histograms, crew->asked * sizeof(*crew->histograms));
	apart_memory_free(crew, crew_size(crew->asked));
	return bad;
}

const char *
measure_name(enum measure measure)
{
	static const char *const names[] = {
		[MEASURE_THROUGHPUT] = "throughput",
		[MEASURE_LATENCY] = "latency",
		[MEASURE_COUNT] = "count",
	};

	return names[measure];
}

/* --- What came of it ---------------------------------------------------- */

double
reading_jain(const struct reading *reading)
{
	double sum = 0, squares = 0;

	for (unsigned i = 0; i < reading->threads; i++) {
		double ops = (double)reading->thread_ops[i];

		sum += ops;
		squares += ops * ops;
	}
	return squares > 0 ? sum * sum / (reading->threads * squares) : 1;
}

double
reading_max_min(const struct reading *reading)
{
	uint64_t least = UINT64_MAX, most = 0;

	for (unsigned i = 0; i < reading->threads; i++) {
		if (reading->thread_ops[i] < least)
			least = reading->thread_ops[i];
		if (reading->thread_ops[i] > most)
			most = reading->thread_ops[i];
	}
	return least != 0 ? (double)most / (double)least : 0;
}

double
reading_ops_per_s(const struct reading *reading)
{
	return reading->wall_ns != 0
		   ? (double)reading->ops * 1e9 / (double)reading->wall_ns
		   : 0;
}
