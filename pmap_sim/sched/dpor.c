/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policy "dpor": one execution of each class of equivalent ones.
 *
 * Two schedules are EQUIVALENT if they differ only in the order of steps that
 * commute (access.h): each task sees the same, and the end is the same.  So one
 * of a class is enough.  This is dynamic partial order reduction with source
 * sets and sleep sets (Abdulla, Aronis, Jonsson and Sagonas, POPL 2014; JACM
 * 2017).
 *
 * The search is a stack with a frame for each step: who was TRIED there, who is
 * TO BE TRIED, who is ASLEEP.  Whenever a step races with an earlier one
 * (order.c), the steps between that do not depend on the earlier one, and then
 * the new one, could have come in its place: one of those tasks that can begin
 * such a sequence must be among those to be tried at the earlier step's frame;
 * if none is, one is added.  A task that was tried sleeps in the frames below
 * its later siblings until a step conflicts with what it did: what begins with
 * it was seen.  Where all who could move are asleep the execution is REDUNDANT,
 * is let run to its end without being looked at, and is counted.
 *
 * BLOCKING.  Locks: order.c.  An operation that may fail (TRY, CAS, SWAP, WAKE)
 * is judged by what it did; one that failed has only read, and whatever could
 * have made it succeed is a write that it races with.  A task that sleeps on an
 * event is not runnable, and what could have come before its ASSERT races with
 * that.
 *
 * SPINNING.  A turn of a loop that looks again at what nobody has changed sees
 * what it saw.  So a task that RELAXes is not tried until another has changed
 * something it looked at since the turn before; if there is nobody else to try,
 * it is let round, for it may count its turns, and if it does not the engine
 * says that it is a livelock.  This keeps every outcome of a loop whose turns
 * that fail leave nothing behind.  It does NOT try each number of turns of a
 * loop that counts them and gives up while others could still move; and a loop
 * that takes a lock in each turn is a change to whoever spins on that lock.
 *
 * AN EXECUTION THAT IS CUT SHORT, by a task that found something wrong, took
 * from all others the steps they could still do.  So all who could have moved
 * are tried in place of its last step, which sleeps meanwhile: it would fail
 * again, until somebody changes what it did.
 *
 * A DEATH.  If the process dies of an execution, who goes on with the search
 * (policy.h) finds it where it was.  The step of which it died is not known to
 * the order yet; all that is known is what it announced, and the worst of that
 * is taken.  Otherwise it is an execution that was cut short.
 *
 * NOT DIVIDED among workers, as bound.c is: what is to be tried at a frame is
 * not known before all below it was seen, and two workers below two of its
 * tasks would add to what the other does and sleep by what it has not done yet.
 * Who would divide it beforehand, trying all tasks at the first frames and
 * relying on sleep sets alone there, pays with executions that are redundant
 * more than a second core brings.
 *
 * INTERRUPTS are no part of it.  A handler's steps are its task's, and where
 * among those they come is no order of two tasks.  It would take a handler for
 * a task of its own that excludes the other as a lock does.
 *
 * WHAT IS NOT SEEN: plain accesses, and the address that an allocation gets.
 * Two schedules that differ only in the order of those are one class here.  If
 * no class has a data race, the first is right, and ThreadSanitizer's build
 * tells; the second, as long as nothing but names hangs on an address.
 */
#include "pmap_sim/sched/dpor.h"

struct dpor_frame {
	sched_set_t runnable; /* as it was */
	uint64_t hash;        /* of the steps before */
	sched_set_t open;     /* of those, who is worth trying */
	sched_set_t asleep;
	sched_set_t wanted; /* to be tried, or tried */
	sched_set_t tried;  /* all below was seen */
	unsigned task;      /* who is tried now */
};

struct dpor {
	struct sched_policy policy;
	struct order order;
	struct dpor_frame *frame;
	struct dpor_effect *effect; /* tasks for each frame: of who sleeps */
	uint64_t depth;             /* frames of this execution */
	uint64_t fixed;             /* those that are repeated */
	bool redundant;             /* this execution */
	bool running;               /* begun, and not ended */
	bool exhausted, walking;
	/* At the latest pick: tasks that wait for locks, and what is pending
	 * of them and of who was picked. */
	sched_set_t blocked;
	struct sched_op pending[SCHED_TASKS];
	uint64_t executions, walks, classes, redundancies;
	struct dpor_walk walk;
};

static struct sched_policy *
dpor_create(const struct sched_policy_config *config, const char **why)
{
	if (config->lines > 0) {
		*why = "dpor knows no interrupts, which this scenario has: "
		       "take bound";
		return NULL;
	}
	return sched_policy_new(sizeof(struct dpor), config);
}

static void
dpor_destroy(struct sched_policy *policy)
{
	struct dpor *d = (struct dpor *)policy;

	order_fini(&d->order, &policy->config);
	order_fini(&d->walk.order, &policy->config);
	sched_policy_free(&policy->config, d->frame);
	sched_policy_free(&policy->config, d->effect);
}

