/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Subject "empty": the loop around nothing.  What it costs is in every other
 * row, too, and can be subtracted.
 */
#include "bench/peers/peer.h"

struct table {
	struct stock stock;
};

static struct table *
table_open(const struct request *request)
{
	struct table *table = need_zeroed(1, sizeof(*table));

	stock_init(&table->stock, request->threads);
	return table;
}

static const void *
table_add(struct table *table, unsigned thread)
{
	return stock_make(&table->stock, thread)->key;
}

static inline const void *
table_renew(struct table *table, unsigned thread, const void *key)
{
	(void)table;
	(void)thread;
	return key;
}

static inline void *
table_find(struct table *table, const void *key)
{
	(void)table;
	return (void *)key;
}

static inline void *
table_get(struct table *table, const void *key)
{
	return table_find(table, key);
}

static inline void
table_put(struct table *table, void *thing)
{
	(void)table;
	__asm__ volatile("" : : "r"(thing));
}

static void
table_close(struct table *table)
{
	stock_fini(&table->stock);
	free(table);
}

#include "bench/peers/finish.h"

PEER(empty, SUBJECT_EMPTY);
