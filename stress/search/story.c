/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The main stack looks on between the steps (sched_visit) and writes down what
 * every word is.  What a step has done is there when the next one is about to
 * be picked: its task has by then reached its next point.
 */
#include "stress/search/story.h"

#include <stdio.h>
#include <string.h>

#include "pmap_sim/sched/engine.h"
#include "stress/apart.h"
#include "stress/need.h"
#include "stress/verdict.h"

#define ALONE_MAX 7 /* steps of one task that are not folded */
#define NOT_THERE "not there"
#define ALONE_END 2 /* of a longer stretch: those told at either end */

/* Reads of the main stack that race with nobody: nobody runs. */
extern void AnnotateIgnoreReadsBegin(const char *, int) __attribute__((weak));
extern void AnnotateIgnoreReadsEnd(const char *, int) __attribute__((weak));

struct teller {
	struct story *story;
	struct stage *stage;
	struct watch watch;
};

size_t
story_size(uint64_t room)
{
	return sizeof(struct story) +
	       room * (sizeof(struct story_step) + WATCH_MAX * WATCH_TEXT);
}

static char *
value(const struct story *story, uint64_t step, unsigned word)
{
	char *values = (char *)(story->step + story->room);

	return values + (step * WATCH_MAX + word) * WATCH_TEXT;
}

const char *
story_value(const struct story *story, uint64_t step, unsigned word)
{
	return value(story, step, word);
}

/* --- Words --------------------------------------------------------------- */

/* What is so far behind the beginning of a word; of an array, whose name ends
 * in [0..N], of the element it is in. */
static void
name_within(const struct story_word *w, uint32_t at, char *name, size_t size)
{
	const char *bracket = strstr(w->name, "[0..");
	unsigned last = 0, element;
	char rest[16];

	if (bracket == NULL || sscanf(bracket, "[0..%u]", &last) != 1) {
		snprintf(rest, sizeof(rest), "+%u", at);
		snprintf(name, size, "%s%s", w->name, at != 0 ? rest : "");
		return;
	}
	element = w->size / (last + 1);
	snprintf(rest, sizeof(rest), "+%u", at % element);
	snprintf(name, size, "%.*s[%u]%s", (int)(bracket - w->name), w->name,
	    at / element, at % element != 0 ? rest : "");
}

/* One whole, or a part of one that has a name. */
void
story_object(
    const struct story *story, uint32_t object, char *name, size_t size)
{
	const struct story_word *within = NULL;

	name[0] = '\0';
	if (object == 0)
		return;
	for (unsigned i = 0; i < story->words; i++) {
		const struct story_word *w = &story->word[i];

		if (w->object == object && strstr(w->name, "[0..") == NULL &&
		    (w->valued || w->size <= 64)) {
			snprintf(name, size, "%s", w->name);
			return;
		}
		if (w->object != 0 && object - w->object < w->size &&
		    (within == NULL || w->size < within->size))
			within = w;
	}
	if (within != NULL)
		name_within(within, object - within->object, name, size);
	else
		snprintf(name, size, "+%u", object);
}

static uint32_t
object_at(const struct sched *s, const volatile void *at)
{
	return at != NULL ? (uint32_t)((const volatile char *)at - s->arena)
			  : 0;
}

/* The word of that name; made if it is new, with nothing said of it so far.
 * NULL: there is no room. */
static struct story_word *
word_named(struct story *story, const char *name)
{
	for (unsigned i = 0; i < story->words; i++)
		if (strcmp(story->word[i].name, name) == 0)
			return &story->word[i];
	if (story->words == WATCH_MAX)
		return NULL;
	for (uint64_t n = 0; n < story->steps; n++)
		strcpy(value(story, n, story->words), NOT_THERE);
	snprintf(story->word[story->words].name, WATCH_NAME, "%s", name);
	return &story->word[story->words++];
}

/* What the scenario says at this look; of what it does not mention, that. */
static void
take_words(struct teller *t, const struct sched *s)
{
	struct story *story = t->story;

	for (unsigned i = 0; i < story->words; i++)
		strcpy(value(story, story->steps, i), NOT_THERE);
	for (unsigned i = 0; i < t->watch.count; i++) {
		const struct watch_value *v = &t->watch.value[i];
		struct story_word *word = word_named(story, v->name);

		if (word == NULL)
			continue;
		word->object = object_at(s, v->at);
		word->size = (uint32_t)v->size;
		word->valued |= v->text[0] != '\0';
		memcpy(
		    value(story, story->steps, (unsigned)(word - story->word)),
		    v->text, WATCH_TEXT);
	}
}

/* A lock that somebody is about to use: under its name, if it has one to
 * itself, or under that of what it is part of. */