static bool
allocate(struct dpor *d, const struct sched *s)
{
	const struct sched_policy_config *config = &d->policy.config;
	size_t frames = s->limit + 2;

	d->frame = sched_policy_memory(config, frames, sizeof(*d->frame));
	d->effect = sched_policy_memory(
	    config, frames * config->tasks, sizeof(*d->effect));
	return d->frame != NULL && d->effect != NULL &&
	       order_init(&d->order, config, s->limit) &&
	       order_init(&d->walk.order, config, s->limit);
}

/* --- Races ---------------------------------------------------------------- */

struct between {
	uint32_t first[SCHED_TASKS]; /* event of each task among them */
	sched_set_t seen;
};

/* Does an event of that clock come after none of those between? */
static bool
begins(const struct between *b, const uint32_t *clock)
{
	for (sched_set_t set = b->seen; set != 0; set &= set - 1) {
		unsigned t = (unsigned)__builtin_ctzll(set);

		if (clock[t] > b->first[t])
			return false;
	}
	return true;
}

static void
want(struct dpor_frame *f, unsigned task)
{
	sched_set_t bit = SCHED_BIT(task);

	f->wanted |= (f->open & bit) != 0 ? bit : f->open;
}

/* A new step of `task` races with event j: see that a task that could begin
 * what leads to it is, or was, tried there. */
static void
raced(void *arg, uint32_t j, unsigned task, const uint32_t *clock)
{
	struct dpor *d = arg;
	const struct order *o = &d->order;
	struct dpor_frame *f = &d->frame[j];
	sched_set_t have = f->wanted | f->tried | f->asleep;
	struct between b;
	unsigned earlier = o->event[j].task, some = task;

	b.seen = 0; /* and no more: this is a task's stack */
	for (uint32_t k = j + 1; k < o->count; k++) {
		unsigned t = o->event[k].task;

		if (order_clock(o, k)[earlier] > j ||
		    (b.seen & SCHED_BIT(t)) != 0)
			continue;
		if (begins(&b, order_clock(o, k))) {
			if ((have & SCHED_BIT(t)) != 0)
				return;
			if (some == task)
				some = t;
		}
		b.seen |= SCHED_BIT(t);
		b.first[t] = k;
	}
	if ((b.seen & SCHED_BIT(task)) == 0 && begins(&b, clock)) {
		if ((have & SCHED_BIT(task)) != 0)
			return;
		some = task;
	}
	want(f, some);
}

/* --- Down ----------------------------------------------------------------- */

sched_set_t
dpor_open(const struct order *o, const struct sched *s)
{
	sched_set_t open = s->runnable;

	for (sched_set_t set = open; set != 0; set &= set - 1) {
		unsigned t = (unsigned)__builtin_ctzll(set);

		if (s->task[t].op.kind == SCHED_RELAX && order_awaits(o, t))
			open &= ~SCHED_BIT(t);
	}
	return open != 0 ? open : s->runnable;
}

/* The step before this one was done. */
static void
learn(struct dpor *d, const struct sched *s)
{
	if (d->order.count < s->steps)
		order_push(&d->order, &s->trace[s->steps - 1].op, raced, d);
}

/* Who still sleeps after the last step. */
static sched_set_t
still_asleep(struct dpor *d, uint64_t depth)
{
	const struct dpor_frame *up;
	const struct dpor_effect *from;
	struct dpor_effect *to;
	sched_set_t asleep = 0;

	if (depth == 0)
		return 0;
	up = &d->frame[depth - 1];
	from = &d->effect[(depth - 1) * d->order.tasks];
	to = &d->effect[depth * d->order.tasks];
	for (sched_set_t set = (up->asleep | up->tried) & ~SCHED_BIT(up->task);
	     set != 0; set &= set - 1) {
		unsigned t = (unsigned)__builtin_ctzll(set);

		if (dpor_wakes(&from[t], &d->order.event[depth - 1]))
			continue;
		to[t].object = from[t].object;
		to[t].access = from[t].access;
		asleep |= SCHED_BIT(t);
	}
	return asleep;
}

/* What is about to be done, by whom, and who waits for a lock: all that a death
 * leaves. */
static void
remember(struct dpor *d, const struct sched *s, unsigned task)
{
	d->pending[task] = s->task[task].op;
	d->blocked = 0;
	for (sched_set_t set = s->live & ~s->runnable; set != 0;
	     set &= set - 1) {
		unsigned t = (unsigned)__builtin_ctzll(set);

		if (s->task[t].wants == NULL)
			continue;
		d->pending[t] = s->task[t].op;
		d->blocked |= SCHED_BIT(t);
	}
}

/* Who waits for a lock will not have a step. */
static void
look_at_the_blocked(struct dpor *d)
{
	for (sched_set_t set = d->blocked; set != 0; set &= set - 1)
		order_blocked(
		    &d->order, &d->pending[__builtin_ctzll(set)], raced, d);
}

