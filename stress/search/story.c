/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The main stack looks on between the steps (sched_visit) and writes down what
 * every word is.  What a step has done is there when the next one is about to
 * be picked: its task has by then reached its next point.
 */
#include "stress/search/story.h"

#include <stdio.h>
#include <string.h>

#include "core/direct.h"
#include "pmap_sim/sched/engine.h"
#include "pmap_sim/tell.h"
#include "stress/apart.h"
#include "stress/need.h"
#include "stress/verdict.h"

#define ALONE_MAX  7  /* steps of one task that are not folded */
#define ALONE_END  2  /* of a longer stretch: those told at either end */
#define ALONE_LONG 20 /* from here on what changes much is told, too */
#define FOLD_MIN   3
#define IDLE_MAX   40 /* steps that change nothing and are not folded */

/* Reads of the main stack that race with nobody: nobody runs. */
extern void AnnotateIgnoreReadsBegin(const char *, int) __attribute__((weak));
extern void AnnotateIgnoreReadsEnd(const char *, int) __attribute__((weak));

struct teller {
	struct story_crash crash; /* first: it is found by that */
	struct story *story;
	struct stage *stage;
	struct watch watch;
	unsigned hint[WATCH_MAX]; /* which word each of those was */
	sched_set_t sleepers;     /* at the last look */
};

/* --- Looking on ---------------------------------------------------------- */

/* There is a model of RCU in it. */
static boolean_t
has_rcu(const struct scene *scene)
{
	return scene->scenario->has_rcu ||
	       (scene->ops != NULL && scene->ops->direct->reclaims);
}

static void
write_values(struct teller *t, const struct sched *s)
{
	const struct scene *scene = stage_scene(t->stage);

	t->watch.count = 0;
	if (scene->scenario->watch != NULL)
		scene->scenario->watch(scene, &t->watch);
	if (has_rcu(scene))
		rcu_ctl_tell(watch_told, &t->watch);
	story_take_words(t->story, &t->watch, s, t->hint);
	story_take_locks(t->story, s);
}

static void
write_ends(struct story *story, const struct sched *s)
{
	sched_set_t stuck = sched_stuck(s);

	for (unsigned i = 0; i < story->tasks; i++) {
		const struct sched_task *t = &s->task[i];

		story->end[i] = (struct story_end){
			.live = (s->live >> i & 1) != 0,
			.stuck = (stuck >> i & 1) != 0,
			.op = t->op,
			.where = t->where,
			.owner = t->wants != NULL ? t->wants->owner : 0,
		};
	}
}

static void
write_failure(struct story *story, const struct sched *s)
{
	if (!s->failure.known)
		return;
	story->failure = (struct story_failure){
		.known = TRUE,
		.task = s->failure.task,
		.inside = s->task[s->failure.task].handlers,
		.where = { s->failure.where },
	};
}

/* Whose step it is, and how deep in interrupts. */
static void
write_step(struct teller *t, const struct sched_step *from, unsigned first_line)
{
	struct story_step *step = &t->story->step[t->story->steps - 1];
	boolean_t line = from->op.task >= first_line;

	step->op = from->op;
	step->where = from->where;
	step->task = from->op.task - (line ? first_line : 0);
	step->inside = t->story->inside[step->task] + line;
}

/* What the step just done was, which shows only now. */
static void
write_outcome(struct teller *t, const struct sched *s)
{
	struct story_step *step = &t->story->step[s->steps - 1];
	sched_set_t me;

	write_step(t, &s->trace[s->steps - 1], s->first_line);
	me = SCHED_BIT(step->task);
	step->returns = step->inside > s->task[step->task].handlers;
	step->woken = t->sleepers & ~s->sleepers & ~me;
	step->sleeps = (s->sleepers & ~t->sleepers & me) != 0;
	if (step->op.kind == SCHED_USER_LOAD ||
	    step->op.kind == SCHED_USER_STORE) {
		step->touched = TRUE;
		memcpy(&step->value, s->arena + step->op.object,
		    sizeof(step->value));
	}
}

static void
look(void *arg)
{
	struct teller *t = arg;
	struct story *story = t->story;
	struct sched *s = stage_sched(t->stage);

	if (s->steps + 1 >= story->room)
		return;
	story->steps = s->steps;
	if (AnnotateIgnoreReadsBegin != NULL)
		AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
	if (s->steps > 0)
		write_outcome(t, s);
	write_values(t, s);
	if (AnnotateIgnoreReadsEnd != NULL)
		AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
	write_ends(story, s);
	write_failure(story, s);
	t->sleepers = s->sleepers;
	for (unsigned i = 0; i < story->tasks; i++)
		story->inside[i] = s->task[i].handlers;
}

/* The step that it died in. */
static void
tell_death(struct attempts *a, struct teller *t, int status)
{
	struct story *story = t->story;

	attempt_mourn(a, status, &story->judgement);
	if (a->note->steps <= story->steps || story->steps + 2 > story->room)
		return;
	story->steps++;
	write_step(t, &a->note->last, story->tasks);
	story_keep_values(story);
}

static void
mark_turns(struct story *story, const struct sched_note *note)
{
	for (unsigned i = 0; i < note->turns && i < note->room; i++)
		if (note->turn[i].step < story->steps)
			story->step[note->turn[i].step].turn = TRUE;
}

