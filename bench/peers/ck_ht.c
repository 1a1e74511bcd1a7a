/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Peer "ck_ht": Concurrency Kit's open-addressed table, read in an epoch
 * section, and a count that is taken unless it is 0.  The table has one writer
 * at a time: a mutex sees to that.
 */
#include <pthread.h>

#include <ck_epoch.h>
#include <ck_ht.h>

#include "bench/peers/peer.h"

struct member {
	_Alignas(64) ck_epoch_record_t record;
};

struct table {
	struct stock stock;
	ck_ht_t things;
	ck_epoch_t epoch;
	pthread_mutex_t writer;
	struct member *members; /* [threads] */
};

/* Readers may still be in what a growing table leaves: it goes by and by. */
struct block {
	ck_epoch_entry_t entry;
	_Alignas(16) char bytes[];
};

static _Thread_local ck_epoch_record_t *own_record;

static void *
block_malloc(size_t size)
{
	struct block *block = need_zeroed(1, sizeof(*block) + size);

	return block->bytes;
}

static void
block_reclaim(ck_epoch_entry_t *entry)
{
	free(entry);
}

static void
block_free(void *bytes, size_t size, bool defer)
{
	struct block *block =
	    (struct block *)((char *)bytes - offsetof(struct block, bytes));

	(void)size;
	if (defer)
		ck_epoch_call(own_record, &block->entry, block_reclaim);
	else
		free(block);
}

static struct ck_malloc block_allocator = { .malloc = block_malloc,
	.free = block_free };

static inline void
table_enter(struct table *table, unsigned thread)
{
	own_record = &table->members[thread].record;
}

static inline void
table_leave(struct table *table, unsigned thread)
{
	(void)table;
	(void)thread;
	own_record = NULL;
}

static struct table *
table_open(const struct request *request)
{
	struct table *table = need_zeroed(1, sizeof(*table));

	stock_init(&table->stock, request->threads);
	pthread_mutex_init(&table->writer, NULL);
	ck_epoch_init(&table->epoch);
	table->members =
	    need_aligned(64, request->threads, sizeof(*table->members));
	for (unsigned i = 0; i < request->threads; i++)
		ck_epoch_register(
		    &table->epoch, &table->members[i].record, NULL);
	if (!ck_ht_init(&table->things, CK_HT_MODE_DIRECT, NULL,
		&block_allocator, 64, request->seed))
		need_failed();
	return table;
}

static void
entry_put(struct table *table, struct thing *thing)
{
	ck_ht_entry_t entry;
	ck_ht_hash_t hash;

	ck_ht_hash_direct(&hash, &table->things, (uintptr_t)thing->key);
	ck_ht_entry_set_direct(
	    &entry, hash, (uintptr_t)thing->key, (uintptr_t)thing);
	pthread_mutex_lock(&table->writer);
	if (!ck_ht_put_spmc(&table->things, hash, &entry))
		need_failed();
	pthread_mutex_unlock(&table->writer);
}

static const void *
table_add(struct table *table, unsigned thread)
{
	struct thing *thing = stock_make(&table->stock, thread);

	entry_put(table, thing);
	return thing->key;
}

static struct thing *
entry_remove(struct table *table, const void *key)
{
	ck_ht_entry_t entry;
	ck_ht_hash_t hash;

	ck_ht_hash_direct(&hash, &table->things, (uintptr_t)key);
	ck_ht_entry_key_set_direct(&entry, (uintptr_t)key);
	pthread_mutex_lock(&table->writer);
	if (!ck_ht_remove_spmc(&table->things, hash, &entry))
		abort();
	pthread_mutex_unlock(&table->writer);
	return (struct thing *)ck_ht_entry_value_direct(&entry);
}

static const void *
table_renew(struct table *table, unsigned thread, const void *key)
{
	(void)thread;
	entry_put(table, entry_remove(table, key));
	return key;
}

static inline struct thing *
entry_find(struct table *table, const void *key)
{
	ck_ht_entry_t entry;
	ck_ht_hash_t hash;

	ck_ht_hash_direct(&hash, &table->things, (uintptr_t)key);
	ck_ht_entry_key_set_direct(&entry, (uintptr_t)key);
	return ck_ht_get_spmc(&table->things, hash, &entry)
		   ? (struct thing *)ck_ht_entry_value_direct(&entry)
		   : NULL;
}

static inline void *
table_find(struct table *table, const void *key)
{
	struct thing *thing;

	ck_epoch_begin(own_record, NULL);
	thing = entry_find(table, key);
	ck_epoch_end(own_record, NULL);
	return thing;
}

static inline void *
table_get(struct table *table, const void *key)
{
	struct thing *thing;

	ck_epoch_begin(own_record, NULL);
	thing = entry_find(table, key);
	if (thing != NULL && !count_get_live(thing))
		thing = NULL;
	ck_epoch_end(own_record, NULL);
	return thing;
}

static void
table_close(struct table *table)
{
	for (unsigned i = 0; i < table->stock.threads; i++)
		ck_epoch_barrier(&table->members[i].record);
	ck_ht_destroy(&table->things);
	pthread_mutex_destroy(&table->writer);
	stock_fini(&table->stock);
	free(table->members);
	free(table);
}

#define TABLE_ENTERS
#define TABLE_COUNTS
#include "bench/peers/finish.h"

PEER(ck_ht, SUBJECT_PEER);
