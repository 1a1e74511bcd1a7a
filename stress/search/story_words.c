/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What things are called, and what they are before each step.
 *
 * An address has the name of the least thing told that it is in.
 */
#include <stdio.h>
#include <string.h>

#include "pmap_sim/sched/engine.h"
#include "pmap_sim/unseen.h"
#include "stress/search/story.h"

#define NOT_THERE "not there"
#define NO_LOCK   "is no lock any more"

size_t
story_size(uint64_t room)
{
	return sizeof(struct story) +
	       room * (sizeof(struct story_step) + STORY_VALUES * WATCH_TEXT);
}

static char *
value(const struct story *story, uint64_t step, unsigned column)
{
	char *values = (char *)(story->step + story->room);

	return values + (step * STORY_VALUES + column) * WATCH_TEXT;
}

const char *
story_value(const struct story *story, uint64_t step, unsigned word)
{
	return story->word[word].valued
		   ? value(story, step, story->word[word].column)
		   : "";
}

boolean_t
story_changed(const struct story *story, uint64_t step, unsigned word)
{
	return story->word[word].valued &&
	       strcmp(story_value(story, step, word),
		   story_value(story, step + 1, word)) != 0;
}

static boolean_t
absent(const struct story *story, uint64_t step, unsigned word)
{
	return strcmp(story_value(story, step, word), NOT_THERE) == 0;
}

/* "object 2" of "object 2.flags" and "object 2's hash entry". */
static boolean_t
within(const struct story_word *part, const struct story_word *whole)
{
	size_t length = strlen(whole->name);

	return strncmp(part->name, whole->name, length) == 0 &&
	       (part->name[length] == '.' || part->name[length] == '\'');
}

boolean_t
story_part(
    const struct story *story, uint64_t from, uint64_t until, unsigned word)
{
	for (unsigned i = 0; i < story->words; i++)
		if (story->word[i].valued && i != word &&
		    within(&story->word[word], &story->word[i]) &&
		    absent(story, from, i) != absent(story, until, i))
			return TRUE;
	return FALSE;
}

boolean_t
story_uses(const struct story *story, unsigned word)
{
	const struct story_word *w = &story->word[word];

	if (!w->valued)
		return FALSE;
	for (uint64_t i = 0; i < story->steps; i++)
		if (story_changed(story, i, word) ||
		    (w->object != 0 && story->step[i].op.object == w->object))
			return TRUE;
	return FALSE;
}

const char *
story_task(const struct story *story, unsigned task, char *name, size_t size)
{
	if (task < story->cpus)
		snprintf(name, size, "CPU %u", task);
	else
		snprintf(name, size, "reclaimer");
	return name;
}

/* --- Names ---------------------------------------------------------------- */

/* Of an array, whose name has [0..N] in it: how many it has, and where the
 * bracket is; else 1, and NULL. */
static unsigned
elements(const struct story_word *w, const char **bracket)
{
	unsigned last = 0;

	*bracket = strstr(w->name, "[0..");
	if (*bracket != NULL && sscanf(*bracket, "[0..%u]", &last) != 1)
		*bracket = NULL;
	return last + 1;
}

/* How much of memory the word claims when it is asked for that address; 0: it
 * has nothing to do with it. */
static uint32_t
claims(const struct story_word *w, uint32_t object)
{
	const char *bracket;
	unsigned count = elements(w, &bracket);
	uint32_t size = w->size / count;

	if (w->object == 0 || object - w->object >= w->size)
		return 0;
	if (bracket != NULL && strchr(bracket, ']')[1] != '\0')
		/* A part of each: there or not. */
		return (object - w->object) % size == 0 ? 1 : 0;
	return size;
}

/* The word with the least claim, rather one that has a value; NULL: none. */
static const struct story_word *
best_word(const struct story *story, uint32_t object)
{
	const struct story_word *best = NULL;
	uint32_t least = UINT32_MAX;

	for (unsigned i = 0; i < story->words; i++) {
		uint32_t size = claims(&story->word[i], object);

		if (size == 0 || size > least)
			continue;
		if (size < least || (story->word[i].valued && !best->valued)) {
			least = size;
			best = &story->word[i];
		}
	}
	return best;
}

void
story_object(
    const struct story *story, uint32_t object, char *name, size_t size)
{
	const struct story_word *w = best_word(story, object);
	char rest[16] = "", index[16] = "";
	const char *bracket;
	unsigned count;
	uint32_t at, each;

	name[0] = '\0';
	if (object == 0)
		return;
	if (w == NULL) {
		snprintf(name, size, "+%u", object);
		return;
	}
	count = elements(w, &bracket);
	each = w->size / count;
	at = object - w->object;
	if (at % each != 0)
		snprintf(rest, sizeof(rest), "+%u", at % each);
	if (bracket == NULL) {
		snprintf(name, size, "%s%s", w->name, rest);
		return;
	}
	if (count > 1)
		snprintf(index, sizeof(index), "[%u]", at / each);
	snprintf(name, size, "%.*s%s%s%s", (int)(bracket - w->name), w->name,
	    index, strchr(bracket, ']') + 1, rest);
}

