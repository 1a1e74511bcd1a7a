/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/search/explain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/need.h"

/* What its step does, and whether it is told to what. */
static const struct verb {
	const char *words;
	boolean_t alone;
} verbs[SCHED_KINDS] = {
	[SCHED_START] = { "begin", TRUE },
	[SCHED_LOCK] = { "take", FALSE },
	[SCHED_TRY] = { "try to take", FALSE },
	[SCHED_UNLOCK] = { "drop", FALSE },
	[SCHED_LOAD] = { "read", FALSE },
	[SCHED_STORE] = { "write", FALSE },
	[SCHED_RMW] = { "read and write", FALSE },
	[SCHED_SWAP] = { "swap", FALSE },
	[SCHED_CAS] = { "compare and swap", FALSE },
	[SCHED_RELAX] = { "spin", TRUE },
	[SCHED_YIELD] = { "yield", TRUE },
	[SCHED_WAIT] = { "sleep on", FALSE },
	[SCHED_WAKE] = { "wake who sleeps on", FALSE },
	[SCHED_IO] = { "use the disk", TRUE },
	[SCHED_RCU_ENTER] = { "begin an RCU section", TRUE },
	[SCHED_RCU_EXIT] = { "end the RCU section", TRUE },
	[SCHED_RCU_RETIRE] = { "ask for a grace period", TRUE },
	[SCHED_RCU_RECLAIM] = { "go on, a grace period being over", TRUE },
	[SCHED_EMPTY] = { "do nothing at", FALSE },
	[SCHED_ASSERT] = { "prepare to sleep on", FALSE },
	[SCHED_SLEEPERS] = { "see who sleeps on", FALSE },
	[SCHED_PLACE] = { "pass a named place", TRUE },
	[SCHED_INSTRUCTION] = { "begin an instruction", TRUE },
	[SCHED_USER_LOAD] = { "load", FALSE },
	[SCHED_USER_STORE] = { "store to", FALSE },
	[SCHED_SEND] = { "interrupt", FALSE },
	[SCHED_INTERRUPT] = { "be interrupted", TRUE },
	[SCHED_ACK] = { "acknowledge by", FALSE },
};

static int
by_code(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const struct source *)a)->code;
	uintptr_t y = (uintptr_t)((const struct source *)b)->code;

	return (x > y) - (x < y);
}

static void
add_place(struct explained *e, const void *where)
{
	if (where != NULL && explain_source(e, where) == NULL) {
		e->source[e->sources++].code = where;
		qsort(e->source, e->sources, sizeof(*e->source), by_code);
	}
}

void
explain_begin(struct explained *e, const struct reproducer *reproducer,
    const struct story *story, const char *replay)
{
	char *prefix = reproducer->ops != NULL
			   ? need_printf("%s_", reproducer->ops->name)
			   : NULL;

	*e = (struct explained){
		.reproducer = reproducer, .story = story, .replay = replay
	};
	e->source = need_zeroed(
	    story->steps + SCHED_TASKS + STORY_FRAMES + 1, sizeof(*e->source));
	for (uint64_t i = 0; i < story->steps; i++)
		add_place(e, story->step[i].where);
	for (unsigned i = 0; i < story->tasks; i++)
		if (story->end[i].live)
			add_place(e, story->end[i].where);
	for (unsigned i = 0; i < STORY_FRAMES; i++)
		add_place(e, story->failure.where[i]);
	if (!source_find(e->source, e->sources, prefix))
		fputs("note: no source lines: llvm-symbolizer (package "
		      "llvm-19) is missing, or this build has none\n",
		    stderr);
	free(prefix);
}

void
explain_free(struct explained *e)
{
	free(e->source);
}

const struct source *
explain_source(const struct explained *e, const void *where)
{
	const struct source key = { .code = where };

	return where != NULL && e->sources > 0
		   ? bsearch(&key, e->source, e->sources, sizeof(key), by_code)
		   : NULL;
}

const char *
explain_task(const struct explained *e, unsigned task, char *name, size_t size)
{
	return story_task(e->story, task, name, size);
}

