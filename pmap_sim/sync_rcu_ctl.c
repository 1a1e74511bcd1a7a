/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RCU under the scheduler: modelled, not executed.
 *
 * WHAT ASKS FOR A GRACE PERIOD, a retirement or who waits for one, notes whose
 * sections are open at that very step; the period may end as soon as all of
 * those have.  That is the earliest end that is legal, and no implementation is
 * as fast.  Callbacks run in a task of their own, the RECLAIMER, first in,
 * first out; it is scheduled like any other, so each may run at once or very
 * late.
 *
 * This is "earliest".  The other models of rcu_model.def keep the same promise,
 * so what is sound under one is sound under all, but a program may also live on
 * what is not promised:
 *
 *	scheduled	the end is a step of the reclaimer, who may be in the
 *			middle of a callback: who waits for a grace period with
 *			a lock that a callback takes waits for ever.
 *	lazy		callbacks run when somebody waits for them (barrier), or
 *			when all tasks have left: who waits for what a callback
 *			does, and does not ask, waits for ever.
 *	batched		as liburcu's worker: it takes all that is queued and
 *			waits for the sections that are open then.  Sections
 *			that nobody promised to wait for are waited for, too.
 *
 * BUSTED models break the promise, each in one way: what is never convicted
 * under any of them does not test RCU.
 *
 * EDGES.  A section notes how many grace periods had been asked for when it
 * began, and acquires what those who asked have released; at its end it
 * releases into the slot of that number.  What waited for grace period r
 * acquires the slots up to r: those of sections that began before it was asked
 * for, whether they had ended then or not, and no others.  So a pointer kept
 * from a section and used in one that began after the retirement is a race with
 * the callback in every such schedule, however late the callback runs.
 * "coarse" has one slot: it orders all sections that have ended.
 *
 * WHO TOUCHES what was retired is looked at from the first retirement on:
 * rcu_retired.h.
 */
#include <stddef.h>

#include "pmap_sim/cpu.h"
#include "pmap_sim/rcu_ctl_impl.h"

#define is(which) (rcu->model.busted == RCU_BUSTED_##which)
#define by(which) (rcu->model.grace == RCU_GRACE_##which)
#define BIT(i)    ((sched_set_t)1 << (i))

/* Of a word of RCU's, in the function that is the word: who says it. */
#define WHERE __builtin_return_address(0)

UNSEEN_BEGIN

size_t
rcu_ctl_size(unsigned tasks)
{
	return sizeof(struct rcu_ctl) + (tasks + 1) * sizeof(struct rcu_task);
}

void
rcu_ctl_open(struct rcu_ctl *state, unsigned tasks, bool machine,
    const struct rcu_model *model)
{
	state->tasks = tasks;
	state->machine = machine;
	state->model = *model;
	arena_set_root(state);
}

/* --- Grace periods ------------------------------------------------------- */

/* Joins: whom is the one that is under way waiting for? */
static const struct sync_rcu_grace *
under_way(void)
{
	for (struct sync_rcu_head *h = rcu->first; h != NULL; h = h->next)
		if (h->grace.waits != 0)
			return &h->grace;
	for (unsigned i = 0; i < rcu->tasks; i++)
		if (rcu->task[i].grace.waits != 0)
			return &rcu->task[i].grace;
	return NULL;
}

static sched_set_t
waited_for(unsigned me, bool callback)
{
	const struct sync_rcu_grace *other;

	switch (rcu->model.busted) {
	case RCU_BUSTED_nowait:
		return 0;
	case RCU_BUSTED_butone:
		return rcu->open & (rcu->open - 1);
	case RCU_BUSTED_others:
		return rcu->open & ~BIT(me);
	case RCU_BUSTED_joins:
		other = under_way();
		return other != NULL ? other->waits : rcu->open;
	case RCU_BUSTED_hasty:
		return callback ? 0 : rcu->open;
	default:
		return rcu->open;
	}
}