int
story_word_at(const struct story *story, uint32_t object)
{
	const struct story_word *w = best_word(story, object);

	if (object == 0 || w == NULL || w->object != object ||
	    strstr(w->name, "[0..") != NULL)
		return -1;
	return (int)(w - story->word);
}

/* The word of that name; made if it is new.  NULL: there is no room. */
static struct story_word *
word_named(struct story *story, const char *name, unsigned *hint)
{
	struct story_word *word = story->word;

	if (*hint < story->words && strcmp(word[*hint].name, name) == 0)
		return &word[*hint];
	for (*hint = 0; *hint < story->words; ++*hint)
		if (strcmp(word[*hint].name, name) == 0)
			return &word[*hint];
	if (story->words == STORY_WORDS)
		return NULL;
	snprintf(word[*hint].name, WATCH_NAME, "%s", name);
	story->words++;
	return &word[*hint];
}

/* --- Values --------------------------------------------------------------- */

/* From now on it has one; so far it was that.  FALSE: there is no room. */
static boolean_t
word_value(struct story *story, struct story_word *word, const char *so_far)
{
	if (word->valued)
		return TRUE;
	if (story->values == STORY_VALUES)
		return FALSE;
	word->column = story->values++;
	word->valued = TRUE;
	for (uint64_t n = 0; n <= story->steps; n++)
		strcpy(value(story, n, word->column), so_far);
	return TRUE;
}

static uint32_t
object_at(const struct sched *s, const volatile void *at)
{
	return at != NULL ? (uint32_t)((const volatile char *)at - s->arena)
			  : 0;
}

/* Of what the scenario does not mention: that. */
void
story_take_words(struct story *story, const struct watch *watch,
    const struct sched *s, unsigned *hint)
{
	for (unsigned i = 0; i < story->words; i++) {
		story->word[i].told = FALSE;
		if (story->word[i].valued)
			strcpy(
			    value(story, story->steps, story->word[i].column),
			    NOT_THERE);
	}
	for (unsigned i = 0; i < watch->count; i++) {
		const struct watch_value *v = &watch->value[i];
		struct story_word *word = word_named(story, v->name, &hint[i]);

		if (word == NULL)
			continue;
		word->object = object_at(s, v->at);
		word->size = (uint32_t)v->size;
		word->told = TRUE;
		if (v->text[0] != '\0' && word_value(story, word, NOT_THERE))
			memcpy(value(story, story->steps, word->column),
			    v->text, WATCH_TEXT);
	}
}

/* A lock that somebody is about to use. */
static void
meet_lock(struct story *story, uint32_t object)
{
	int at = story_word_at(story, object);
	struct story_word *word = at >= 0 ? &story->word[at] : NULL;
	char part[WATCH_NAME - 5], name[WATCH_NAME];
	unsigned hint = 0;

	if (word != NULL && word->lock)
		return;
	if (word == NULL || word->valued) {
		story_object(story, object, part, sizeof(part));
		snprintf(name, sizeof(name), "%s%s",
		    part[0] == '+' || word != NULL ? "lock " : "", part);
		word = word_named(story, name, &hint);
		if (word == NULL)
			return;
		word->object = object;
		word->size = 1;
	}
	/* Nobody had it before. */
	word->lock = word_value(story, word, "free");
}

/* It may be where no memory is any more. */
UNSEEN_BEGIN

static void
write_lock(const struct story *story, const struct sched *s,
    const struct story_word *word, char *text)
{
	const struct sched_lock *l = (const void *)(s->arena + word->object);
	unsigned owner = l->owner - 1;
	char name[16];
	size_t used;

	if (l->owner == 0 || owner >= story->tasks) {
		if (!word->told && word->size > 1)
			return; /* what it was in is not there */
		strcpy(text, l->owner == 0 ? "free" : NO_LOCK);
		return;
	}
	story_task(story, owner, name, sizeof(name));
	used = (size_t)snprintf(text, WATCH_TEXT, "%s", name);
	for (sched_set_t set = l->wanted; set != 0; set &= set - 1) {
		story_task(
		    story, (unsigned)__builtin_ctzll(set), name, sizeof(name));
		if (used < WATCH_TEXT)
			used += (size_t)snprintf(text + used, WATCH_TEXT - used,
			    set == l->wanted ? ", awaited by %s" : ", %s",
			    name);
	}
}

UNSEEN_END

static boolean_t
uses_lock(const struct sched_op *op)
{
	return op->kind == SCHED_LOCK || op->kind == SCHED_TRY ||
	       op->kind == SCHED_UNLOCK;
}

void
story_take_locks(struct story *story, const struct sched *s)
{
	for (unsigned i = 0; i < s->config.tasks; i++)
		if (uses_lock(&s->task[i].op))
			meet_lock(story, s->task[i].op.object);
	for (unsigned i = 0; i < story->words; i++)
		if (story->word[i].lock)
			write_lock(story, s, &story->word[i],
			    value(story, story->steps, story->word[i].column));
}

void
story_keep_values(struct story *story)
{
	memcpy(value(story, story->steps, 0), value(story, story->steps - 1, 0),
	    STORY_VALUES * WATCH_TEXT);
}
