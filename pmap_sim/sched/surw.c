/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Policy "surw": the selectively uniform random walk (Zhao, Wolff, Mathur and
 * Roychoudhury, ASPLOS 2025).
 *
 * Of all that a program does, few operations matter to one defect.  Each
 * execution draws a few objects that tasks share; the operations on them are
 * the INTERESTING ones, and their interleavings are equally likely, whatever
 * else the tasks do between them:
 *
 *	a task is INTENDED with a probability of as many interesting operations
 *	as it has left;
 *	a task about to do an interesting operation that is not intended waits;
 *	of the others any may move;
 *	the intended one's interesting operation done, another is intended.
 *
 * Where the intended one cannot move at all (it waits for a lock of one that
 * waits), another is intended among those that can.
 */
#include "pmap_sim/sched/engine.h"

#define SURW_OBJECTS 4
#define NOBODY       SCHED_TASKS

struct surw {
	struct sched_policy policy;
	unsigned objects;
	uint32_t object[SURW_OBJECTS];
	uint32_t left[SCHED_TASKS]; /* interesting operations */
	unsigned intended;
};

static struct sched_policy *
surw_create(const struct sched_policy_config *config, const char **why)
{
	(void)why;
	return sched_policy_new(sizeof(struct surw), config);
}

/* One, or seldom more, of the profile's. */
static void
surw_draw_objects(struct surw *w, struct sched *s)
{
	const struct sched_profile *profile = w->policy.config.profile;
	unsigned wanted = 1;

	while (wanted < SURW_OBJECTS && (sched_random(s) & 1) != 0)
		wanted++;
	w->objects = 0;
	for (unsigned i = 0; i < SCHED_TASKS; i++)
		w->left[i] = 0;
	if (profile == NULL || profile->objects == 0)
		return;
	for (unsigned n = 0; n < wanted; n++) {
		const struct sched_profile_object *o =
		    &profile->object[sched_below(
			(uint32_t)sched_random(s), profile->objects)];
		bool known = false;

		for (unsigned i = 0; i < w->objects; i++)
			known |= w->object[i] == o->object;
		if (known)
			continue;
		w->object[w->objects++] = o->object;
		for (unsigned i = 0; i < w->policy.config.tasks; i++)
			w->left[i] += o->count[i];
	}
}

/* In proportion to what is left; among equals of none, any. */
static unsigned
surw_intend(const struct surw *w, struct sched *s, sched_set_t among)
{
	uint64_t total = 0, at;

	for (sched_set_t set = among; set != 0; set &= set - 1)
		total += w->left[__builtin_ctzll(set)];
	if (total == 0)
		return NOBODY;
	at = sched_random(s) % total;
	for (sched_set_t set = among;; set &= set - 1) {
		unsigned i = (unsigned)__builtin_ctzll(set);

		if (at < w->left[i])
			return i;
		at -= w->left[i];
	}
}

static bool
surw_begin(struct sched_policy *policy, struct sched *s)
{
	struct surw *w = (struct surw *)policy;

	surw_draw_objects(w, s);
	w->intended = surw_intend(w, s, s->live);
	return true;
}

static bool
surw_interesting(const struct surw *w, const struct sched_op *op)
{
	for (unsigned i = 0; i < w->objects; i++)
		if (w->object[i] == op->object)
			return true;
	return false;
}

/* What was done last, was it what everybody waited for? */
static void
surw_account(struct surw *w, struct sched *s)
{
	const struct sched_op *done;

	if (s->steps == 0)
		return;
	done = &s->trace[s->steps - 1].op;
	if (!surw_interesting(w, done))
		return;
	if (w->left[done->task] > 0)
		w->left[done->task]--;
	w->intended = surw_intend(w, s, s->live);
}

static unsigned
surw_pick(struct sched *s)
{
	struct surw *w = (struct surw *)s->policy;
	sched_set_t waiting = 0, free;

	surw_account(w, s);
	for (sched_set_t set = s->runnable; set != 0; set &= set - 1) {
		unsigned i = (unsigned)__builtin_ctzll(set);

		if (surw_interesting(w, &s->task[i].op))
			waiting |= SCHED_BIT(i);
	}
	free = s->runnable & ~waiting;
	if (w->intended != NOBODY)
		free |= waiting & SCHED_BIT(w->intended);
	if (free == 0) {
		unsigned i = surw_intend(w, s, waiting);

		if (i != NOBODY)
			return w->intended = i;
		free = waiting;
	}
	return sched_nth(free, sched_below((uint32_t)sched_random(s),
				   (unsigned)__builtin_popcountll(free)));
}

const struct sched_policy_ops sched_policy_surw = {
	.name = "surw",
	.summary =
	    "every interleaving of operations on a few objects as likely "
	    "as another",
	.draws = true,
	.every_step = true,
	.create = surw_create,
	.begin = surw_begin,
	.pick = surw_pick,
};
