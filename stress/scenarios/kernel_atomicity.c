/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels in which what must be one step is two: each part is well guarded, the
 * whole is not.
 */
#include "pmap_sim/sync.h"
#include "stress/scenarios/scenario.h"
#include "stress/scenarios/watch.h"

/* --- account: a balance is read, changed and written without a lock ------- */

struct account {
	int balance; /* atomic */
};

static void
account_task(struct scene *scene, unsigned i)
{
	struct account *a = scene->memory;
	int balance = sync_load_relaxed(&a->balance);

	sync_store_relaxed(&a->balance, balance + (i == 0 ? 10 : -3));
}

static void
account_check(struct scene *scene)
{
	if (((struct account *)scene->memory)->balance != 7)
		sched_fail(SCHED_INVARIANT, "a deposit or a payment is lost");
}

static void
account_watch(const struct scene *scene, struct watch *watch)
{
	struct account *a = scene->memory;

	watch_number(watch, "balance", &a->balance, a->balance);
}

const struct scenario scenario_account = {
	.name = "account",
	.story = "one deposits, one pays",
	.wrong = "the balance is read and written in two steps",
	.verdict = SCHED_INVARIANT,
	.tasks = 2,
	.memory = sizeof(struct account),
	.task = account_task,
	.check = account_check,
	.watch = account_watch,
};

/* --- stringbuffer: a length that is true no more when it is used ---------- */

struct stringbuffer {
	struct sync_spin lock;
	int length; /* under lock */
};

static int
stringbuffer_length(struct stringbuffer *b)
{
	int length;

	sync_spin_take(&b->lock);
	length = b->length;
	sync_spin_drop(&b->lock);
	return length;
}

static void
stringbuffer_task(struct scene *scene, unsigned i)
{
	struct stringbuffer *b = scene->memory;

	if (i == 0) {
		int length = stringbuffer_length(b);

		/* Each call is locked, the two together are not. */
		sync_spin_take(&b->lock);
		sched_expect(length <= b->length);
		sync_spin_drop(&b->lock);
	} else {
		sync_spin_take(&b->lock);
		b->length = 0;
		sync_spin_drop(&b->lock);
	}
}

static void
stringbuffer_setup(struct scene *scene)
{
	((struct stringbuffer *)scene->memory)->length = 9;
}

static void
stringbuffer_watch(const struct scene *scene, struct watch *watch)
{
	struct stringbuffer *b = scene->memory;

	watch_name(watch, "lock", &b->lock, sizeof(b->lock));
	watch_number(watch, "length", &b->length, b->length);
}

const struct scenario scenario_stringbuffer = {
	.name = "stringbuffer",
	.story = "one appends a buffer, one empties it",
	.wrong = "its length is asked for under one lock, used under the next",
	.verdict = SCHED_ASSERTION,
	.tasks = 2,
	.memory = sizeof(struct stringbuffer),
	.setup = stringbuffer_setup,
	.task = stringbuffer_task,
	.watch = stringbuffer_watch,
};

/* --- bluetooth: a driver is stopped while a call enters ------------------- */

struct bluetooth {
	int pending; /* atomic: calls under way, and one for the driver */
	int stopping, stopped; /* atomic */
};

static void
bluetooth_leave(struct bluetooth *b)
{
	if (sync_add(&b->pending, -1) == 0)
		sync_store(&b->stopped, 1);
}

static void
bluetooth_task(struct scene *scene, unsigned i)
{
	struct bluetooth *b = scene->memory;

	if (i == 0) {
		/* Between these two the driver may be gone. */
		if (sync_load(&b->stopping))
			return;
		sync_add(&b->pending, 1);
		sched_expect(!sync_load(&b->stopped));
		bluetooth_leave(b);
	} else {
		sync_store(&b->stopping, 1);
		bluetooth_leave(b);
	}
}

static void
bluetooth_setup(struct scene *scene)
{
	((struct bluetooth *)scene->memory)->pending = 1;
}

static void
bluetooth_watch(const struct scene *scene, struct watch *watch)
{
	struct bluetooth *b = scene->memory;

	watch_number(watch, "pending", &b->pending, b->pending);
	watch_number(watch, "stopping", &b->stopping, b->stopping);
	watch_number(watch, "stopped", &b->stopped, b->stopped);
}

