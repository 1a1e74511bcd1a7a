/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Callbacks: what they come after, who waits for them, and what waits for what.
 */
#include "stress/scenarios/rcu.h"

struct desk {
	int x, y, done; /* atomic */
	struct sync_spin lock;
	struct item *item; /* retired; its value says whether it was called */
};

static void
desk_setup(struct scene *scene)
{
	struct desk *desk = scene->memory;

	desk->item = item_new();
}

static void
desk_watch(const struct scene *scene, struct watch *watch)
{
	struct desk *desk = scene->memory;

	watch_number(watch, "x", &desk->x, desk->x);
	watch_number(watch, "y", &desk->y, desk->y);
	watch_number(watch, "done", &desk->done, desk->done);
	watch_name(watch, "lock", &desk->lock, sizeof(desk->lock));
	watch_name(watch, "item", desk->item, sizeof(*desk->item));
}

#define CALLBACK(symbol, title, about, count, ...)                             \
	RCU_SCENARIO(symbol, title, about, count, struct desk,                 \
	    .setup = desk_setup, .task = symbol##_task, .watch = desk_watch,   \
	    ##__VA_ARGS__)

/* Where the callback finds what it is to do. */
struct note {
	struct sync_rcu_head retired;
	struct desk *desk;
};

static void
note_retire(struct desk *desk, void (*reclaim)(struct sync_rcu_head *head))
{
	struct note *note = arena_zeroed(1, sizeof(*note));

	note->desk = desk;
	sync_rcu_retire(&note->retired, reclaim);
}

static struct desk *
note_done(struct sync_rcu_head *head)
{
	struct note *note = (struct note *)(void *)head;
	struct desk *desk = note->desk;

	arena_free(note);
	return desk;
}

/* --- deferred: the litmus of removal, called back ------------------------- */

static void
set_y(struct sync_rcu_head *head)
{
	sync_store(&note_done(head)->y, 1);
}

static void
deferred_task(struct scene *scene, unsigned i)
{
	struct desk *desk = scene->memory;

	if (i == 0) {
		sync_store(&desk->x, 1);
		note_retire(desk, set_y);
	} else
		rcu_read_both(&desk->x, &desk->y);
}

CALLBACK(deferred, "deferred",
    "x, and y by a callback: a section that missed x does not see y", 2);

/* --- Barriers ------------------------------------------------------------- */

static void
barrier_task(struct scene *scene, unsigned i)
{
	struct desk *desk = scene->memory;

	if (i == 0) {
		note_retire(desk, set_y);
		sync_store(&desk->done, 1);
	} else if (sync_load(&desk->done) == 1) {
		sync_rcu_barrier();
		sched_expect(sync_load(&desk->y) == 1);
	}
}

CALLBACK(
    barrier, "barrier", "a barrier waits for a callback of another CPU", 2);

static void
barrier_orders_task(struct scene *scene, unsigned i)
{
	struct desk *desk = scene->memory;

	if (i > 0) {
		rcu_read_both(&desk->x, &desk->y);
		return;
	}
	sync_store(&desk->x, 1);
	sync_rcu_barrier();
	sync_store(&desk->y, 1);
}

CALLBACK(barrier_orders, "barrier.orders",
    "a barrier that has no callback to wait for is a grace period, too", 2);

/* --- What lives on more than is promised ---------------------------------- */

static void
await_task(struct scene *scene, unsigned i)
{
	struct desk *desk = scene->memory;

	(void)i;
	note_retire(desk, set_y);
	while (sync_load(&desk->y) == 0)
		sync_pause();
}

CALLBACK(await, "await",
    "a callback is waited for by looking: for ever under lazy", 1);

static void
take_lock(struct sync_rcu_head *head)
{
	struct desk *desk = note_done(head);

	sync_spin_take(&desk->lock);
	sync_store(&desk->y, 1);
	sync_spin_drop(&desk->lock);
}

static void
locked_task(struct scene *scene, unsigned i)
{
	struct desk *desk = scene->memory;

	if (i == 0) {
		note_retire(desk, take_lock);
		return;
	}
	sync_spin_take(&desk->lock);
	rcu_ctl_synchronize();
	sync_spin_drop(&desk->lock);
}

CALLBACK(locked, "locked",
    "a grace period is waited for with a lock that a callback takes: for ever "
    "under scheduled",
    2);

static void
inside_task(struct scene *scene, unsigned i)
{
	(void)scene, (void)i;
	sync_rcu_enter();
	rcu_ctl_synchronize();
	sync_rcu_exit();
}

CALLBACK(inside, "inside", "a grace period is waited for in a section", 1,
    .wrong = "it waits for itself", .verdict = SCHED_ASSERTION);
