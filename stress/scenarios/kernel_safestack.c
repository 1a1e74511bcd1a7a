/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel SAFESTACK: Vyukov's lock-free stack of three cells, published in 2009
 * as a bug that no tool found.
 *
 * pop() marks the cell that it takes by a next of -1, so that another popper of
 * the same cell gives up; and never takes the last cell, so that a cell that is
 * popped and pushed again would not be taken by who still has the old head in
 * hand.  It is, if the stack goes round twice meanwhile: six preemptions, in
 * one order (docs/explore.md).
 */
#include "pmap_sim/sync.h"
#include "stress/scenarios/scenario.h"
#include "stress/scenarios/watch.h"

#define TASKS 3
#define CELLS 3
#define TURNS 2

struct safestack {
	int head, count; /* atomic */
	struct {
		int next, owner; /* atomic */
	} cell[CELLS];
};

static void
setup(struct scene *scene)
{
	struct safestack *s = scene->memory;

	s->count = CELLS;
	for (int i = 0; i < CELLS; i++)
		s->cell[i].next = i + 1 < CELLS ? i + 1 : -1;
}

static int
pop(struct safestack *s)
{
	while (sync_load(&s->count) > 1) {
		int head = sync_load(&s->head);
		int next = sync_swap(&s->cell[head].next, -1);
		int expected = head;

		if (next < 0) { /* another has it in hand */
			sched_relax();
			continue;
		}
		if (sync_cas(&s->head, &expected, next)) {
			sync_add(&s->count, -1);
			return head;
		}
		(void)sync_swap(&s->cell[head].next, next);
	}
	return -1;
}

static void
push(struct safestack *s, int index)
{
	int head = sync_load(&s->head);

	do
		sync_store(&s->cell[index].next, head);
	while (!sync_cas(&s->head, &head, index));
	sync_add(&s->count, 1);
}

static void
task(struct scene *scene, unsigned i)
{
	struct safestack *s = scene->memory;

	for (int turn = 0; turn < TURNS; turn++) {
		int mine;

		while ((mine = pop(s)) < 0)
			sched_relax();
		sync_store_relaxed(&s->cell[mine].owner, (int)i);
		sched_expect(sync_load_relaxed(&s->cell[mine].owner) == (int)i);
		push(s, mine);
	}
}

static void
watch(const struct scene *scene, struct watch *watch)
{
	struct safestack *s = scene->memory;
	char next[] = "cell[0].next", owner[] = "cell[0].owner";

	watch_number(watch, "head", &s->head, s->head);
	watch_number(watch, "count", &s->count, s->count);
	for (int i = 0; i < CELLS; i++) {
		next[5] = owner[5] = (char)('0' + i);
		watch_number(watch, next, &s->cell[i].next, s->cell[i].next);
		watch_number(watch, owner, &s->cell[i].owner, s->cell[i].owner);
	}
}

const struct scenario scenario_safestack = {
	.name = "safestack",
	.story = "three tasks pop a cell, own it, push it back, twice",
	.wrong = "a cell can be owned twice, after six preemptions",
	.verdict = SCHED_ASSERTION,
	.tasks = TASKS,
	.memory = sizeof(struct safestack),
	.setup = setup,
	.task = task,
	.watch = watch,
};