static unsigned
descend(struct dpor *d, struct sched *s)
{
	struct dpor_frame *f = &d->frame[d->depth];
	sched_set_t candidates;

	f->asleep = still_asleep(d, d->depth);
	f->runnable = s->runnable;
	f->hash = s->hash;
	f->open = dpor_open(&d->order, s);
	candidates = f->open & ~f->asleep;
	if (candidates == 0) {
		d->redundant = true;
		remember(d, s, s->current);
		look_at_the_blocked(d);
		return sched_default_pick(s);
	}
	f->task = sched_keeps(s) && (candidates >> s->current & 1) != 0
		      ? s->current
		      : sched_next_in_turn(s, candidates);
	f->wanted = SCHED_BIT(f->task);
	f->tried = 0;
	d->depth++;
	return f->task;
}

/* Down to the next frame: who it is, there. */
static unsigned
follow(struct dpor *d, struct sched *s)
{
	learn(d, s);
	if (d->depth < d->fixed) {
		const struct dpor_frame *f = &d->frame[d->depth];

		d->depth++;
		sched_expect_same(s, f->runnable, f->hash);
		return f->task;
	}
	return descend(d, s);
}

static unsigned
dpor_pick(struct sched *s)
{
	struct dpor *d = (struct dpor *)s->policy;
	unsigned task;

	if (d->walking)
		return dpor_walk_pick(&d->walk, s);
	if (d->redundant)
		return sched_default_pick(s);
	task = follow(d, s);
	if (!d->redundant)
		remember(d, s, task);
	return task;
}

/* --- Up ------------------------------------------------------------------- */

/* To the last frame at which somebody is to be tried yet. */
static void
ascend(struct dpor *d)
{
	d->exhausted = true;
	while (d->depth > 0) {
		uint64_t i = --d->depth;
		struct dpor_frame *f = &d->frame[i];
		const struct order_event *e = &d->order.event[i];
		struct dpor_effect *effect =
		    &d->effect[i * d->order.tasks + f->task];
		sched_set_t left;

		effect->object = e->object;
		effect->access = e->access;
		f->tried |= SCHED_BIT(f->task);
		left = f->wanted & f->open & ~f->tried & ~f->asleep;
		if (left == 0)
			continue;
		f->task = (unsigned)__builtin_ctzll(left);
		d->fixed = i + 1;
		d->exhausted = false;
		order_cut(&d->order, (uint32_t)i);
		return;
	}
	order_cut(&d->order, 0);
}

static void
came_to_its_end(struct dpor *d, const struct sched *s)
{
	struct dpor_frame *last = &d->frame[d->depth - 1];

	d->classes++;
	learn(d, s);
	if (s->live == 0)
		return;
	remember(d, s, s->current);
	look_at_the_blocked(d);
	if (s->runnable != 0)
		last->wanted |= last->open;
}

/* An execution is over: is it one of a class not seen before? */
static bool
is_looked_at(struct dpor *d)
{
	d->running = false;
	if (d->walking)
		dpor_walk_end(&d->walk);
	else
		d->redundancies += d->redundant;
	return !d->walking && !d->redundant;
}

/* In the middle, and not by its own will. */
static void
died(struct dpor *d)
{
	if (is_looked_at(d) && d->depth > 0) {
		struct dpor_frame *last = &d->frame[d->depth - 1];
		struct sched_op *op = &d->pending[last->task];

		d->classes++;
		if (sched_may_fail((enum sched_kind)op->kind))
			op->flags |= SCHED_OP_CHANGED;
		if (d->order.count < d->depth)
			order_push(&d->order, op, raced, d);
		look_at_the_blocked(d);
		last->wanted |= last->open;
	}
	if (!d->walking)
		ascend(d);
}

static bool
dpor_begin(struct sched_policy *policy, struct sched *s)
{
	struct dpor *d = (struct dpor *)policy;

	if (d->frame == NULL && !allocate(d, s))
		return false;
	if (d->running)
		died(d);
	if (d->exhausted)
		return false;
	d->running = true;
	/* A walk is not counted, so the same number is due again. */
	d->walking = !d->walking && probes_due(d->executions);
	if (d->walking) {
		dpor_walk_begin(&d->walk);
		return true;
	}
	d->executions++;
	d->depth = 0;
	d->redundant = false;
	order_prepare(&d->order);
	return true;
}

static void
dpor_end(struct sched_policy *policy, struct sched *s)
{
	struct dpor *d = (struct dpor *)policy;

	if (is_looked_at(d)) {
		if (d->depth < d->fixed)
			sched_ended_early(s);
		came_to_its_end(d, s);
	}
	if (!d->walking)
		ascend(d);
}

static void
dpor_tell(const struct sched_policy *policy, struct sched_search *search)
{
	const struct dpor *d = (const struct dpor *)policy;

	*search = (struct sched_search){
		.leaves = d->classes,
		.redundant = d->redundancies,
		.probes = d->walk.probes.count,
		.total = d->walk.probes.mean,
		.error = probes_error(&d->walk.probes),
		.whole = true,
	};
}

const struct sched_policy_ops sched_policy_dpor = {
	.name = "dpor",
	.summary = "each class of equivalent schedules once",
	.exhaustive = true,
	.every_step = true,
	.no_lines = true,
	.create = dpor_create,
	.destroy = dpor_destroy,
	.begin = dpor_begin,
	.pick = dpor_pick,
	.end = dpor_end,
	.tell = dpor_tell,
};
