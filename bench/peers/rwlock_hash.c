/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Peer "rwlock_hash": a chained hash under a pthread reader-writer lock, and
 * atomic counts.  A lookup reads; letting go needs no lock, as long as it is
 * not the last reference: that one would write-lock, and is kept by the table
 * here.
 */
#include <pthread.h>

#include "bench/peers/chains.h"

#define LOCK             pthread_rwlock_t
#define lock_init(lock)  pthread_rwlock_init((lock), NULL)
#define lock_fini(lock)  pthread_rwlock_destroy(lock)
#define lock_read(lock)  pthread_rwlock_rdlock(lock)
#define lock_write(lock) pthread_rwlock_wrlock(lock)
#define lock_drop(lock)  pthread_rwlock_unlock(lock)
#include "bench/peers/locked.h"

static inline void *
table_get(struct table *table, const void *key)
{
	struct thing *thing;

	lock_read(&table->lock);
	thing = chains_find(&table->chains, key);
	if (thing != NULL)
		count_get(thing);
	lock_drop(&table->lock);
	return thing;
}

#define TABLE_COUNTS
#include "bench/peers/finish.h"

PEER(rwlock_hash, SUBJECT_PEER);
