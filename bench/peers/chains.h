/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A chained hash table of a fixed number of buckets, without any locking: what
 * peers put their locks around.  Like core/'s, its links hold the key, so that
 * a walk touches no thing but the one it finds.
 */
#ifndef BENCH_PEERS_CHAINS_H
#define BENCH_PEERS_CHAINS_H

#include "bench/peers/peer.h"

struct link {
	struct link *next;
	const void *key;
	struct thing *thing;
};

struct chains {
	struct stock stock;
	unsigned buckets;
	struct link **bucket; /* [buckets] */
};

/* A division by a number that the compiler knows is a multiplication: core/ has
 * it, so peers have it for the sizes that are measured. */
static inline unsigned
chains_hash(const struct chains *chains, const void *key)
{
	uintptr_t hash = hash_of(key);

	if (chains->buckets == 157)
		return (unsigned)(hash % 157);
	if (chains->buckets == BENCH_WIDE)
		return (unsigned)(hash % BENCH_WIDE);
	return (unsigned)(hash % chains->buckets);
}

static inline void
chains_init(struct chains *chains, const struct request *request)
{
	stock_init(&chains->stock, request->threads);
	chains->buckets = (unsigned)args_number(request->args, "table", 157);
	chains->bucket = need_aligned(64, chains->buckets, sizeof(void *));
}

static inline struct thing *
chains_find(const struct chains *chains, const void *key)
{
	struct link *link = chains->bucket[chains_hash(chains, key)];

	while (link != NULL && link->key != key)
		link = link->next;
	return link != NULL ? link->thing : NULL;
}

static inline void
chains_insert(struct chains *chains, struct thing *thing)
{
	struct link **at = &chains->bucket[chains_hash(chains, thing->key)];
	struct link *link = need_zeroed(1, sizeof(*link));

	*link = (struct link){ *at, thing->key, thing };
	*at = link;
}

static inline struct thing *
chains_remove(struct chains *chains, const void *key)
{
	struct link **at = &chains->bucket[chains_hash(chains, key)];
	struct link *link;
	struct thing *thing;

	while ((*at)->key != key)
		at = &(*at)->next;
	link = *at;
	thing = link->thing;
	*at = link->next;
	free(link);
	return thing;
}

static inline void
chains_fini(struct chains *chains)
{
	for (unsigned b = 0; b < chains->buckets; b++)
		for (struct link *link = chains->bucket[b], *next; link != NULL;
		     link = next) {
			next = link->next;
			free(link);
		}
	stock_fini(&chains->stock);
	free(chains->bucket);
}

#endif /* BENCH_PEERS_CHAINS_H */
