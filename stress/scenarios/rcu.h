/* SPDX-License-Identifier: BSD-2-Clause */
/* What RCU's scenarios have in common: an item that is retired. */
#ifndef STRESS_SCENARIOS_RCU_H
#define STRESS_SCENARIOS_RCU_H

#include <stddef.h>

#include "pmap_sim/rcu_ctl.h"
#include "pmap_sim/sched/arena.h"
#include "pmap_sim/sync.h"
#include "stress/scenarios/scenario.h"
#include "stress/scenarios/watch.h"

#define ITEM_GOOD 42
#define ITEM_GONE 7

struct item {
	int value;
	struct sync_spin lock;
	struct sync_rcu_head retired;
};

static inline struct item *
item_new(void)
{
	struct item *item = arena_zeroed(1, sizeof(*item));

	if (item != NULL)
		item->value = ITEM_GOOD;
	return item;
}

static inline void
item_free(struct item *item)
{
	sync_store_relaxed(&item->value, ITEM_GONE);
	arena_free(item);
}

static inline void
item_reclaim(struct sync_rcu_head *head)
{
	item_free(
	    (struct item *)((char *)head - offsetof(struct item, retired)));
}

static inline void
item_retire(struct item *item)
{
	sync_rcu_retire(&item->retired, item_reclaim);
}

/* By whom it is promised to be there. */
static inline void
item_use(struct item *item)
{
	if (item != NULL)
		sched_expect(sync_load_relaxed(&item->value) == ITEM_GOOD);
}

/* A section in which it is found and used. */
static inline void
item_read(struct item **shared)
{
	sync_rcu_enter();
	item_use(sync_load(shared));
	sync_rcu_exit();
}

/* Where an item is found; it has a letter from then on. */
static inline void
item_watch(struct watch *watch, const char *name, struct item **shared)
{
	if (*shared == NULL)
		watch_words(watch, name, shared, "none");
	else
		watch_words(watch, name, shared, "item %c",
		    watch_letter(watch, *shared));
}

/* Those with a letter, which may have been freed. */
UNSEEN static inline void
items_watch(struct watch *watch)
{
	char whole[] = "item A", value[] = "item A.value";
	char lock[] = "item A.lock";

	for (unsigned i = 0; i < watch->meets; i++) {
		const volatile struct item *item = watch->met[i];

		whole[5] = value[5] = lock[5] = (char)('A' + i);
		watch_name(watch, whole, item, sizeof(*item));
		if (item->value == ITEM_GOOD || item->value == ITEM_GONE)
			watch_number(watch, value, &item->value, item->value);
		else
			watch_words(watch, value, &item->value, "freed");
		watch_name(watch, lock, &item->lock, sizeof(item->lock));
	}
}

/* A section does not see the end of a removal whose beginning it missed. */
static inline void
rcu_read_both(const int *before, const int *after)
{
	int b, a;

	sync_rcu_enter();
	b = sync_load(before);
	a = sync_load(after);
	sync_rcu_exit();
	sched_expect(b == 1 || a == 0);
}

#define RCU_SCENARIO(symbol, title, about, count, type, ...)                   \
	const struct scenario scenario_rcu_##symbol = { .name = "rcu." title,  \
		.story = about,                                                \
		.tasks = (count),                                              \
		.memory = sizeof(type),                                        \
		.has_rcu = TRUE,                                               \
		__VA_ARGS__ }

#endif /* STRESS_SCENARIOS_RCU_H */