const struct source *
explain_place(const struct explained *e, uint64_t step)
{
	const struct story *story = e->story;
	const struct story_step *s = &story->step[step];

	if (s->op.kind == SCHED_START)
		return NULL;
	if (s->op.kind != SCHED_INTERRUPT)
		return explain_source(e, s->where);
	for (uint64_t i = step + 1; i < story->steps && !s->returns; i++)
		if (story->step[i].task == s->task)
			return explain_source(e, story->step[i].where);
	return NULL;
}

/* --- Words ---------------------------------------------------------------- */

/* Of an interrupt line, whose it is. */
static void
name_line(char *object, size_t size)
{
	unsigned cpu;

	if (sscanf(object, "cpu %u.", &cpu) == 1)
		snprintf(object, size, "CPU %u", cpu);
}

void
explain_op(const struct explained *e, const struct sched_op *op, char *words,
    size_t size)
{
	const struct verb *verb = &verbs[op->kind];
	char object[WATCH_NAME + 16] = "";

	if (!verb->alone)
		story_object(e->story, op->object, object, sizeof(object));
	if (op->kind == SCHED_SEND)
		name_line(object, sizeof(object));
	snprintf(words, size, "%s%s%s", verb->words,
	    object[0] != '\0' ? " " : "", object);
}

__attribute__((format(printf, 3, 4))) static void
add(char *words, size_t size, const char *format, ...)
{
	size_t used = strlen(words);
	va_list ap;

	va_start(ap, format);
	vsnprintf(words + used, size - used, format, ap);
	va_end(ap);
}

/* What it read, if that has a value. */
static void
add_read(const struct story *story, uint64_t i, char *words, size_t size)
{
	int word = story_word_at(story, story->step[i].op.object);

	if (word >= 0 && story->word[word].valued)
		add(words, size, ": %s", story_value(story, i, (unsigned)word));
}

/* Is that the name of what the step is about? */
static boolean_t
is_named(const struct story *story, uint64_t i, const char *name)
{
	int word = story_word_at(story, story->step[i].op.object);

	return word >= 0 && strcmp(story->word[word].name, name) == 0;
}

/* A sleep lock, whose every use is one step. */
static boolean_t
is_lock(const struct story *story, uint64_t i)
{
	int word = story_word_at(story, story->step[i].op.object);
	const char *name = word >= 0 ? story->word[word].name : "";
	size_t length = strlen(name);

	return length > 5 && strcmp(name + length - 5, " lock") == 0;
}

/* Before which of its own steps, and who has asked for it. */
static void
say_interrupt(const struct explained *e, uint64_t i, char *words, size_t size)
{
	const struct story *story = e->story;
	const struct story_step *step = &story->step[i];
	char name[16];
	uint64_t next = i + 1, by = i;

	while (next < story->steps &&
	       (story->step[next].task != step->task ||
		   story->step[next].inside >= step->inside))
		next++;
	while (by-- > 0)
		if (story->step[by].op.kind == SCHED_SEND &&
		    story->step[by].op.object == step->op.object)
			break;
	if (by < i)
		add(words, size, " by %s, step %llu",
		    explain_task(e, story->step[by].task, name, sizeof(name)),
		    (unsigned long long)by);
	if (next < story->steps)
		add(words, size, ", before step %llu",
		    (unsigned long long)next);
}

/* Sleep, and its end, which is a step by who was woken. */
static void
say_sleep(const struct explained *e, uint64_t i, char *words, size_t size)
{
	const struct story_step *step = &e->story->step[i];
	char object[WATCH_NAME + 16], name[16];
	long waker = story_waker(e->story, i);

	story_object(e->story, step->op.object, object, sizeof(object));
	if (step->op.kind == SCHED_ASSERT) {
		if (!step->sleeps)
			snprintf(
			    words, size, "not sleep on %s after all", object);
		return;
	}
	snprintf(words, size, "wake up%s%s",
	    strcmp(object, "RCU") != 0 ? " from " : "",
	    strcmp(object, "RCU") != 0 ? object : "");
	if (waker >= 0)
		add(words, size, ", woken by %s in step %ld",
		    explain_task(
			e, e->story->step[waker].task, name, sizeof(name)),
		    waker);
}

