/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/turns.h"
#include "pmap_sim/event.h"
#include "pmap_sim/sync.h"

void
turns_init(struct turns *turns, const struct plan *plan,
    const struct plan_space *space)
{
	*turns = (struct turns){
		.before = plan->before + space->before,
		.count = space->turns,
	};
}

static boolean_t
turns_due(const struct turns *turns, const struct plan_event *event)
{
	if (plan_is_change(event))
		return sync_load(&turns->done) == turns->before[event->turn];
	return sync_load(&turns->changes) >= event->turn;
}

boolean_t
turns_wait(
    struct turns *turns, const struct plan_event *event, const boolean_t *stop)
{
	while (!turns_due(turns, event)) {
		if (sync_load(stop))
			return FALSE;
		assert_wait_at(turns, "turns_wait");
		if (turns_due(turns, event) || sync_load(stop))
			clear_wait();
		else
			thread_block();
	}
	return TRUE;
}

void
turns_finish(
    struct machine *m, struct turns *turns, const struct plan_event *event)
{
	unsigned next = event->turn, done;

	if (plan_is_change(event)) {
		next++;
		sync_store(&turns->changes, next);
	}
	/* Without acquiring: whoever finishes learns nothing of the others. */
	done = sync_add_release(&turns->done, 1);
	if (plan_is_change(event) ||
	    (next < turns->count && done == turns->before[next]))
		thread_wakeup(m, turns);
}
