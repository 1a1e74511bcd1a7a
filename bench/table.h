/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table of counted things, and the loop that looks them up: what W1 to W3
 * are made of.  Included by a subject after its verbs, and followed by the
 * workloads (BENCH_TABLE_WORKLOADS, which the build makes of workloads.def).
 *
 * THE VERBS, of type struct table, defined static inline before:
 *
 *	table_open(request)	an empty one, or NULL
 *	table_enter(t, thread)	a thread comes, and
 *	table_leave(t, thread)	goes; may be nothing
 *	table_rest, table_wake	around its waits
 *	table_add(t, thread)	one thing more, by a thread that has entered,
 *				with the one reference that keeps it; its key,
 *				or NULL
 *	table_get(t, key)	the thing, with one reference more
 *	table_put(t, thing)	without it
 *	table_find(t, key)	the thing, as it is
 *	table_renew(t, thread, key)  ends the thing, which this thread added,
 *and adds another in its place: its key.  A ceiling has none: without locks
 *nothing may end table_check(t, after)	every thing has its one reference, and
 *all that can be checked at rest is right table_close(t)
 *
 * THE SAME FOR ALL.  The keys are addresses of blocks of BENCH_KEY_BYTES, as a
 * pager is; the things are of about an object's size; the hash is that of the
 * identity table, and `table:N` its number of buckets, where a subject has a
 * fixed one.  Which key is next is drawn beforehand, so that the loop has no
 * arithmetic of its own: 16384 keys or four times the things, whichever is
 * more, from the run's seed, other ones for each thread.
 *
 * UPDATES.  With `updates:N`, N of 100 operations renew a thing instead, by
 * turns one of RENEWED that the thread has for that and nobody looks up: what
 * they cost the others is what the table makes of it, and a lookup still finds
 * what it looks for.
 *
 * ONE AFTER THE OTHER.  A kernel wants the object before it does anything else.
 * So the next key is read from where the thing says: things are at even
 * addresses, which no processor knows beforehand.  Without that some ten finds
 * are under way at once, and their rate says nothing of what one takes.  A key
 * is hidden from the compiler, too, or what has no locks would be looked up
 * once and for all.
 *
 * NEXT:KNOWN is a loop of finds without that, for who has many keys to find and
 * none of them from another: what lets the processor run ahead, and what does
 * not, is what its rate shows.
 */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include <pthread.h>

#include "bench/draw.h"
#include "bench/keys.h"
#include "bench/subject.h"
#include "stress/need.h"

#define RENEWED 64u

struct world {
	struct table *table;
	struct request request;
	const void **shared;    /* keys that all threads use, or NULL */
	unsigned objects;       /* of them, or of each thread */
	pthread_mutex_t making; /* one at a time: the ceiling has no locks */
};

/* One thread's. */
struct looker {
	struct world *world;
	unsigned thread;
	const void **own; /* keys that it made itself, or NULL */
	const void **drawn;
	unsigned at, mask;   /* of the drawn, a power of two of them */
	unsigned updates;    /* of 100 operations */
	unsigned due;        /* in hundredths of one */
	unsigned renewed;    /* so far */
	const void **renews; /* [RENEWED], if there are updates */
	bool known;          /* next:known */
};

/* --- A world ------------------------------------------------------------ */

static const void **
table_fill(struct table *table, unsigned objects, unsigned thread)
{
	const void **keys = need_zeroed(objects, sizeof(*keys));

	for (unsigned i = 0; i < objects; i++)
		if ((keys[i] = table_add(table, thread)) == NULL)
			need_failed();
	return keys;
}

static struct world *
table_world(const struct request *request, bool shared)
{
	struct world *world = need_zeroed(1, sizeof(*world));

	world->request = *request;
	pthread_mutex_init(&world->making, NULL);
	world->objects = (unsigned)args_number(request->args, "objects", 1);
	world->table = table_open(request);
	if (world->table == NULL) {
		free(world);
		return NULL;
	}
	if (shared) {
		table_enter(world->table, 0);
		world->shared = table_fill(world->table, world->objects, 0);
		table_leave(world->table, 0);
	}
	return world;
}

static inline struct world *
table_world_shared(const struct request *request)
{
	return table_world(request, true);
}

static inline struct world *
table_world_private(const struct request *request)
{
	return table_world(request, false);
}

static void
table_world_close(struct world *world, struct aftermath *after)
{
	table_check(world->table, after);
	table_close(world->table);
	pthread_mutex_destroy(&world->making);
	free(world->shared);
	free(world);
}

/* --- A thread ----------------------------------------------------------- */

