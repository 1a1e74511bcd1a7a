/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Google Benchmark for C programs.
 *
 * Usable by any of them: this header needs nothing but a C compiler, and
 * shim.cc nothing but libbenchmark (1.7.1, Debian's libbenchmark-dev) and a C++
 * compiler.
 *
 *	static void
 *	add(struct shim_state *state, void *arg)
 *	{
 *		struct counter *c = arg;
 *
 *		while (shim_keep_running(state, 64))
 *			for (int i = 0; i < 64; i++)
 *				counter_add(c);
 *	}
 *
 *	int
 *	main(int argc, char **argv)
 *	{
 *		struct shim *b = shim_register("add/atomic", add, &counter);
 *
 *		shim_threads(b, 2);
 *		return shim_main(argc, argv);
 *	}
 *
 *	c++ -c shim.cc && cc -c add.c && c++ add.o shim.o -lbenchmark -lpthread
 *
 * NAMES are operation/variant/args/threads:N, and nothing behind that: so
 *
 *	/usr/share/benchmark/compare.py filters all.json add/atomic add/mutex
 *
 * compares two variants without a word of ours.  (A filter is matched with the
 * library's own name, which goes on: do not end one with "$".)
 *
 * FOUR TRAPS of the library with threads, and what is done about them:
 *
 *	time	Its Time of N threads is the time that passed, divided by N,
 *		divided by what each of them did.  Never compare it between
 *		numbers of threads.  The counter ops_per_s, which each row
 *		has, is what all threads did by the time that passed.
 *	rates	A rate is by the CPU's time unless one says otherwise, and a
 *		thread that waits costs none.  Here all is by the time that
 *		passes.
 *	equal	All threads do the same number of turns, however unfair what
 *	turns	they contend for.  Where that matters, measure for a fixed
 *		time with threads of your own, and hand in what came of it:
 *		shim_itself().
 *	order	The library's random interleaving cannot be repeated: its
 *		seed is the device's.  shim_order() is seeded.
 *
 * Setup is done again for each guess at the number of turns: keep it cheap, or
 * say shim_turns().  Debian's library says that it was built as DEBUG; it was
 * built without NDEBUG, and with optimisation.
 */
#ifndef BENCH_SHIM_H
#define BENCH_SHIM_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct shim;       /* a registered benchmark */
struct shim_state; /* one thread's view of a run of it */

typedef void shim_body(struct shim_state *state, void *arg);
typedef void shim_fixture(void *arg);

/* --- Before shim_main(), from one thread -------------------------------- */

/* The name is copied; arg is handed to body and fixtures. */
struct shim *shim_register(const char *name, shim_body *body, void *arg);
/* "/what:value" in the name, and shim_arg_value(state, its number from 0). */
void shim_arg(struct shim *b, const char *what, int64_t value);
/* So many, made by the library, each in body(): "/threads:N" in the name. */
void shim_threads(struct shim *b, int threads);
/* Around each run, on one thread, while the others wait; either may be NULL. */
void shim_setup(struct shim *b, shim_fixture *setup, shim_fixture *teardown);
/* At least so long; or exactly so many turns of each thread. */
void shim_min_time(struct shim *b, double seconds);
void shim_turns(struct shim *b, int64_t turns);
/* The body measures by itself: between shim_begin() and shim_end(). */
void shim_itself(struct shim *b);
/* All benchmarks `rounds` times, and every second time backwards, in an order
 * drawn from the seed; not given: each once, as registered. */
void shim_order(uint64_t seed, unsigned rounds);
/* A line of the report's head: what else a reader should know. */
void shim_context(const char *key, const char *value);

/* What shim_main() leaves with: all was run; there is no such flag; the file of
 * --benchmark_out cannot be written, and nothing was run. */
enum { SHIM_DONE, SHIM_NO_FLAG, SHIM_NO_FILE };

/* The library's own flags; runs what their filter leaves.  One of these, and a
 * line on stderr if it is not the first. */
int shim_main(int argc, char **argv);

/* Now, it alone, and nothing is printed: so many operations of all threads, in
 * so many seconds.  Not from a body.  False: it failed. */
bool shim_run(struct shim *b, uint64_t *operations, double *seconds);
/* turn(arg), `batch` times over, in C++ and without what follows: what a body
 * that does the same in C is held against, to see what the shim costs. */
struct shim *shim_register_direct(
    const char *name, void (*turn)(void *), void *arg, int64_t batch);

/* --- In the body -------------------------------------------------------- */

/* Another `batch` turns?  Costs some 2 ns: let a batch take 100 or more. */
bool shim_keep_running(struct shim_state *state, int64_t batch);
/* Of one that measures by itself: the processors' time counts from the one to
 * the other; so many operations in so many seconds is what is reported. */
void shim_begin(struct shim_state *state);
void shim_end(struct shim_state *state, uint64_t operations, double seconds);

int shim_thread(const struct shim_state *state);
int64_t shim_arg_value(const struct shim_state *state, unsigned number);
/* A column of its own; summed over threads. */
void shim_counter(struct shim_state *state, const char *name, double value);
void shim_label(struct shim_state *state, const char *text);
/* This run has failed; to be followed by a return. */
void shim_fail(struct shim_state *state, const char *why);

#ifdef __cplusplus
}
#endif

#endif /* BENCH_SHIM_H */
