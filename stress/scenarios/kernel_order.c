/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels that fail in one order among very many.
 *
 * REORDER n: n - 1 writers set a, then b; one reader must not see a without b.
 * It does if it reads both between one writer's two stores, and before any
 * other writer's second.  With many writers a walk hardly ever gets there.
 *
 * TWOSTAGE n: as many pairs of tasks hand a value on in two stages, each under
 * a lock of its own; what one lock guards is stale for who reads between the
 * stages.
 */
#include "pmap_sim/sync.h"
#include "stress/scenarios/scenario.h"
#include "stress/scenarios/watch.h"

/* --- reorder ------------------------------------------------------------- */

struct reorder {
	int a, b; /* atomic */
};

static void
reorder_task(struct scene *scene, unsigned i)
{
	struct reorder *r = scene->memory;

	if (i + 1 < scene->scenario->tasks) {
		sync_store_relaxed(&r->a, 1);
		sync_store_relaxed(&r->b, -1);
	} else {
		int a = sync_load_relaxed(&r->a);
		int b = sync_load_relaxed(&r->b);

		sched_expect((a == 0 && b == 0) || (a == 1 && b == -1));
	}
}

static void
reorder_watch(const struct scene *scene, struct watch *watch)
{
	struct reorder *r = scene->memory;

	watch_number(watch, "a", &r->a, r->a);
	watch_number(watch, "b", &r->b, r->b);
}

#define REORDER(n)                                                             \
	const struct scenario scenario_reorder_##n = {                         \
		.name = "reorder." #n,                                         \
		.story =                                                       \
		    "of " #n " tasks, one reads a and b; each other sets "     \
		    "a, then b",                                               \
		.wrong = "the two stores are not one",                         \
		.verdict = SCHED_ASSERTION,                                    \
		.tasks = (n),                                                  \
		.memory = sizeof(struct reorder),                              \
		.task = reorder_task,                                          \
		.watch = reorder_watch,                                        \
	}

REORDER(3);
REORDER(5);
REORDER(20);
REORDER(60);

/* --- twostage ------------------------------------------------------------ */

struct twostage {
	struct sync_spin first_lock, second_lock;
	int first;  /* under first_lock */
	int second; /* under second_lock */
};

static void
twostage_write(struct twostage *t)
{
	int value;

	sync_spin_take(&t->first_lock);
	t->first = 1;
	sync_spin_drop(&t->first_lock);
	/* Here the second stage is behind the first. */
	sync_spin_take(&t->second_lock);
	sync_spin_take(&t->first_lock);
	value = t->first;
	sync_spin_drop(&t->first_lock);
	t->second = value + 1;
	sync_spin_drop(&t->second_lock);
}

static void
twostage_read(struct twostage *t)
{
	int first, second;

	sync_spin_take(&t->first_lock);
	first = t->first;
	sync_spin_drop(&t->first_lock);
	if (first == 0)
		return;
	sync_spin_take(&t->second_lock);
	second = t->second;
	sync_spin_drop(&t->second_lock);
	sched_expect(second == first + 1);
}

/* The last task reads, the others write. */
static void
twostage_task(struct scene *scene, unsigned i)
{
	if (i + 1 < scene->scenario->tasks)
		twostage_write(scene->memory);
	else
		twostage_read(scene->memory);
}

static void
twostage_watch(const struct scene *scene, struct watch *watch)
{
	struct twostage *t = scene->memory;

	watch_name(watch, "first_lock", &t->first_lock, sizeof(t->first_lock));
	watch_name(
	    watch, "second_lock", &t->second_lock, sizeof(t->second_lock));
	watch_number(watch, "first", &t->first, t->first);
	watch_number(watch, "second", &t->second, t->second);
}

#define TWOSTAGE(n)                                                            \
	const struct scenario scenario_twostage_##n = {                        \
		.name = "twostage." #n,                                        \
		.story =                                                       \
		    "of " #n " tasks, one reads what each other hands on "     \
		    "in two locked stages",                                    \
		.wrong = "between the stages the second is stale",             \
		.verdict = SCHED_ASSERTION,                                    \
		.tasks = (n),                                                  \
		.memory = sizeof(struct twostage),                             \
		.task = twostage_task,                                         \
		.watch = twostage_watch,                                       \
	}

TWOSTAGE(2);
TWOSTAGE(20);
TWOSTAGE(60);
