/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The drafts, sorted into a plan: each task's events in a row, and what the
 * tasks must know of each other (turns.c, process.c).
 */
#include <stdlib.h>

#include "stress/need.h"
#include "stress/plan_build.h"

/* --- Turns -------------------------------------------------------------- */

/* Number the changes of each space that several tasks are ever on. */
static void
plan_turns(struct plan *plan, struct plan_builder *b)
{
	unsigned *events = need_zeroed(b->space_count, sizeof(*events));
	unsigned *turns = need_zeroed(b->space_count, sizeof(*turns));
	unsigned total = 0;

	for (unsigned i = 0; i < b->draft_count; i++)
		if (plan_is_change(&b->drafts[i].event))
			plan->spaces[b->drafts[i].space].turns++;
	for (unsigned i = 0; i < b->space_count; i++) {
		if (plan->spaces[i].members < 2)
			plan->spaces[i].turns = 0;
		plan->spaces[i].before = total;
		total += plan->spaces[i].turns;
	}
	plan->before = need_zeroed(total, sizeof(*plan->before));
	for (unsigned i = 0; i < b->draft_count; i++) {
		struct plan_event *event = &b->drafts[i].event;
		unsigned space = b->drafts[i].space;

		if (plan->spaces[space].members < 2)
			continue;
		event->turn = turns[space];
		if (plan_is_change(event))
			plan->before[plan->spaces[space].before +
				     turns[space]++] = events[space];
		events[space]++;
	}
	free(events);
	free(turns);
}

/* --- Children ----------------------------------------------------------- */

/* A child and when it ended; sorted by parent, then end. */
struct kinship {
	unsigned parent, end, child;
};

static int
kinship_compare(const void *a, const void *b)
{
	const struct kinship *x = a, *y = b;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return x->end < y->end ? -1 : x->end > y->end;
}

static void
plan_children(struct plan *plan, const struct plan_builder *b)
{
	struct kinship *kin = need_zeroed(b->task_count, sizeof(*kin));
	unsigned count = 0;

	for (unsigned i = 0; i < b->task_count; i++)
		if (b->tasks[i].parent != PLAN_NONE)
			kin[count++] = (struct kinship){ b->tasks[i].parent,
				b->tasks[i].exit, i };
	qsort(kin, count, sizeof(*kin), kinship_compare);
	plan->children = need_zeroed(count, sizeof(*plan->children));
	for (unsigned i = count; i-- > 0;) {
		plan->children[i] = kin[i].child;
		plan->tasks[kin[i].parent].children = i;
		plan->tasks[kin[i].parent].child_count++;
	}
	free(kin);
}

/* For each fork, how many of the parent's children had ended. */
static void
plan_ended(struct plan *plan, const struct plan_builder *b)
{
	unsigned *done = need_zeroed(b->task_count, sizeof(*done));
	unsigned next = 0;

	for (unsigned i = 0; i < b->task_count; i++) {
		plan->tasks[i].forks = next;
		next += plan->tasks[i].child_count;
	}
	plan->ended = need_zeroed(next, sizeof(*plan->ended));
	unsigned *forks = need_zeroed(b->task_count, sizeof(*forks));

	for (unsigned i = 0; i < b->draft_count; i++) {
		unsigned t = b->drafts[i].task;
		const struct plan_task *task = &plan->tasks[t];

		if (b->drafts[i].event.kind != PLAN_FORK &&
		    b->drafts[i].event.kind != PLAN_SHARE)
			continue;
		while (done[t] < task->child_count) {
			unsigned child =
			    plan->children[task->children + done[t]];

			if (b->tasks[child].exit >= i)
				break;
			done[t]++;
		}
		plan->ended[task->forks + forks[t]++] = done[t];
	}
	free(done);
	free(forks);
}

/* --- Events ------------------------------------------------------------- */

static void
plan_events(struct plan *plan, const struct plan_builder *b)
{
	unsigned *at = need_zeroed(b->task_count, sizeof(*at));
	unsigned next = 0;

	for (unsigned i = 0; i < b->draft_count; i++)
		plan->tasks[b->drafts[i].task].count++;
	for (unsigned i = 0; i < b->task_count; i++) {
		at[i] = plan->tasks[i].first = next;
		next += plan->tasks[i].count;
	}
	plan->event_count = next;
	plan->events = need_zeroed(next, sizeof(*plan->events));
	for (unsigned i = 0; i < b->draft_count; i++)
		plan->events[at[b->drafts[i].task]++] = b->drafts[i].event;
	free(at);
}

static void
plan_spaces(struct plan *plan, const struct plan_builder *b)
{
	plan->space_count = b->space_count;
	plan->spaces = need_zeroed(b->space_count, sizeof(*plan->spaces));
	for (unsigned i = 0; i < b->space_count; i++) {
		plan->spaces[i].members = b->spaces[i].members;
		plan->spaces[i].crowd = b->spaces[i].crowd;
	}
	plan->task_count = b->task_count;
	plan->tasks = need_zeroed(b->task_count, sizeof(*plan->tasks));
	for (unsigned i = 0; i < b->task_count; i++) {
		plan->tasks[i].space = b->tasks[i].first_space;
		plan->tasks[i].parent = b->tasks[i].started
					    ? b->tasks[i].parent
					    : i; /* never born: nobody's root */
	}
}

struct plan *
plan_builder_finish(struct plan_builder *b)
{
	struct plan *plan = need_zeroed(1, sizeof(*plan));

	for (unsigned i = 0; i < b->task_count; i++) {
		struct plan_input end = { .task = i, .kind = PLAN_EXIT };

		if (b->tasks[i].started && !b->tasks[i].ended)
			plan_builder_add(b, &end);
	}
	plan_spaces(plan, b);
	plan_turns(plan, b);
	plan_children(plan, b);
	plan_ended(plan, b);
	plan_events(plan, b);
	plan->program = b->program;
	plan->files = b->files;
	plan->file_count = b->file_count;
	plan->file_pages = b->file_pages;
	plan->private_pages = b->private_total;
	plan->private_peak = b->private_peak;
	plan->live_peak = b->live_peak;
	for (unsigned i = 0; i < UNREPLAYED_REASONS; i++) {
		plan->unreplayed[i] = b->unreplayed[i];
		plan->foreseen[i] = b->foreseen[i];
	}
	free(b->drafts);
	free(b->spaces);
	free(b->tasks);
	free(b);
	return plan;
}

void
plan_free(struct plan *plan)
{
	for (unsigned i = 0; i < plan->file_count; i++)
		free(plan->files[i].tagged);
	for (unsigned i = 0; i < plan->skip_count; i++)
		free(plan->skips[i].reason);
	free(plan->skips);
	free(plan->files);
	free(plan->program);
	free(plan->events);
	free(plan->tasks);
	free(plan->spaces);
	free(plan->children);
	free(plan->ended);
	free(plan->before);
	free(plan);
}