static const void **
table_fill_own(struct world *world, unsigned objects, unsigned thread)
{
	const void **keys;

	table_rest(world->table, thread);
	pthread_mutex_lock(&world->making);
	table_wake(world->table, thread);
	keys = table_fill(world->table, objects, thread);
	pthread_mutex_unlock(&world->making);
	return keys;
}

static void *
table_looker(struct world *world, unsigned thread)
{
	struct looker *mine = need_aligned(64, 1, sizeof(*mine));
	const void **keys = world->shared;

	*mine = (struct looker){ .world = world, .thread = thread };
	mine->known = args_have(world->request.args, "next", "known");
	table_enter(world->table, thread);
	if (keys == NULL)
		keys = mine->own =
		    table_fill_own(world, world->objects, thread);
	mine->updates =
	    (unsigned)args_number(world->request.args, "updates", 0);
	if (mine->updates != 0)
		mine->renews = table_fill_own(world, RENEWED, thread);
	mine->drawn = draw_keys(
	    keys, world->objects, &world->request, thread, &mine->mask);
	return mine;
}

static void
table_looker_leave(void *arg)
{
	struct looker *mine = arg;

	table_leave(mine->world->table, mine->thread);
	free(mine->own);
	free(mine->drawn);
	free(mine->renews);
	free(mine);
}

static void
table_looker_rest(void *arg)
{
	struct looker *mine = arg;

	table_rest(mine->world->table, mine->thread);
}

static void
table_looker_wake(void *arg)
{
	struct looker *mine = arg;

	table_wake(mine->world->table, mine->thread);
}

/* --- The loops ---------------------------------------------------------- */

/* The key to look up when `thing` is known. */
static inline const void *
next_key(const void **drawn, unsigned at, unsigned mask, const void *thing)
{
	const void *key = drawn[(at + ((uintptr_t)thing & 1)) & mask];

	__asm__ volatile("" : "+r"(key));
	return key;
}

#ifndef BENCH_CEILING
static void
table_update(struct looker *mine)
{
	const void **key = &mine->renews[mine->renewed++ % RENEWED];

	*key = table_renew(mine->world->table, mine->thread, *key);
	if (*key == NULL)
		need_failed();
}

static uint64_t
table_updates(struct looker *mine, uint64_t n)
{
	struct table *table = mine->world->table;
	void *thing = NULL;

	for (uint64_t i = 0; i < n; i++) {
		mine->due += mine->updates;
		if (mine->due >= 100) {
			mine->due -= 100;
			table_update(mine);
			continue;
		}
		thing = table_get(table,
		    next_key(mine->drawn, mine->at++, mine->mask, thing));
		table_put(table, thing);
	}
	return n;
}
#endif

static uint64_t
table_lookups(void *arg, uint64_t n)
{
	struct looker *mine = arg;
	struct table *table = mine->world->table;
	const void **drawn = mine->drawn;
	unsigned at = mine->at, mask = mine->mask;
	void *thing = NULL;

#ifndef BENCH_CEILING
	if (mine->updates != 0)
		return table_updates(mine, n);
#endif
	for (uint64_t i = 0; i < n; i++) {
		thing = table_get(table, next_key(drawn, at++, mask, thing));
		table_put(table, thing);
	}
	mine->at = at & mask;
	return n;
}

/* What was found must have been found, but nothing waits for it. */
static uint64_t
table_finds_known(struct looker *mine, uint64_t n)
{
	struct table *table = mine->world->table;
	const void **drawn = mine->drawn;
	unsigned at = mine->at, mask = mine->mask;

	for (uint64_t i = 0; i < n; i++) {
		void *thing =
		    table_find(table, next_key(drawn, at++, mask, NULL));

		__asm__ volatile("" : : "r"(thing));
	}
	mine->at = at & mask;
	return n;
}

static uint64_t
table_finds(void *arg, uint64_t n)
{
	struct looker *mine = arg;
	struct table *table = mine->world->table;
	const void **drawn = mine->drawn;
	unsigned at = mine->at, mask = mine->mask;
	void *thing = NULL;

	if (mine->known)
		return table_finds_known(mine, n);
	for (uint64_t i = 0; i < n; i++)
		thing = table_find(table, next_key(drawn, at++, mask, thing));
	mine->at = (at + ((uintptr_t)thing & 1)) & mask;
	return n;
}

/* The rest of a struct loop. */
#define TABLE_LOOP(objects, does)                                              \
	.open = table_world_##objects, .close = table_world_close,             \
	.enter = table_looker, .leave = table_looker_leave,                    \
	.rest = table_looker_rest, .wake = table_looker_wake,                  \
	.turn = table_##does, .counts = true

#endif /* BENCH_TABLE_H */
