/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A chained hash under one lock, counts included: LOCK is the lock's type;
 * lock_init, lock_fini; lock_read and lock_write, and lock_drop for both.
 * A lookup writes a count and a find does not, but a lock for reading lets
 * counts be only if they are atomic: so they are, under either.
 */
#ifndef BENCH_PEERS_LOCKED_H
#define BENCH_PEERS_LOCKED_H

struct table {
	struct chains chains;
	_Alignas(64) LOCK lock;
};

static struct table *
table_open(const struct request *request)
{
	struct table *table = need_aligned(64, 1, sizeof(*table));

	chains_init(&table->chains, request);
	lock_init(&table->lock);
	return table;
}

static const void *
table_add(struct table *table, unsigned thread)
{
	struct thing *thing = stock_make(&table->chains.stock, thread);

	lock_write(&table->lock);
	chains_insert(&table->chains, thing);
	lock_drop(&table->lock);
	return thing->key;
}

static const void *
table_renew(struct table *table, unsigned thread, const void *key)
{
	struct thing *thing;

	(void)thread;
	lock_write(&table->lock);
	thing = chains_remove(&table->chains, key);
	lock_drop(&table->lock);
	lock_write(&table->lock);
	chains_insert(&table->chains, thing);
	lock_drop(&table->lock);
	return key;
}

static inline void *
table_find(struct table *table, const void *key)
{
	struct thing *thing;

	lock_read(&table->lock);
	thing = chains_find(&table->chains, key);
	lock_drop(&table->lock);
	return thing;
}

static void
table_close(struct table *table)
{
	lock_fini(&table->lock);
	chains_fini(&table->chains);
	free(table);
}

#endif /* BENCH_PEERS_LOCKED_H */
