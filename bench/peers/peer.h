/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What peers have in common: things to be found, and the bookkeeping of them.
 * To renew one (bench/table.h) is to take it out of the table and to enter it
 * under a new node: the thing itself and its key are kept.
 * A peer defines its struct table, whose first member is a struct stock, and
 * the verbs of bench/table.h that are not here.
 */
#ifndef BENCH_PEERS_PEER_H
#define BENCH_PEERS_PEER_H

#include <stdio.h>
#include <stdlib.h>

#include "bench/keys.h"
#include "bench/subject.h"
#include "pmap_sim/sync.h"
#include "stress/need.h"

/* As large as an object. */
struct thing {
	const void *key;
	int count;             /* atomic, if it is not under a lock */
	struct thing *stocked; /* the one made before */
	char room[BENCH_THING_BYTES - 24];
};

/* What each thread has made. */
struct stock {
	unsigned threads;
	struct thing **made; /* [threads] */
};

static inline void
stock_init(struct stock *stock, unsigned threads)
{
	stock->threads = threads;
	stock->made = need_zeroed(threads, sizeof(struct thing *));
}

/* One reference, and a key of its own. */
static inline struct thing *
stock_make(struct stock *stock, unsigned thread)
{
	struct thing *thing = need_zeroed(1, sizeof(*thing));

	thing->key = need_zeroed(1, BENCH_KEY_BYTES);
	thing->count = 1;
	thing->stocked = stock->made[thread];
	stock->made[thread] = thing;
	return thing;
}

static inline void
stock_check(const struct stock *stock, struct aftermath *after)
{
	after->live_objects = 0;
	for (unsigned t = 0; t < stock->threads; t++)
		for (struct thing *thing = stock->made[t]; thing != NULL;
		     thing = thing->stocked) {
			after->live_objects++;
			after->violations += thing->count != 1;
		}
	if (after->violations != 0)
		snprintf(after->note, sizeof(after->note),
		    "%lu counts are not what they began with",
		    after->violations);
}

static inline void
stock_fini(struct stock *stock)
{
	for (unsigned t = 0; t < stock->threads; t++)
		for (struct thing *thing = stock->made[t], *before;
		     thing != NULL; thing = before) {
			before = thing->stocked;
			free((void *)thing->key);
			free(thing);
		}
	free(stock->made);
}

/* One more, by who holds what keeps it from going; unless there is none. */
static inline void
count_get(struct thing *thing)
{
	(void)__atomic_add_fetch(&thing->count, 1, __ATOMIC_RELAXED);
}

/* As the strategies do it (locking/ref_atomic.h): what is compared is the
 * tables, not two ways to write a compare-and-swap. */
static inline bool
count_get_live(struct thing *thing)
{
	unsigned pauses = SYNC_BACKOFF_LEAST;
	int n;

	sync_want(&thing->count);
	n = __atomic_load_n(&thing->count, __ATOMIC_RELAXED);
	while (n > 0) {
		if (__atomic_compare_exchange_n(&thing->count, &n, n + 1, 0,
			__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return true;
		sync_back_off(&pauses);
	}
	return false;
}

/* One less; false: it was the last. */
static inline bool
count_put(struct thing *thing)
{
	return __atomic_sub_fetch(&thing->count, 1, __ATOMIC_RELEASE) > 0;
}

static inline uintptr_t
hash_of(const void *key)
{
	return (uintptr_t)key / 64;
}

#endif /* BENCH_PEERS_PEER_H */
