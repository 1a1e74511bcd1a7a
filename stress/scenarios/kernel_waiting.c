/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels that wait for what does not come: deadlock, lost wake-up, livelock.
 */
#include "pmap_sim/sync.h"
#include "stress/scenarios/scenario.h"
#include "stress/scenarios/watch.h"

/* --- inversion: two locks, two orders ------------------------------------- */

struct inversion {
	struct sync_mutex lock[2];
};

static void
inversion_task(struct scene *scene, unsigned i)
{
	struct inversion *v = scene->memory;

	sync_mutex_take(&v->lock[i]);
	sync_mutex_take(&v->lock[1 - i]);
	sync_mutex_drop(&v->lock[1 - i]);
	sync_mutex_drop(&v->lock[i]);
}

static void
inversion_watch(const struct scene *scene, struct watch *watch)
{
	struct inversion *v = scene->memory;

	watch_name(watch, "lock[0]", &v->lock[0], sizeof(v->lock[0]));
	watch_name(watch, "lock[1]", &v->lock[1], sizeof(v->lock[1]));
}

const struct scenario scenario_inversion = {
	.name = "inversion",
	.story = "two tasks take two locks",
	.wrong = "each begins with another one",
	.verdict = SCHED_DEADLOCK,
	.tasks = 2,
	.memory = sizeof(struct inversion),
	.task = inversion_task,
	.watch = inversion_watch,
};

/* --- philosophers: everybody's left fork ---------------------------------- */

#define PHILOSOPHERS 5

struct philosophers {
	struct sync_spin fork[PHILOSOPHERS];
};

static void
philosophers_task(struct scene *scene, unsigned i)
{
	struct philosophers *p = scene->memory;
	struct sync_spin *left = &p->fork[i];
	struct sync_spin *right = &p->fork[(i + 1) % PHILOSOPHERS];

	sync_spin_take(left);
	sync_spin_take(right);
	sync_spin_drop(right);
	sync_spin_drop(left);
}

static void
philosophers_watch(const struct scene *scene, struct watch *watch)
{
	struct philosophers *p = scene->memory;
	char name[] = "fork[0]";

	for (unsigned i = 0; i < PHILOSOPHERS; i++) {
		name[5] = (char)('0' + i);
		watch_name(watch, name, &p->fork[i], sizeof(p->fork[i]));
	}
}

const struct scenario scenario_philosophers = {
	.name = "philosophers",
	.story = "five eat with two forks each",
	.wrong = "all may hold the left one",
	.verdict = SCHED_DEADLOCK,
	.tasks = PHILOSOPHERS,
	.memory = sizeof(struct philosophers),
	.task = philosophers_task,
	.watch = philosophers_watch,
};

/* --- boundedbuffer: woken, and somebody was faster ------------------------ */

struct boundedbuffer {
	struct sync_spin lock;
	int items; /* under lock */
};

static void
boundedbuffer_get(struct boundedbuffer *b)
{
	sync_spin_take(&b->lock);
	if (b->items == 0) { /* has to be a while */
		sched_wait_on(b);
		sync_spin_drop(&b->lock);
		sched_sleep();
		sync_spin_take(&b->lock);
	}
	b->items--;
	sched_expect(b->items >= 0);
	sync_spin_drop(&b->lock);
}

static void
boundedbuffer_put(struct boundedbuffer *b)
{
	sync_spin_take(&b->lock);
	b->items++;
	sync_spin_drop(&b->lock);
	sched_wake(b);
}

static void
boundedbuffer_task(struct scene *scene, unsigned i)
{
	if (i < 2)
		boundedbuffer_get(scene->memory);
	else
		boundedbuffer_put(scene->memory);
}

static void
boundedbuffer_watch(const struct scene *scene, struct watch *watch)
{
	struct boundedbuffer *b = scene->memory;

	watch_name(watch, "lock", &b->lock, sizeof(b->lock));
	watch_number(watch, "items", &b->items, b->items);
}

const struct scenario scenario_boundedbuffer = {
	.name = "boundedbuffer",
	.story = "two take from a buffer, two put",
	.wrong = "who is woken does not look again",
	.verdict = SCHED_ASSERTION,
	.tasks = 4,
	.memory = sizeof(struct boundedbuffer),
	.task = boundedbuffer_task,
	.watch = boundedbuffer_watch,
};

/* --- lostwakeup: it came before the sleeper lay down ---------------------- */

struct lostwakeup {
	int ready; /* atomic */
};

static void
lostwakeup_task(struct scene *scene, unsigned i)
{
	struct lostwakeup *l = scene->memory;

	if (i == 0) {
		if (!sync_load(&l->ready)) {
			/* A wake-up in between is for nobody. */
			(void)sync_load(&l->ready);
			sched_wait_on(l);
			sched_sleep();
		}
	} else {
		sync_store(&l->ready, 1);
		sched_wake(l);
	}
}

static void
lostwakeup_watch(const struct scene *scene, struct watch *watch)
{
	struct lostwakeup *l = scene->memory;

	watch_number(watch, "ready", &l->ready, l->ready);
}

const struct scenario scenario_lostwakeup = {
	.name = "lostwakeup",
	.story = "one waits until another is ready",
	.wrong = "it looks first and says that it waits afterwards",
	.verdict = SCHED_DEADLOCK,
	.tasks = 2,
	.memory = sizeof(struct lostwakeup),
	.task = lostwakeup_task,
	.watch = lostwakeup_watch,
};

/* --- afteryou: two that give way for ever --------------------------------- */

struct afteryou {
	int wants[2]; /* atomic */
};

static void
afteryou_task(struct scene *scene, unsigned i)
{
	struct afteryou *a = scene->memory;

	sync_store(&a->wants[i], 1);
	/* Has to give way once in a while. */
	while (sync_load(&a->wants[1 - i]))
		sched_relax();
	sync_store(&a->wants[i], 0);
}

static void
afteryou_watch(const struct scene *scene, struct watch *watch)
{
	struct afteryou *a = scene->memory;

	watch_number(watch, "wants[0]", &a->wants[0], a->wants[0]);
	watch_number(watch, "wants[1]", &a->wants[1], a->wants[1]);
}

const struct scenario scenario_afteryou = {
	.name = "afteryou",
	.story = "two say that they want in, and wait for each other",
	.wrong = "neither takes it back",
	.verdict = SCHED_LIVELOCK,
	.tasks = 2,
	.memory = sizeof(struct afteryou),
	.task = afteryou_task,
	.watch = afteryou_watch,
};