static void
meet_lock(struct story *story, uint32_t object)
{
	struct story_word *word = NULL;
	char part[WATCH_NAME - 5], name[WATCH_NAME];

	for (unsigned i = 0; word == NULL && i < story->words; i++)
		if (story->word[i].object == object &&
		    (story->word[i].lock || !story->word[i].valued))
			word = &story->word[i];
	if (word == NULL) {
		story_object(story, object, part, sizeof(part));
		snprintf(name, sizeof(name), "%s%s",
		    part[0] == '+' ? "lock " : "", part);
		word = word_named(story, name);
		if (word == NULL)
			return;
		word->object = object;
		word->size = 1;
	}
	if (word->lock)
		return;
	/* Nobody had it before. */
	word->lock = word->valued = TRUE;
	for (uint64_t n = 0; n < story->steps; n++)
		strcpy(value(story, n, (unsigned)(word - story->word)), "free");
}

static void
write_lock(const struct sched *s, const struct story_word *word, char *text)
{
	const struct sched_lock *l = (const void *)(s->arena + word->object);
	size_t used = 0;

	if (l->owner == 0 || l->owner > s->config.tasks) {
		snprintf(text, WATCH_TEXT,
		    l->owner == 0 ? "free" : "is no lock any more");
		return;
	}
	used = (size_t)snprintf(text, WATCH_TEXT, "CPU %u", l->owner - 1);
	for (sched_set_t set = l->wanted; set != 0; set &= set - 1)
		if (used < WATCH_TEXT)
			used += (size_t)snprintf(text + used, WATCH_TEXT - used,
			    set == l->wanted ? ", awaited by CPU %u" : ", %u",
			    (unsigned)__builtin_ctzll(set));
}

/* --- Looking on ---------------------------------------------------------- */

static boolean_t
uses_lock(const struct sched_op *op)
{
	return op->kind == SCHED_LOCK || op->kind == SCHED_TRY ||
	       op->kind == SCHED_UNLOCK;
}

static void
write_values(struct teller *t, const struct sched *s)
{
	struct story *story = t->story;
	const struct scene *scene = stage_scene(t->stage);

	t->watch.count = 0;
	if (scene->scenario->watch != NULL)
		scene->scenario->watch(scene, &t->watch);
	take_words(t, s);
	for (unsigned i = 0; i < s->config.tasks; i++)
		if (uses_lock(&s->task[i].op))
			meet_lock(story, s->task[i].op.object);
	for (unsigned i = 0; i < story->words; i++)
		if (story->word[i].lock)
			write_lock(
			    s, &story->word[i], value(story, story->steps, i));
}

static void
write_ends(struct story *story, const struct sched *s)
{
	sched_set_t stuck = sched_stuck(s);

	for (unsigned i = 0; i < s->config.tasks; i++) {
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
look(void *arg)
{
	struct teller *t = arg;
	struct story *story = t->story;
	struct sched *s = stage_sched(t->stage);

	if (s->steps + 1 >= story->room)
		return;
	story->steps = s->steps;
	if (s->steps > 0) {
		story->step[s->steps - 1].op = s->trace[s->steps - 1].op;
		story->step[s->steps - 1].where = s->trace[s->steps - 1].where;
	}
	if (AnnotateIgnoreReadsBegin != NULL)
		AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
	write_values(t, s);
	if (AnnotateIgnoreReadsEnd != NULL)
		AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
	write_ends(story, s);
}

/* The step that it died in. */
static void
tell_death(struct attempts *a, struct story *story, int status)
{
	unsigned words = story->words;

	attempt_mourn(a, status, &story->judgement);
	if (a->note->steps <= story->steps || story->steps + 2 > story->room)
		return;
	story->step[story->steps].op = a->note->last.op;
	story->step[story->steps].where = a->note->last.where;
	story->steps++;
	for (unsigned i = 0; i < words; i++)
		memcpy(value(story, story->steps, i),
		    value(story, story->steps - 1, i), WATCH_TEXT);
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
	story->tasks = attempts_tasks(a);
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
		(void)judge_run(&a->judge, noted, 0, &story->judgement);
		apart_leave(STATUS_SOUND);
	}
	if (status != 0)
		tell_death(a, story, status);
	mark_turns(story, a->note);
	story_fold(story);
	sched_policy_destroy(noted);
	sched_policy_destroy(policy);
	return story;
}

/* --- What is made of it -------------------------------------------------- */

boolean_t
story_changed(const struct story *story, uint64_t step, unsigned word)
{
	return story->word[word].valued &&
	       strcmp(story_value(story, step, word),
		   story_value(story, step + 1, word)) != 0;
}

void
story_fold(struct story *story)
{
	uint64_t begin = 0;

	for (uint64_t i = 1; i <= story->steps; i++) {
		if (i < story->steps &&
		    story->step[i].op.task == story->step[begin].op.task)
			continue;
		if (i - begin > ALONE_MAX)
			for (uint64_t j = begin + ALONE_END; j < i - ALONE_END;
			     j++)
				story->step[j].folded = TRUE;
		begin = i;
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