void
explain_step(const struct explained *e, uint64_t i, char *words, size_t size)
{
	const struct story_step *step = &e->story->step[i];
	boolean_t done = (step->op.flags & SCHED_OP_CHANGED) != 0;
	boolean_t last = i + 1 == e->story->steps;

	explain_op(e, &step->op, words, size);
	switch (step->op.kind) {
	case SCHED_RMW:
		if (is_lock(e->story, i))
			snprintf(words, size, "use %s",
			    e->story
				->word[story_word_at(e->story, step->op.object)]
				.name);
		break;
	case SCHED_LOAD:
		if (is_named(e->story, i, "RCU"))
			snprintf(words, size,
			    "see whether the grace period is over");
		else
			add_read(e->story, i, words, size);
		break;
	case SCHED_TRY:
	case SCHED_CAS:
		if (!done && !last)
			add(words, size, ", in vain");
		break;
	case SCHED_WAKE:
		if (!done && !last)
			add(words, size, ": nobody");
		break;
	case SCHED_USER_LOAD:
	case SCHED_USER_STORE:
		if (step->touched)
			add(words, size, ": %#llx",
			    (unsigned long long)step->value);
		break;
	case SCHED_RCU_RECLAIM:
		if (is_named(e->story, i, "RCU callbacks"))
			snprintf(words, size, "the callback has run");
		break;
	case SCHED_INTERRUPT:
		say_interrupt(e, i, words, size);
		break;
	case SCHED_ASSERT:
	case SCHED_WAIT:
		say_sleep(e, i, words, size);
		break;
	default:
		break;
	}
}

void
explain_woken(const struct explained *e, uint64_t i, char *words, size_t size)
{
	char name[16];

	words[0] = '\0';
	for (sched_set_t set = e->story->step[i].woken; set != 0;
	     set &= set - 1)
		add(words, size, "%s%s", words[0] == '\0' ? "wakes " : ", ",
		    explain_task(
			e, (unsigned)__builtin_ctzll(set), name, sizeof(name)));
}

/* By what address, if that is what it died of. */
static void
say_fault(const struct explained *e, char *words, size_t size)
{
	const struct story_failure *failure = &e->story->failure;
	const char *access = failure->jump    ? "jump to"
			     : failure->write ? "write at"
					      : "read at";
	char object[WATCH_NAME + 16];

	story_object(e->story, failure->object, object, sizeof(object));
	switch (failure->fault) {
	case FAULT_NULL:
		add(words, size, ": %s NULL + %u", access, failure->behind);
		break;
	case FAULT_FREED:
		add(words, size, ": by a pointer that lay in freed memory");
		break;
	case FAULT_STACK:
		add(words, size, ": its stack is full");
		break;
	case FAULT_WILD:
		if (object[0] != '\0' && object[0] != '+')
			add(words, size, ": %s %s", access, object);
		else
			add(words, size, ": by a wild pointer");
		break;
	case FAULT_NONE:
		break;
	}
}

boolean_t
explain_failure(const struct explained *e, char *words, size_t size)
{
	const struct story *story = e->story;

	if (!story->failure.known || story->judgement.verdict == SCHED_RACE)
		return FALSE;
	snprintf(words, size, "%s", story->judgement.text);
	say_fault(e, words, size);
	return TRUE;
}

const struct source *
explain_failure_place(const struct explained *e)
{
	for (unsigned i = 0; i < STORY_FRAMES; i++) {
		const struct source *source =
		    explain_source(e, e->story->failure.where[i]);

		if (source != NULL && source->file[0] != '\0')
			return source;
	}
	return NULL;
}

/* What somebody waits for who waits for ever. */
static void
add_stuck(const struct explained *e, unsigned task, char *words, size_t size)
{
	const struct story_end *end = &e->story->end[task];
	char does[120], name[16];

	explain_op(e, &end->op, does, sizeof(does));
	add(words, size, "; %s: %s", explain_task(e, task, name, sizeof(name)),
	    does);
	if (end->owner != 0)
		add(words, size, ", which %s holds",
		    explain_task(e, end->owner - 1, name, sizeof(name)));
	else
		add(words, size, ", for ever");
}

void
explain_verdict(const struct explained *e, char *words, size_t size)
{
	const struct story *story = e->story;
	char stuck[400] = "";

	for (unsigned i = 0; i < story->tasks; i++)
		if (story->end[i].live && story->end[i].stuck)
			add_stuck(e, i, stuck, sizeof(stuck));
	snprintf(words, size, "%s",
	    stuck[0] != '\0' ? stuck + 2 : story->judgement.text);
}
