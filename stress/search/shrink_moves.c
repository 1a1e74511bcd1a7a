/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MOVES on a schedule's segments, "task t until it has done n steps":
 *
 *	cut	leave out all segments from one on
 *	drop	leave one out; its steps are done when its task runs next
 *	extend	let one run on until its task cannot
 *	swap	one before the one before it
 *	trim	let one run a step less, or a step more
 *	pair	leave two out, or one while another runs until it cannot: where
 *		no single move helps
 *
 * and on its turns, the places where it is unusual: leave one out.
 *
 * Whatever a move makes of a schedule is run and noted as what it then is, so
 * one that cannot be followed to the letter does no harm.  A move is kept if
 * the same failure has come of it and it is less; then the moves begin again.
 */
#include "stress/search/shrink_moves.h"

#include <string.h>

#define PAIRS_MAX 100 /* segments of which all pairs are tried */

static boolean_t
spent(const struct shrinker *s)
{
	return s->attempts.points >= s->points_max || shrinker_interrupted(s);
}

/* How the best runs, task by task. */
static void
cut_into_segments(struct shrinker *s)
{
	struct sched_note *note = s->attempts.note;
	uint64_t done[SCHED_TASKS] = { 0 };
	struct judgement again;

	sched_replay_set(s->in_turns, s->turn, s->turns);
	(void)attempt(&s->attempts, s->turns_noted, 0, &again);
	s->segments = 0;
	for (uint64_t i = 0; i < note->steps && i < note->room; i++) {
		unsigned task = sched_note_tasks(note)[i];

		if (s->segments == 0 ||
		    s->segment[s->segments - 1].task != task)
			s->segment[s->segments++].task = task;
		s->segment[s->segments - 1].upto = ++done[task];
	}
}

boolean_t
shrinker_accept(struct shrinker *s, const struct judgement *judgement)
{
	const struct sched_note *note = s->attempts.note;

	if (judgement->signature != s->best.signature ||
	    note->turns > note->room ||
	    !shrink_is_less(judgement, note->turns, &s->best, s->turns))
		return FALSE;
	s->best = *judgement;
	s->turns = note->turns;
	memcpy(s->turn, note->turn, s->turns * sizeof(*s->turn));
	return TRUE;
}

/* The trial, of so many segments: better? */
static boolean_t
try_segments(struct shrinker *s, unsigned count)
{
	struct judgement judgement;

	sched_segments_set(s->in_segments, s->trial, count);
	return attempt(&s->attempts, s->segments_noted, 0, &judgement) &&
	       shrinker_accept(s, &judgement);
}

static void
copy_without(struct sched_segment *to, const struct sched_segment *from,
    unsigned count, unsigned i)
{
	memcpy(to, from, i * sizeof(*to));
	memcpy(to + i, from + i + 1, (count - i - 1) * sizeof(*to));
}

static boolean_t
try_without(struct shrinker *s, unsigned i)
{
	copy_without(s->trial, s->segment, s->segments, i);
	return try_segments(s, s->segments - 1);
}

static boolean_t
try_upto(struct shrinker *s, unsigned i, uint64_t upto)
{
	memcpy(s->trial, s->segment, s->segments * sizeof(*s->trial));
	s->trial[i].upto = upto;
	return try_segments(s, s->segments);
}

static boolean_t
try_swapped(struct shrinker *s, unsigned i)
{
	memcpy(s->trial, s->segment, s->segments * sizeof(*s->trial));
	s->trial[i] = s->segment[i - 1];
	s->trial[i - 1] = s->segment[i];
	return try_segments(s, s->segments);
}

/* One round over the segments; TRUE: the best is another. */
static boolean_t
move_segments(struct shrinker *s)
{
	cut_into_segments(s);
	for (unsigned i = 0; i < s->segments && !spent(s); i++) {
		memcpy(s->trial, s->segment, i * sizeof(*s->trial));
		if (try_segments(s, i))
			return TRUE;
	}
	for (unsigned i = s->segments; i-- > 0 && !spent(s);)
		if (try_without(s, i))
			return TRUE;
	for (unsigned i = s->segments; i-- > 0 && !spent(s);)
		if (try_upto(s, i, UINT64_MAX) ||
		    (i > 0 && try_swapped(s, i)) ||
		    try_upto(s, i, s->segment[i].upto - 1) ||
		    try_upto(s, i, s->segment[i].upto + 1))
			return TRUE;
	return FALSE;
}

/* Without segment i, which helps nothing by itself, and with another one left
 * out or let run. */
static boolean_t
pair_with(struct shrinker *s, unsigned i)
{
	for (unsigned j = s->segments; j-- > 0 && !spent(s);) {
		unsigned k = j - (j > i); /* where it is then */

		if (j == i)
			continue;
		copy_without(s->trial, s->segment, s->segments, i);
		s->trial[k].upto = UINT64_MAX;
		if (try_segments(s, s->segments - 1))
			return TRUE;
		if (j > i)
			continue; /* that pair has been tried */
		copy_without(s->trial, s->segment, s->segments, i);
		memmove(s->trial + j, s->trial + j + 1,
		    (s->segments - 2 - j) * sizeof(*s->trial));
		if (try_segments(s, s->segments - 2))
			return TRUE;
	}
	return FALSE;
}

static boolean_t
move_pairs(struct shrinker *s)
{
	cut_into_segments(s);
	if (s->segments > PAIRS_MAX)
		return FALSE;
	for (unsigned i = s->segments; i-- > 0 && !spent(s);)
		if (pair_with(s, i))
			return TRUE;
	return FALSE;
}

/* Leave one turn out. */
static boolean_t
move_turns(struct shrinker *s)
{
	struct sched_turn *trial = s->trial_turn;

	for (unsigned i = s->turns; i-- > 0 && !spent(s);) {
		struct judgement judgement;

		memcpy(trial, s->turn, i * sizeof(*trial));
		memcpy(trial + i, s->turn + i + 1,
		    (s->turns - i - 1) * sizeof(*trial));
		sched_replay_set(s->in_turns, trial, s->turns - 1);
		if (attempt(&s->attempts, s->turns_noted, 0, &judgement) &&
		    shrinker_accept(s, &judgement))
			return TRUE;
	}
	return FALSE;
}

void
shrinker_move(struct shrinker *s)
{
	while (
	    !spent(s) && (move_segments(s) || move_turns(s) || move_pairs(s)))
		;
}