const struct scenario scenario_bluetooth = {
	.name = "bluetooth",
	.story = "a call enters a driver that is being stopped",
	.wrong = "the flag is looked at before the call is counted",
	.verdict = SCHED_ASSERTION,
	.tasks = 2,
	.memory = sizeof(struct bluetooth),
	.setup = bluetooth_setup,
	.task = bluetooth_task,
	.watch = bluetooth_watch,
};

/* --- lazyinit: two find nothing there ------------------------------------- */

struct lazyinit {
	int made;  /* atomic: how often */
	int there; /* atomic */
};

static void
lazyinit_task(struct scene *scene, unsigned i)
{
	struct lazyinit *l = scene->memory;

	(void)i;
	if (!sync_load(&l->there)) {
		sched_expect(sync_add(&l->made, 1) == 1);
		sync_store(&l->there, 1);
	}
}

static void
lazyinit_watch(const struct scene *scene, struct watch *watch)
{
	struct lazyinit *l = scene->memory;

	watch_number(watch, "there", &l->there, l->there);
	watch_number(watch, "made", &l->made, l->made);
}

const struct scenario scenario_lazyinit = {
	.name = "lazyinit",
	.story = "whoever comes first makes what all use",
	.wrong = "two may find it missing",
	.verdict = SCHED_ASSERTION,
	.tasks = 3,
	.memory = sizeof(struct lazyinit),
	.task = lazyinit_task,
	.watch = lazyinit_watch,
};

/* --- wronglock: two locks for one thing ----------------------------------- */

struct wronglock {
	struct sync_spin lock[2];
	int count; /* atomic; under lock[0], it is hoped */
};

static void
wronglock_task(struct scene *scene, unsigned i)
{
	struct wronglock *w = scene->memory;
	struct sync_spin *lock = &w->lock[i == 2];
	int count;

	sync_spin_take(lock);
	count = sync_load_relaxed(&w->count);
	sync_store_relaxed(&w->count, count + 1);
	sync_spin_drop(lock);
}

static void
wronglock_check(struct scene *scene)
{
	if (((struct wronglock *)scene->memory)->count != 3)
		sched_fail(SCHED_INVARIANT, "an increment is lost");
}

static void
wronglock_watch(const struct scene *scene, struct watch *watch)
{
	struct wronglock *w = scene->memory;

	watch_name(watch, "lock[0]", &w->lock[0], sizeof(w->lock[0]));
	watch_name(watch, "lock[1]", &w->lock[1], sizeof(w->lock[1]));
	watch_number(watch, "count", &w->count, w->count);
}

const struct scenario scenario_wronglock = {
	.name = "wronglock",
	.story = "three count under a lock",
	.wrong = "one of them takes another lock",
	.verdict = SCHED_INVARIANT,
	.tasks = 3,
	.memory = sizeof(struct wronglock),
	.task = wronglock_task,
	.check = wronglock_check,
	.watch = wronglock_watch,
};

/* --- refcount: taken from 0 ----------------------------------------------- */

struct refcount {
	int count; /* atomic */
	int freed; /* atomic */
};

static void
refcount_drop(struct refcount *r)
{
	if (sync_add(&r->count, -1) == 0)
		sched_expect(sync_swap(&r->freed, 1) == 0);
}

static void
refcount_task(struct scene *scene, unsigned i)
{
	struct refcount *r = scene->memory;

	if (i == 0) {
		refcount_drop(r);
		return;
	}
	/* It was alive when it was found, not when it is counted. */
	if (sync_load(&r->freed))
		return;
	sync_add(&r->count, 1);
	refcount_drop(r);
}

static void
refcount_setup(struct scene *scene)
{
	((struct refcount *)scene->memory)->count = 1;
}

static void
refcount_watch(const struct scene *scene, struct watch *watch)
{
	struct refcount *r = scene->memory;

	watch_number(watch, "count", &r->count, r->count);
	watch_number(watch, "freed", &r->freed, r->freed);
}

const struct scenario scenario_refcount = {
	.name = "refcount",
	.story = "one drops the last reference, one finds the object",
	.wrong = "a count of 0 is counted up again",
	.verdict = SCHED_ASSERTION,
	.tasks = 2,
	.memory = sizeof(struct refcount),
	.setup = refcount_setup,
	.task = refcount_task,
	.watch = refcount_watch,
};
