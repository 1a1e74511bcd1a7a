/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels without locks: a stack whose cells come back, a deque that two ends
 * take the last item of, a ring that is read too early.
 */
#include "pmap_sim/sync.h"
#include "stress/scenarios/scenario.h"
#include "stress/scenarios/watch.h"

/* --- aba: the head is the same and the stack is another ------------------- */

#define ABA_CELLS 3

struct aba {
	int head;             /* atomic; -1: empty */
	int next[ABA_CELLS];  /* atomic */
	int owner[ABA_CELLS]; /* atomic: holders of the cell */
};

static void
aba_setup(struct scene *scene)
{
	struct aba *a = scene->memory;

	for (int i = 0; i < ABA_CELLS; i++)
		a->next[i] = i + 1 < ABA_CELLS ? i + 1 : -1;
}

static int
aba_pop(struct aba *a)
{
	int head = sync_load(&a->head), next;

	do {
		if (head < 0)
			return -1;
		next = sync_load(&a->next[head]);
	} while (!sync_cas(&a->head, &head, next));
	sched_expect(sync_add(&a->owner[head], 1) == 1);
	return head;
}

static void
aba_push(struct aba *a, int cell)
{
	int head = sync_load(&a->head);

	sync_add(&a->owner[cell], -1);
	do
		sync_store(&a->next[cell], head);
	while (!sync_cas(&a->head, &head, cell));
}

static void
aba_task(struct scene *scene, unsigned i)
{
	struct aba *a = scene->memory;
	int one = aba_pop(a);

	if (i == 0)
		return;
	(void)aba_pop(a); /* and keeps it */
	if (one >= 0)
		aba_push(a, one);
	(void)aba_pop(a);
}

static void
aba_watch(const struct scene *scene, struct watch *watch)
{
	struct aba *a = scene->memory;
	char next[] = "next[0]", owner[] = "owner[0]";

	watch_number(watch, "head", &a->head, a->head);
	for (int i = 0; i < ABA_CELLS; i++) {
		next[5] = owner[6] = (char)('0' + i);
		watch_number(watch, next, &a->next[i], a->next[i]);
		watch_number(watch, owner, &a->owner[i], a->owner[i]);
	}
}

const struct scenario scenario_aba = {
	.name = "aba",
	.story = "two pop cells of a stack, one puts its first back",
	.wrong = "a head that is the same again is taken for unchanged",
	.verdict = SCHED_ASSERTION,
	.tasks = 2,
	.memory = sizeof(struct aba),
	.setup = aba_setup,
	.task = aba_task,
	.watch = aba_watch,
};

/* --- worksteal: both ends take the last item ------------------------------ */

#define WORKSTEAL_ITEMS 2

struct worksteal {
	int top, bottom;            /* atomic */
	int taken[WORKSTEAL_ITEMS]; /* atomic */
};

static void
worksteal_setup(struct scene *scene)
{
	((struct worksteal *)scene->memory)->bottom = WORKSTEAL_ITEMS;
}

static void
worksteal_took(struct worksteal *w, int item)
{
	sched_expect(sync_add(&w->taken[item], 1) == 1);
}

static void
worksteal_steal(struct worksteal *w)
{
	int top = sync_load(&w->top);

	if (top < sync_load(&w->bottom) && sync_cas(&w->top, &top, top + 1))
		worksteal_took(w, top);
}

/* The owner. */
static void
worksteal_pop(struct worksteal *w)
{
	int bottom = sync_load(&w->bottom) - 1, top;

	sync_store(&w->bottom, bottom);
	top = sync_load(&w->top);
	if (top <= bottom)
		worksteal_took(w, bottom); /* the last needs a CAS of top */
	else
		sync_store(&w->bottom, top);
}

static void
worksteal_task(struct scene *scene, unsigned i)
{
	for (int turn = 0; turn < WORKSTEAL_ITEMS; turn++)
		if (i == 0)
			worksteal_pop(scene->memory);
		else
			worksteal_steal(scene->memory);
}

static void
worksteal_watch(const struct scene *scene, struct watch *watch)
{
	struct worksteal *w = scene->memory;
	char taken[] = "taken[0]";

	watch_number(watch, "top", &w->top, w->top);
	watch_number(watch, "bottom", &w->bottom, w->bottom);
	for (int i = 0; i < WORKSTEAL_ITEMS; i++) {
		taken[6] = (char)('0' + i);
		watch_number(watch, taken, &w->taken[i], w->taken[i]);
	}
}

const struct scenario scenario_worksteal = {
	.name = "worksteal",
	.story = "an owner pops a deque, two thieves steal",
	.wrong = "the owner takes the last item without looking who else does",
	.verdict = SCHED_ASSERTION,
	.tasks = 3,
	.memory = sizeof(struct worksteal),
	.setup = worksteal_setup,
	.task = worksteal_task,
	.watch = worksteal_watch,
};

/* --- ring: published before it is written --------------------------------- */

#define RING 4

struct ring {
	int head;       /* atomic: written up to here */
	int item[RING]; /* atomic */
};

static void
ring_task(struct scene *scene, unsigned i)
{
	struct ring *r = scene->memory;

	for (int n = 0; n < RING; n++) {
		if (i == 0) {
			sync_store(&r->head, n + 1);
			sync_store_relaxed(&r->item[n], n + 1);
			continue;
		}
		if (n >= sync_load(&r->head))
			return;
		sched_expect(sync_load_relaxed(&r->item[n]) == n + 1);
	}
}

static void
ring_watch(const struct scene *scene, struct watch *watch)
{
	struct ring *r = scene->memory;
	char item[] = "item[0]";

	watch_number(watch, "head", &r->head, r->head);
	for (int i = 0; i < RING; i++) {
		item[5] = (char)('0' + i);
		watch_number(watch, item, &r->item[i], r->item[i]);
	}
}

const struct scenario scenario_ring = {
	.name = "ring",
	.story = "one writes a ring, one reads it",
	.wrong = "an item is published before it is written",
	.verdict = SCHED_ASSERTION,
	.tasks = 2,
	.memory = sizeof(struct ring),
	.task = ring_task,
	.watch = ring_watch,
};

/* --- dekker: a turn that is given away too early -------------------------- */

struct dekker {
	int wants[2]; /* atomic */
	int inside;   /* atomic */
};

static void
dekker_task(struct scene *scene, unsigned i)
{
	struct dekker *d = scene->memory;

	/* Looks before it says that it wants. */
	while (sync_load(&d->wants[1 - i]))
		sched_relax();
	sync_store(&d->wants[i], 1);
	sched_expect(sync_add(&d->inside, 1) == 1);
	sync_add(&d->inside, -1);
	sync_store(&d->wants[i], 0);
}

static void
dekker_watch(const struct scene *scene, struct watch *watch)
{
	struct dekker *d = scene->memory;

	watch_number(watch, "wants[0]", &d->wants[0], d->wants[0]);
	watch_number(watch, "wants[1]", &d->wants[1], d->wants[1]);
	watch_number(watch, "inside", &d->inside, d->inside);
}

const struct scenario scenario_dekker = {
	.name = "dekker",
	.story = "two exclude each other by a flag each",
	.wrong = "each looks at the other's before it raises its own",
	.verdict = SCHED_ASSERTION,
	.tasks = 2,
	.memory = sizeof(struct dekker),
	.task = dekker_task,
	.watch = dekker_watch,
};
