/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Peer "lfht": liburcu's resizable lock-free hash table, read in an RCU section
 * of the same flavour as the strategy rcu's, and a count that is taken unless
 * it is 0.  It has as many buckets as it likes.
 */
#ifndef _LGPL_SOURCE
#define _LGPL_SOURCE /* its readers inlined, as the strategy has them */
#endif
#include <urcu/urcu-memb.h>

#include <urcu/rculfhash.h>

#include "bench/peers/peer.h"

struct node {
	struct cds_lfht_node node;
	const void *key;
	struct thing *thing;
	struct rcu_head retired;
};

struct table {
	struct stock stock;
	struct cds_lfht *nodes;
};

static inline unsigned long
node_hash(const void *key)
{
	uint64_t hash = hash_of(key) * 0x9e3779b97f4a7c15u;

	return hash >> 32;
}

static int
node_is(struct cds_lfht_node *node, const void *key)
{
	return caa_container_of(node, struct node, node)->key == key;
}

static inline void
table_enter(struct table *table, unsigned thread)
{
	(void)table;
	(void)thread;
	urcu_memb_register_thread();
}

static inline void
table_leave(struct table *table, unsigned thread)
{
	(void)table;
	(void)thread;
	urcu_memb_unregister_thread();
}

static struct table *
table_open(const struct request *request)
{
	struct table *table = need_zeroed(1, sizeof(*table));

	stock_init(&table->stock, request->threads);
	table->nodes = cds_lfht_new_flavor(
	    64, 64, 0, CDS_LFHT_AUTO_RESIZE, &urcu_memb_flavor, NULL);
	if (table->nodes == NULL)
		need_failed();
	return table;
}

static void
node_add(struct table *table, struct thing *thing)
{
	struct node *node = need_zeroed(1, sizeof(*node));

	*node = (struct node){ .key = thing->key, .thing = thing };
	urcu_memb_read_lock();
	cds_lfht_add(table->nodes, node_hash(thing->key), &node->node);
	urcu_memb_read_unlock();
}

static const void *
table_add(struct table *table, unsigned thread)
{
	struct thing *thing = stock_make(&table->stock, thread);

	node_add(table, thing);
	return thing->key;
}

static inline struct node *
node_of(struct table *table, const void *key)
{
	struct cds_lfht_iter iter;
	struct cds_lfht_node *node;

	cds_lfht_lookup(table->nodes, node_hash(key), node_is, key, &iter);
	node = cds_lfht_iter_get_node(&iter);
	return node != NULL ? caa_container_of(node, struct node, node) : NULL;
}

static inline struct thing *
node_find(struct table *table, const void *key)
{
	struct node *node = node_of(table, key);

	return node != NULL ? node->thing : NULL;
}

static void
node_free(struct rcu_head *retired)
{
	free(caa_container_of(retired, struct node, retired));
}

static const void *
table_renew(struct table *table, unsigned thread, const void *key)
{
	struct node *node;
	struct thing *thing;

	(void)thread;
	urcu_memb_read_lock();
	node = node_of(table, key);
	thing = node->thing;
	(void)cds_lfht_del(table->nodes, &node->node);
	urcu_memb_read_unlock();
	urcu_memb_call_rcu(&node->retired, node_free);
	node_add(table, thing);
	return key;
}

static inline void *
table_find(struct table *table, const void *key)
{
	struct thing *thing;

	urcu_memb_read_lock();
	thing = node_find(table, key);
	urcu_memb_read_unlock();
	return thing;
}

static inline void *
table_get(struct table *table, const void *key)
{
	struct thing *thing;

	urcu_memb_read_lock();
	thing = node_find(table, key);
	if (thing != NULL && !count_get_live(thing))
		thing = NULL;
	urcu_memb_read_unlock();
	return thing;
}

static void
table_close(struct table *table)
{
	struct cds_lfht_iter iter;
	struct node *node;

	urcu_memb_barrier();
	urcu_memb_register_thread();
	urcu_memb_read_lock();
	cds_lfht_for_each_entry(table->nodes, &iter, node, node)(void)
	    cds_lfht_del(table->nodes, &node->node);
	urcu_memb_read_unlock();
	urcu_memb_unregister_thread();
	(void)cds_lfht_destroy(table->nodes, NULL);
	stock_fini(&table->stock);
	free(table);
}

#define TABLE_ENTERS
#define TABLE_COUNTS
#include "bench/peers/finish.h"

PEER(lfht, SUBJECT_PEER);
