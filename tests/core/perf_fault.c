/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The private soft fault: each CPU in an address space of its own maps
 * anonymous memory, touches every page of it and unmaps it.  Nothing of it is
 * another CPU's business, so two threads should do twice what one does.
 *
 * One thread and two take turns.  Prints pages per second by the clock, and the
 * nanoseconds of processor time a page costs: those tell what the threads do to
 * each other even while others have the processors, too.  VMRACE_PAGES: pages
 * of a mapping [16]; VMRACE_SECONDS of each turn [0.2]; VMRACE_THREADS: only so
 * many, for a profile.  Fails on a wrong state only: how fast a machine is, is
 * no test.
 */
#define FIXTURE_FRAMES 4096
#include <pthread.h>
#include <time.h>

#include "tests/core/spaces.h"

#define CPUS  2
#define TURNS 15

struct worker {
	_Alignas(64) struct fixture *fx;
	pthread_t thread;
	unsigned cpu, pages;
	double seconds;
	double busy; /* of processor time */
	unsigned long done;
	int *go; /* atomic */
};

struct turn {
	double rate; /* pages per second */
	double cost; /* seconds of processor time a page */
};

static double
now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
touch_all(struct worker *w, struct vmspace *space)
{
	struct vm *vm = w->fx->vm;
	double end = now(CLOCK_MONOTONIC) + w->seconds;

	do
		for (unsigned n = 0; n < 64; n++) {
			map(vm, space, HERE, w->pages, RW,
			    MAP_PRIVATE_ | MAP_ANON_, NULL);
			for (unsigned i = 0; i < w->pages; i++)
				store(HERE + ptoa(i), i);
			assert_int_equal(
			    OPS->munmap(vm, space, HERE, ptoa(w->pages)),
			    KERN_SUCCESS);
			w->done += w->pages;
		}
	while (now(CLOCK_MONOTONIC) < end);
}

static void *
worker_body(void *arg)
{
	struct worker *w = arg;
	struct vmspace *space;

	cpu_attach(w->fx->machine, w->cpu);
	space = space_up(w->fx->vm);
	while (!sync_load(w->go))
		cpu_relax();
	w->busy = -now(CLOCK_THREAD_CPUTIME_ID);
	touch_all(w, space);
	w->busy += now(CLOCK_THREAD_CPUTIME_ID);
	space_down(w->fx->vm, space);
	cpu_detach();
	return NULL;
}

static struct turn
run(struct fixture *fx, unsigned threads, unsigned pages, double seconds)
{
	struct worker w[CPUS];
	double begin, done = 0, busy = 0;
	int go = FALSE;

	for (unsigned i = 0; i < threads; i++) {
		w[i] = (struct worker){ .fx = fx,
			.cpu = i,
			.pages = pages,
			.seconds = seconds,
			.go = &go };
		assert_int_equal(
		    pthread_create(&w[i].thread, NULL, worker_body, &w[i]), 0);
	}
	begin = now(CLOCK_MONOTONIC);
	sync_store(&go, TRUE);
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(w[i].thread, NULL);
		done += (double)w[i].done;
		busy += w[i].busy;
	}
	return (
	    struct turn){ done / (now(CLOCK_MONOTONIC) - begin), busy / done };
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double of[TURNS])
{
	qsort(of, TURNS, sizeof(double), ascending);
	return of[TURNS / 2];
}

static double
setting(const char *name, double otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? atof(text) : otherwise;
}

static void
two_threads_against_one(void **state)
{
	unsigned pages = (unsigned)setting("VMRACE_PAGES", 16);
	unsigned only = (unsigned)setting("VMRACE_THREADS", 0);
	double seconds = setting("VMRACE_SECONDS", 0.2);
	double rate[TURNS], cost[TURNS], by_clock, by_cost;
	FIXTURE;

	cpu_detach(); /* the workers play the CPUs */
	for (unsigned i = 0; i < TURNS; i++) {
		struct turn one = run(fx, only != 0 ? only : 1, pages, seconds);
		struct turn two = run(fx, only != 0 ? only : 2, pages, seconds);

		rate[i] = two.rate / one.rate;
		cost[i] = 2 * one.cost / two.cost;
		print_message("%u pages: %.2f and %.2f Mpages/s, ratio %.2f; "
			      "%.0f and %.0f ns of processor time a page\n",
		    pages, one.rate / 1e6, two.rate / 1e6, rate[i],
		    one.cost * 1e9, two.cost * 1e9);
	}
	cpu_attach(fx->machine, 0);
	assert_int_equal(vm_check(vm), 0);
	by_clock = median(rate);
	by_cost = median(cost);
	print_message("two threads / one, %u pages a mapping: by the clock "
		      "median %.2f, best %.2f; by processor time median %.2f, "
		      "best %.2f\n",
	    pages, by_clock, rate[TURNS - 1], by_cost, cost[TURNS - 1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { FACT(two_threads_against_one) };

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