static void
ask(struct sync_rcu_grace *g, unsigned me, bool callback)
{
	sched_set_t waits = waited_for(me, callback);

	*g = (struct sync_rcu_grace){
		.waits = waits, .number = rcu->asked++, .asked = true
	};
	SYNC_TSAN_(__tsan_release(&rcu->removed));
}

static bool
is_over(const struct sync_rcu_grace *g)
{
	return by(scheduled) ? g->ended : g->waits == 0;
}

/* That task's section has ended, as far as g knows. */
static void
one_less(struct sync_rcu_grace *g, unsigned task)
{
	if ((g->waits >> task & 1) == 0)
		return;
	g->waits &= ~BIT(task);
	if (g->waits == 0)
		sched_wake_quietly(rcu);
}

static void
section_ends(unsigned me)
{
	for (struct sync_rcu_head *h = rcu->first; h != NULL; h = h->next)
		one_less(&h->grace, me);
	one_less(&rcu->batch, me);
	for (unsigned i = 0; i < rcu->tasks; i++) {
		struct sync_rcu_grace *g = &rcu->task[i].grace;

		one_less(g, me);
		if (g->asked && is_over(g))
			sched_wake_quietly(g);
	}
}

/* The sections before grace period `number`, from slot `drawn` on. */
static uint64_t
draw(uint64_t drawn, uint64_t number)
{
	if (number >= drawn + SLOTS)
		drawn = number - SLOTS + 1; /* each slot once */
	if (rcu->model.edges == RCU_EDGES_coarse)
		drawn = number = 0;
	for (; drawn <= number; drawn++)
		SYNC_TSAN_(__tsan_acquire(&rcu->ended[drawn % SLOTS]));
	return drawn;
}

/* --- Readers ------------------------------------------------------------- */

static unsigned
self(void)
{
	return sched_self();
}

void
sync_rcu_enter(void)
{
	struct rcu_task *t;

	if (sched_running() == NULL)
		return;
	t = &rcu->task[self()];
	if (t->depth++ > 0)
		return;
	sched_point_at(SCHED_RCU_ENTER, rcu, WHERE);
	rcu->open |= BIT(self());
	t->noted = rcu->model.edges == RCU_EDGES_coarse ? 0 : rcu->asked;
	SYNC_TSAN_(__tsan_acquire(&rcu->removed));
}

/* FALSE: it was not the outermost, which is still open. */
static bool
outermost_ends(const void *where)
{
	struct rcu_task *t = &rcu->task[self()];

	if (t->depth == 1)
		return true;
	t->depth--;
	if (is(nested)) {
		sched_point_at(SCHED_RCU_EXIT, rcu, where);
		section_ends(self());
	}
	return false;
}

static void
close_outermost(const void *where)
{
	struct rcu_task *t = &rcu->task[self()];

	sched_point_at(SCHED_RCU_EXIT, rcu, where);
	t->depth = 0;
	rcu->open &= ~BIT(self());
	section_ends(self());
	rcu_retired_forbid(&rcu->blocks, self());
	SYNC_TSAN_(__tsan_release(&rcu->ended[t->noted % SLOTS]));
}

/* --- Retirement ---------------------------------------------------------- */

static const char *
guard(const struct sched_op *op)
{
	return rcu_retired_touch(
	    &rcu->blocks, op, rcu->task[op->task].depth > 0);
}

static void
queue(struct sync_rcu_head *head, void (*free)(struct sync_rcu_head *head))
{
	head->free = free;
	head->next = NULL;
	ask(&head->grace, self(), true);
	if (rcu->last != NULL)
		rcu->last->next = head;
	else
		rcu->first = head;
	rcu->last = head;
	rcu->queued++;
	SYNC_TSAN_(__tsan_release(head));
	sched_wake_quietly(rcu);
}