struct story *
story_tell(struct attempts *a, const struct sched_turn *turn, unsigned turns)
{
	uint64_t room = a->note->room + 2;
	struct story *story = apart_memory(story_size(room));
	struct teller teller = { .story = story };
	struct sched_policy *policy, *noted;
	struct sched *s;
	int status;

	if (story == NULL)
		need_failed();
	story->room = room;
	story->tasks = attempts_tasks(a) - scenario_lines(a->config.scenario);
	story->cpus = a->config.scenario->tasks;
	story->matters = -1;
	policy = attempts_turns(a);
	sched_replay_set(policy, turn, turns);
	noted = attempts_noted(a, policy);
	status = attempt_fork(a);
	if (status == ATTEMPT_CHILD) {
		teller.stage = attempts_stage(a);
		s = stage_sched(teller.stage);
		s->look = look;
		s->look_arg = &teller;
		story_crash_begin(&teller.crash, story);
		(void)judge_run(&a->judge, noted, 0, &story->judgement);
		apart_leave(STATUS_SOUND);
	}
	if (status != 0)
		tell_death(a, &teller, status);
	mark_turns(story, a->note);
	story_fold(story);
	sched_policy_destroy(noted);
	sched_policy_destroy(policy);
	return story;
}

/* --- What is made of it -------------------------------------------------- */

long
story_waker(const struct story *story, uint64_t step)
{
	unsigned me = story->step[step].task;

	while (step-- > 0) {
		if ((story->step[step].woken >> me & 1) != 0)
			return (long)step;
		if (story->step[step].task == me && story->step[step].sleeps)
			return -1;
	}
	return -1;
}

/* Somebody falls asleep, wakes up, wakes or is interrupted. */
static boolean_t
is_about_others(const struct story_step *step)
{
	switch (step->op.kind) {
	case SCHED_WAIT:
	case SCHED_ASSERT:
	case SCHED_SEND:
	case SCHED_INTERRUPT:
		return TRUE;
	default:
		return step->woken != 0;
	}
}

/* It changes what the scenario tells, neither a lock nor a CPU's own state. */
static boolean_t
changes_much(const struct story *story, uint64_t step)
{
	for (unsigned i = 0; i < story->words; i++)
		if (!story->word[i].lock && story_changed(story, step, i) &&
		    strncmp(story->word[i].name, "cpu ", 4) != 0 &&
		    strstr(story->word[i].name, " lock") == NULL)
			return TRUE;
	return FALSE;
}

/* Few steps in a row are told after all. */
static void
unfold_short(struct story *story, uint64_t begin, uint64_t end)
{
	uint64_t from = begin;

	for (uint64_t i = begin; i <= end; i++) {
		if (i < end && story->step[i].folded)
			continue;
		for (; i - from < FOLD_MIN && from < i; from++)
			story->step[from].folded = FALSE;
		from = i + 1;
	}
}

/* Of a stretch that is longer than that, all but its ends and what it is about:
 * in a short one only what is about others, too. */
static void
fold_between(struct story *story, uint64_t begin, uint64_t end, uint64_t most)
{
	if (end - begin <= most)
		return;
	for (uint64_t i = begin + ALONE_END; i < end - ALONE_END; i++)
		story->step[i].folded =
		    !is_about_others(&story->step[i]) &&
		    (end - begin <= ALONE_LONG || !changes_much(story, i));
	unfold_short(story, begin, end);
}

static boolean_t
changes_nothing(const struct story *story, uint64_t step)
{
	if (story->step[step].woken != 0 || story->step[step].inside != 0)
		return FALSE;
	for (unsigned i = 0; i < story->words; i++)
		if (story_changed(story, step, i))
			return FALSE;
	return TRUE;
}

/* Does one stretch end and another begin with that step? */
static boolean_t
is_apart(const struct story_step *step)
{
	return step->task != step[-1].task || step->inside != step[-1].inside ||
	       step[-1].returns;
}

void
story_fold(struct story *story)
{
	uint64_t begin = 0, idle = 0;

	for (uint64_t i = 1; i <= story->steps; i++) {
		if (i == story->steps || is_apart(&story->step[i])) {
			fold_between(story, begin, i, ALONE_MAX);
			begin = i;
		}
		if (i < story->steps && changes_nothing(story, i))
			continue;
		fold_between(story, idle, i, IDLE_MAX);
		idle = i + 1;
	}
}

int
story_switch(struct attempts *a, const struct sched_turn *turn, unsigned turns,
    uint64_t signature)
{
	struct sched_turn *rest = need_zeroed(turns + 1, sizeof(*rest));
	struct sched_policy *policy = attempts_turns(a);
	struct sched_policy *noted = attempts_noted(a, policy);
	boolean_t apart = a->apart;
	int found = -1;

	a->apart = TRUE;
	for (unsigned i = turns; i-- > 0 && found < 0;) {
		struct judgement judgement;

		memcpy(rest, turn, i * sizeof(*rest));
		memcpy(rest + i, turn + i + 1, (turns - i - 1) * sizeof(*rest));
		sched_replay_set(policy, rest, turns - 1);
		if (attempt(a, noted, 0, &judgement) &&
		    judgement.signature != signature)
			found = (int)i;
	}
	a->apart = apart;
	sched_policy_destroy(noted);
	sched_policy_destroy(policy);
	return found;
}
