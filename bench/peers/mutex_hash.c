/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Peer "mutex_hash": a chained hash and plain counts under one pthread mutex:
 * what anybody would write first.
 */
#include <pthread.h>

#include "bench/peers/chains.h"

#define LOCK             pthread_mutex_t
#define lock_init(lock)  pthread_mutex_init((lock), NULL)
#define lock_fini(lock)  pthread_mutex_destroy(lock)
#define lock_read(lock)  pthread_mutex_lock(lock)
#define lock_write(lock) pthread_mutex_lock(lock)
#define lock_drop(lock)  pthread_mutex_unlock(lock)
#include "bench/peers/locked.h"

static inline void *
table_get(struct table *table, const void *key)
{
	struct thing *thing;

	lock_write(&table->lock);
	thing = chains_find(&table->chains, key);
	if (thing != NULL)
		thing->count++;
	lock_drop(&table->lock);
	return thing;
}

static inline void
table_put(struct table *table, void *arg)
{
	struct thing *thing = arg;

	lock_write(&table->lock);
	thing->count--;
	lock_drop(&table->lock);
}

#include "bench/peers/finish.h"

PEER(mutex_hash, SUBJECT_PEER);