void
sync_rcu_retire(
    struct sync_rcu_head *head, void (*free)(struct sync_rcu_head *head))
{
	if (sched_running() == NULL) {
		(*free)(head);
		return;
	}
	sched_point_at(SCHED_RCU_RETIRE, rcu, WHERE);
	queue(head, free);
	rcu->task[self()].queued = rcu->queued;
	rcu_retired_add(&rcu->blocks, head, rcu->open);
	sched_guard(guard);
}

/* --- Who waits ----------------------------------------------------------- */

static void
nothing(struct sync_rcu_head *head)
{
	(void)head;
}

/* The place of what is done with a callback: that; a barrier's has none. */
static const void *
of_callback(void (*free)(struct sync_rcu_head *head))
{
	return free != nothing ? (const char *)free + 1 : NULL;
}

static void
may_wait(const void *where)
{
	if (rcu->task[self()].depth > 0)
		sched_fail_at(SCHED_ASSERTION,
		    "a grace period is waited for in a section", where);
}

/* Until so many callbacks have run. */
static void
wait_for_callbacks(uint64_t count, const void *where)
{
	for (;;) {
		sched_point_at(SCHED_LOAD, &rcu->reclaimed, where);
		if (rcu->reclaimed >= count)
			break;
		sched_wait_on_quietly(&rcu->reclaimed);
		sched_sleep_at(where);
	}
	SYNC_TSAN_(__tsan_acquire(&rcu->reclaimed));
}

void
sync_rcu_barrier(void)
{
	struct rcu_task *t;
	uint64_t count;

	if (sched_running() == NULL)
		return;
	may_wait(WHERE);
	t = &rcu->task[self()];
	sched_point_at(SCHED_RCU_RETIRE, rcu, WHERE);
	if (!is(ownqueue)) {
		queue(&t->barrier, nothing);
		t->queued = rcu->queued;
	}
	count = t->queued;
	if (rcu->hurried < count)
		rcu->hurried = count;
	sched_wake_quietly(rcu);
	if (rcu->machine)
		cpu_idle_enter();
	wait_for_callbacks(count, WHERE);
	if (rcu->machine)
		cpu_idle_exit();
}

void
rcu_ctl_synchronize(void)
{
	struct sync_rcu_grace *g;

	if (sched_running() == NULL)
		return;
	may_wait(WHERE);
	g = &rcu->task[self()].grace;
	sched_point_at(SCHED_RCU_RETIRE, rcu, WHERE);
	ask(g, self(), false);
	sched_wake_quietly(rcu);
	if (rcu->machine)
		cpu_idle_enter();
	for (;;) {
		sched_point_at(SCHED_LOAD, rcu, WHERE);
		if (is_over(g))
			break;
		sched_wait_on_quietly(g);
		sched_sleep_at(WHERE);
	}
	g->asked = false;
	(void)draw(0, g->number);
	if (rcu->machine)
		cpu_idle_exit();
}

void
rcu_ctl_leave(void)
{
	if (rcu->task[self()].depth > 0)
		sched_fail_at(
		    SCHED_ASSERTION, "a task ends in a section", NULL);
	if (++rcu->left == rcu->tasks)
		sched_wake_quietly(rcu);
}

/* --- The reclaimer ------------------------------------------------------- */

static bool
may_end(const struct sync_rcu_grace *g)
{
	return g->asked && !g->ended && g->waits == 0;
}

/* Has it to see to a grace period before anything else? */
static bool
grace_is_due(void)
{
	if (by(batched))
		return rcu->batch_last == NULL && rcu->first != NULL;
	if (!by(scheduled))
		return false;
	for (unsigned i = 0; i < rcu->tasks; i++)
		if (may_end(&rcu->task[i].grace))
			return true;
	for (struct sync_rcu_head *h = rcu->first; h != NULL; h = h->next)
		if (may_end(&h->grace))
			return true;
	return false;
}

