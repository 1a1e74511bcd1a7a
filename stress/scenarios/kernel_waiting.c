/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels that wait for what does not come: deadlock, lost wake-up, livelock.
 */
#include "pmap_sim/sync.h"
#include "stress/scenarios/scenario.h"

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

const struct scenario scenario_inversion = {
	.name = "inversion",
	.story = "two tasks take two locks",
	.wrong = "each begins with another one",
	.verdict = SCHED_DEADLOCK,
	.tasks = 2,
	.memory = sizeof(struct inversion),
	.task = inversion_task,
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

const struct scenario scenario_philosophers = {
	.name = "philosophers",
	.story = "five eat with two forks each",
	.wrong = "all may hold the left one",
	.verdict = SCHED_DEADLOCK,
	.tasks = PHILOSOPHERS,
	.memory = sizeof(struct philosophers),
	.task = philosophers_task,
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

const struct scenario scenario_boundedbuffer = {
	.name = "boundedbuffer",
	.story = "two take from a buffer, two put",
	.wrong = "who is woken does not look again",
	.verdict = SCHED_ASSERTION,
	.tasks = 4,
	.memory = sizeof(struct boundedbuffer),
	.task = boundedbuffer_task,
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

const struct scenario scenario_lostwakeup = {
	.name = "lostwakeup",
	.story = "one waits until another is ready",
	.wrong = "it looks first and says that it waits afterwards",
	.verdict = SCHED_DEADLOCK,
	.tasks = 2,
	.memory = sizeof(struct lostwakeup),
	.task = lostwakeup_task,
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

const struct scenario scenario_afteryou = {
	.name = "afteryou",
	.story = "two say that they want in, and wait for each other",
	.wrong = "neither takes it back",
	.verdict = SCHED_LIVELOCK,
	.tasks = 2,
	.memory = sizeof(struct afteryou),
	.task = afteryou_task,
};
