/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a grace period orders: litmus shapes on plain words.
 *
 * Each is a question to the model, with the outcome that must not be seen as an
 * expectation of a reader; without the grace period (--rcu nowait) each is
 * seen.  The shapes whose outcome sequential consistency alone forbids, store
 * buffering and load buffering among them, ask nothing here.
 *
 * Two shapes are allowed, and expected to be met: a model that waits for more
 * than it must would pass all others.
 */
#include "stress/scenarios/rcu.h"

struct words {
	int x, y, z, w; /* atomic */
};

static void
words_watch(const struct scene *scene, struct watch *watch)
{
	struct words *v = scene->memory;

	watch_number(watch, "x", &v->x, v->x);
	watch_number(watch, "y", &v->y, v->y);
	watch_number(watch, "z", &v->z, v->z);
	watch_number(watch, "w", &v->w, v->w);
}

#define SHAPE(symbol, title, about, count, ...)                                \
	RCU_SCENARIO(symbol, title, about, count, struct words,                \
	    .task = symbol##_task, .watch = words_watch, ##__VA_ARGS__)

/* Before, a grace period, after. */
static void
update(int *before, int *after)
{
	sync_store(before, 1);
	rcu_ctl_synchronize();
	sync_store(after, 1);
}

/* --- remove, readers, nested ---------------------------------------------- */

static void
remove_task(struct scene *scene, unsigned i)
{
	struct words *v = scene->memory;

	if (i == 0)
		update(&v->x, &v->y);
	else
		rcu_read_both(&v->x, &v->y);
}

SHAPE(remove, "remove",
    "x, a grace period, y: a section that missed x does not see y", 2);

static void
readers_task(struct scene *scene, unsigned i)
{
	remove_task(scene, i);
}

SHAPE(readers, "readers", "the same with two readers: all are waited for", 3);

static void
nested_task(struct scene *scene, unsigned i)
{
	struct words *v = scene->memory;
	int x, y;

	if (i == 0) {
		update(&v->x, &v->y);
		return;
	}
	sync_rcu_enter();
	sync_rcu_enter();
	x = sync_load(&v->x);
	sync_rcu_exit();
	y = sync_load(&v->y);
	sync_rcu_exit();
	sched_expect(x == 1 || y == 0);
}

SHAPE(nested, "nested", "the same across the end of an inner section", 2);

/* --- complete: what the reader wrote -------------------------------------- */

static void
complete_task(struct scene *scene, unsigned i)
{
	struct words *v = scene->memory;

	if (i == 0) {
		int x = sync_load(&v->x);

		rcu_ctl_synchronize();
		sched_expect(x == 0 || sync_load(&v->y) == 1);
		return;
	}
	sync_rcu_enter();
	sync_store(&v->x, 1);
	sync_store(&v->y, 1);
	sync_rcu_exit();
}

SHAPE(complete, "complete",
    "a section that was seen to begin is seen to its end behind a grace "
    "period",
    2);

/* --- chain, updaters, transitive, relay: several at a time ---------------- */

static void
chain_task(struct scene *scene, unsigned i)
{
	struct words *v = scene->memory;
	int x, y, z;

	if (i == 0) {
		update(&v->x, &v->y);
		rcu_ctl_synchronize();
		sync_store(&v->z, 1);
		return;
	}
	sync_rcu_enter();
	x = sync_load(&v->x);
	y = sync_load(&v->y);
	z = sync_load(&v->z);
	sync_rcu_exit();
	sched_expect((x == 1 || y == 0) && (y == 1 || z == 0));
}

SHAPE(chain, "chain", "two grace periods: no section sees across either", 2);

static void
updaters_task(struct scene *scene, unsigned i)
{
	struct words *v = scene->memory;
	int x, z, y, w;

	if (i < 2) {
		update(i == 0 ? &v->x : &v->z, i == 0 ? &v->y : &v->w);
		return;
	}
	sync_rcu_enter();
	x = sync_load(&v->x);
	z = sync_load(&v->z);
	y = sync_load(&v->y);
	w = sync_load(&v->w);
	sync_rcu_exit();
	sched_expect((x == 1 || y == 0) && (z == 1 || w == 0));
}

SHAPE(updaters, "updaters", "two updaters: each has a grace period of its own",
    3);

static void
transitive_task(struct scene *scene, unsigned i)
{
	struct words *v = scene->memory;

	if (i == 0)
		update(&v->x, &v->y);
	else if (i == 1)
		rcu_read_both(&v->x, &v->z);
	else if (sync_load(&v->y) == 1)
		sync_store(&v->z, 1);
}

SHAPE(transitive, "transitive",
    "what is said by who saw the end comes after it, too", 3);

/* The second updater begins when it has seen the first's end. */
static void
relay_task(struct scene *scene, unsigned i)
{
	struct words *v = scene->memory;

	switch (i) {
	case 0:
		update(&v->x, &v->y);
		break;
	case 1:
		rcu_read_both(&v->x, &v->w);
		break;
	default:
		if (sync_load(&v->y) == 1)
			update(&v->z, &v->w);
		break;
	}
}

SHAPE(relay, "relay",
    "a grace period behind another updater's: no section sees across both", 3);

/* --- Allowed -------------------------------------------------------------- */

#define ALLOWED                                                                \
	.wrong = "nothing: it is allowed, and must be met",                    \
	.verdict = SCHED_ASSERTION

static void
overlap_task(struct scene *scene, unsigned i)
{
	struct words *v = scene->memory;
	int z, y;

	switch (i) {
	case 0:
		update(&v->x, &v->y);
		break;
	case 1:
		sync_rcu_enter();
		/* It missed x, and so holds the grace period up. */
		if (sync_load(&v->x) == 0)
			sync_store(&v->z, 1);
		sync_rcu_exit();
		break;
	default:
		sync_rcu_enter();
		z = sync_load(&v->z);
		y = sync_load(&v->y);
		sync_rcu_exit();
		sched_expect(z == 1 || y == 0);
		break;
	}
}

SHAPE(overlap, "overlap",
    "one grace period, two sections: the later outlasts it", 3, ALLOWED);

static void
across_task(struct scene *scene, unsigned i)
{
	struct words *v = scene->memory;
	int x, before, after;

	if (i == 0) {
		update(&v->x, &v->y);
		return;
	}
	sync_rcu_enter();
	x = sync_load(&v->x);
	before = sync_load(&v->y);
	after = sync_load(&v->y);
	sync_rcu_exit();
	sched_expect(!(x == 1 && before == 0 && after == 1));
}

SHAPE(across, "across", "a section that saw x lies across the end", 2, ALLOWED);