static void
see_to_grace(void)
{
	if (by(batched)) {
		sched_point_at(SCHED_RCU_RETIRE, rcu, NULL);
		ask(&rcu->batch, self(), true);
		rcu->batch_last = rcu->last;
		return;
	}
	sched_point_at(SCHED_RCU_RECLAIM, rcu, NULL);
	for (unsigned i = 0; i < rcu->tasks; i++) {
		struct sync_rcu_grace *g = &rcu->task[i].grace;

		g->ended |= may_end(g);
		if (g->asked && g->ended)
			sched_wake_quietly(g);
	}
	for (struct sync_rcu_head *h = rcu->first; h != NULL; h = h->next)
		h->grace.ended |= may_end(&h->grace);
}

static bool
may_run(const struct sync_rcu_head *head)
{
	if (by(batched))
		return rcu->batch_last != NULL && rcu->batch.waits == 0;
	if (by(lazy) && rcu->reclaimed >= rcu->hurried &&
	    rcu->left < rcu->tasks)
		return false;
	return is_over(&head->grace);
}

static struct sync_rcu_head *
take(void)
{
	struct sync_rcu_head *head = rcu->first;

	rcu->first = head->next;
	if (rcu->first == NULL)
		rcu->last = NULL;
	if (rcu->batch_last == head)
		rcu->batch_last = NULL;
	SYNC_TSAN_(__tsan_acquire(head));
	rcu_retired_call(&rcu->blocks, head, self());
	return head;
}

/* Until a callback may be run.  FALSE: there will be no more. */
static bool
wait_for_work(void)
{
	while (rcu->first == NULL || !may_run(rcu->first)) {
		if (grace_is_due())
			see_to_grace();
		else if (rcu->first == NULL && rcu->left == rcu->tasks)
			return false;
		else {
			sched_wait_on_quietly(rcu);
			sched_sleep_at(NULL);
		}
	}
	return true;
}

/* The reclaimer's next, whose grace period has ended; NULL: no more. */
static struct sync_rcu_head *
rcu_next(void)
{
	const struct sync_rcu_head *head;

	do {
		if (!wait_for_work())
			return NULL;
		sched_point_at(
		    SCHED_RCU_RECLAIM, rcu, of_callback(rcu->first->free));
	} while (rcu->first == NULL); /* a reader took it: inreader */
	head = rcu->first;
	rcu->drawn = draw(
	    rcu->drawn, by(batched) ? rcu->batch.number : head->grace.number);
	return take();
}

static void
reclaimed(const struct sync_rcu_head *head, const void *where)
{
	rcu_retired_called(&rcu->blocks, head);
	sched_point_at(SCHED_RCU_RECLAIM, &rcu->reclaimed, where);
	rcu->reclaimed++;
	SYNC_TSAN_(__tsan_release(&rcu->reclaimed));
	sched_wake_quietly(&rcu->reclaimed);
}

static struct sync_rcu_head *
next_in_reader(void)
{
	if (!is(inreader) || rcu->first == NULL)
		return NULL;
	sched_point_at(SCHED_RCU_RECLAIM, rcu, of_callback(rcu->first->free));
	return rcu->first != NULL ? take() : NULL;
}

UNSEEN_END

static void
call(struct sync_rcu_head *head)
{
	void (*reclaim)(struct sync_rcu_head *) = head->free;

	reclaim(head);
	reclaimed(head, of_callback(reclaim));
}

void
rcu_ctl_reclaim(void)
{
	struct sync_rcu_head *head;

	while ((head = rcu_next()) != NULL)
		call(head);
}

void
sync_rcu_exit(void)
{
	struct sync_rcu_head *head;

	if (sched_running() == NULL || !outermost_ends(WHERE))
		return;
	while ((head = next_in_reader()) != NULL)
		call(head);
	close_outermost(WHERE);
}

void
sync_rcu_thread_init(void)
{
}

void
sync_rcu_thread_fini(void)
{
}
