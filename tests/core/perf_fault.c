/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The private soft fault: each CPU in an address space of its own maps
 * anonymous memory, touches every page of it and unmaps it.  Nothing of it is
 * another CPU's business, so two threads should do twice what one does.
 *
 * Prints pages per second of one thread and of two, and their ratio, best and
 * median of pairs run in turn.  VMRACE_PAGES: pages of a mapping [16];
 * VMRACE_SECONDS of each run [0.2].  Fails on a wrong state only: how fast a
 * machine is, is no test.
 */
#define FIXTURE_FRAMES 4096
#include <pthread.h>
#include <time.h>

#include "tests/core/spaces.h"

#define CPUS  2
#define PAIRS 15

struct worker {
	struct fixture *fx;
	pthread_t thread;
	unsigned cpu, pages;
	double seconds;
	unsigned long done;
	int *go; /* atomic */
};

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
touch_all(struct worker *w, struct vmspace *space)
{
	struct vm *vm = w->fx->vm;

	for (double end = now() + w->seconds; now() < end;)
		for (unsigned n = 0; n < 16; n++) {
			map(vm, space, HERE, w->pages, RW,
			    MAP_PRIVATE_ | MAP_ANON_, NULL);
			for (unsigned i = 0; i < w->pages; i++)
				store(HERE + ptoa(i), i);
			assert_int_equal(
			    OPS->munmap(vm, space, HERE, ptoa(w->pages)),
			    KERN_SUCCESS);
			w->done += w->pages;
		}
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
	touch_all(w, space);
	space_down(w->fx->vm, space);
	cpu_detach();
	return NULL;
}

/* Pages per second of that many threads. */
static double
run(struct fixture *fx, unsigned threads, unsigned pages, double seconds)
{
	struct worker w[CPUS];
	double done = 0;
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
	sync_store(&go, TRUE);
	for (unsigned i = 0; i < threads; i++) {
		pthread_join(w[i].thread, NULL);
		done += (double)w[i].done;
	}
	return done / seconds;
}

static int
descending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y) - (x > y);
}

static void
two_threads_against_one(void **state)
{
	const char *pages = getenv("VMRACE_PAGES");
	const char *seconds = getenv("VMRACE_SECONDS");
	unsigned n = pages != NULL ? (unsigned)atoi(pages) : 16;
	double length = seconds != NULL ? atof(seconds) : 0.2;
	double ratio[PAIRS], one[PAIRS], two[PAIRS];
	FIXTURE;

	cpu_detach(); /* the workers play the CPUs */
	for (unsigned i = 0; i < PAIRS; i++) {
		one[i] = run(fx, 1, n, length);
		two[i] = run(fx, 2, n, length);
		ratio[i] = two[i] / one[i];
	}
	cpu_attach(fx->machine, 0);
	assert_int_equal(vm_check(vm), 0);
	qsort(ratio, PAIRS, sizeof(double), descending);
	qsort(one, PAIRS, sizeof(double), descending);
	qsort(two, PAIRS, sizeof(double), descending);
	printf("soft fault, %u pages a mapping: 1 thread %.2f, 2 threads %.2f "
	       "Mpages/s (medians); ratio: best %.2f, median %.2f, worst "
	       "%.2f\n",
	    n, one[PAIRS / 2] / 1e6, two[PAIRS / 2] / 1e6, ratio[0],
	    ratio[PAIRS / 2], ratio[PAIRS - 1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { FACT(two_threads_against_one) };

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
