/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An execution on paper: time goes down, a column is a CPU.
 *
 *	step  CPU 0                          CPU 1
 *	   1  read balance
 *	        account_task, kernel.c:18
 *	        int balance = sync_load(...);
 *	----  CPU 1 instead of CPU 0: a preemption, and the one that matters
 *	   2                                 ...
 *
 * Below each step stands what it changed.  What a CPU does while it is
 * interrupted stands in its column, behind a bar.  There are no addresses, no
 * colours, and one width: two replays of one file differ in nothing.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "stress/parse.h"
#include "stress/search/explain.h"

#define NUMBER   6   /* columns of the step's number */
#define PAPER    118 /* all of it */
#define WIDE     54  /* one CPU's column, at most */
#define NARROW   24  /* and at least */
#define CELL_MAX 400

struct sheet {
	FILE *out;
	const struct explained *e;
	unsigned width; /* of a CPU's column */
};

/* Where to break a text that is longer than room: behind a word, if one ends
 * in its second half, but not behind an arrow. */
static int
line_end(const char *text, int room)
{
	int end = room;

	if ((int)strlen(text) <= room)
		return (int)strlen(text);
	while (end > room / 2 && (text[end] != ' ' || text[end - 1] == '>'))
		end--;
	return end > room / 2 ? end : room;
}

/*
 * From that CPU's column on: nobody else says anything in these lines.  inside:
 * so many bars before it; more: what continues a line that is too long begins
 * with so many blanks, or, if it is 0, is left out.
 */
static void
cell_text(const struct sheet *sheet, const char *number, unsigned task,
    unsigned inside, int more, char *text)
{
	int room = (int)(PAPER - NUMBER - task * sheet->width - 2 * inside);
	int indent = 0;

	if (room < WIDE)
		room = WIDE;
	if (more == 0 && (int)strlen(text) > room)
		strcpy(text + room - 3, "...");
	do {
		int end = line_end(text, room - indent);

		fprintf(sheet->out, "%4s  %*s", number,
		    (int)(task * sheet->width), "");
		for (unsigned i = 0; i < inside; i++)
			fputs("| ", sheet->out);
		fprintf(sheet->out, "%*s%.*s\n", indent, "", end, text);
		text += end + (text[end] == ' ');
		number = "";
		indent = more;
	} while (*text != '\0');
}

__attribute__((format(printf, 6, 7))) static void
cell(const struct sheet *sheet, const char *number, unsigned task,
    unsigned inside, int more, const char *format, ...)
{
	char text[CELL_MAX];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	cell_text(sheet, number, task, inside, more, text);
}

static void
rule(const struct sheet *sheet, char mark, const char *text)
{
	unsigned width = NUMBER + sheet->width * sheet->e->story->tasks;
	int used =
	    fprintf(sheet->out, "%c%c%c%c  %s ", mark, mark, mark, mark, text);

	while (used++ < (int)width)
		fputc(mark, sheet->out);
	fputc('\n', sheet->out);
}

static void
head(const struct sheet *sheet)
{
	const struct story *story = sheet->e->story;
	char name[16];

	fputs("step  ", sheet->out);
	for (unsigned i = 0; i < story->tasks; i++) {
		explain_task(sheet->e, i, name, sizeof(name));
		fprintf(sheet->out, i + 1 < story->tasks ? "%-*s" : "%.*s\n",
		    (int)sheet->width, name);
	}
}

/* --- Steps --------------------------------------------------------------- */

static void
place(const struct sheet *sheet, unsigned task, unsigned inside,
    const struct source *source)
{
	char line[16] = "";

	if (source == NULL || source->file[0] == '\0')
		return;
	if (source->line != 0)
		snprintf(line, sizeof(line), ":%u", source->line);
	cell(sheet, "", task, inside, 0, "  %s, %s%s", source->function,
	    strrchr(source->file, '/') != NULL ? strrchr(source->file, '/') + 1
					       : source->file,
	    line);
	if (source->text[0] != '\0')
		cell(sheet, "", task, inside, 0, "  | %s", source->text);
}

/* What changed between the state before step `from` and that before `until`. */
static void
changes(const struct sheet *sheet, unsigned task, unsigned inside,
    uint64_t from, uint64_t until)
{
	const struct story *story = sheet->e->story;

	for (unsigned i = 0; i < story->words; i++) {
		const char *before = story_value(story, from, i);
		const char *after = story_value(story, until, i);

		if (strcmp(before, after) != 0 &&
		    !story_part(story, from, until, i))
			cell(sheet, "", task, inside, 5, "  => %s: %s -> %s",
			    story->word[i].name, before, after);
	}
}

/* A switch to another task than would be usual is said in a line, and so is an
 * interrupt. */
static void
switched(const struct sheet *sheet, uint64_t i)
{
	const struct story *story = sheet->e->story;
	const struct story_step *step = &story->step[i];
	bool matters = story->matters == (long)i;
	bool interrupt = step->op.kind == SCHED_INTERRUPT;
	bool goes_on = i > 0 && step->task == step[-1].task;
	bool preempts = (step->op.flags & SCHED_OP_PREEMPT) != 0 && !goes_on;
	char text[CELL_MAX], name[16], other[16];

	if (goes_on && !matters && !interrupt)
		return;
	explain_task(sheet->e, step->task, name, sizeof(name));
	if (i > 0)
		explain_task(sheet->e, step[-1].task, other, sizeof(other));
	if (interrupt)
		snprintf(text, sizeof(text), "%s is interrupted%s%s", name,
		    preempts ? ", which preempts " : "", preempts ? other : "");
	else if (preempts)
		snprintf(text, sizeof(text), "%s preempts %s", name, other);
	else if (step->turn)
		snprintf(text, sizeof(text), "%s is chosen", name);
	else {
		if (i > 0)
			fputc('\n', sheet->out);
		return;
	}
	if (matters)
		strcat(text, ": THE SWITCH THAT MATTERS");
	rule(sheet, matters ? '=' : '-', text);
}

static void
tell_step(const struct sheet *sheet, uint64_t i)
{
	const struct story_step *step = &sheet->e->story->step[i];
	char number[24], words[CELL_MAX], name[16];

	snprintf(number, sizeof(number), "%llu", (unsigned long long)i);
	explain_step(sheet->e, i, words, sizeof(words));
	cell(sheet, number, step->task, step->inside, 2, "%s", words);
	place(sheet, step->task, step->inside, explain_place(sheet->e, i));
	changes(sheet, step->task, step->inside, i, i + 1);
	explain_woken(sheet->e, i, words, sizeof(words));
	if (words[0] != '\0')
		cell(sheet, "", step->task, step->inside, 5, "  => %s", words);
	if (!step->returns)
		return;
	snprintf(words, sizeof(words), "%s returns from the interrupt",
	    explain_task(sheet->e, step->task, name, sizeof(name)));
	rule(sheet, '-', words);
}

/* From the first folded step; returns the first that is not. */
static uint64_t
tell_folded(const struct sheet *sheet, uint64_t i)
{
	const struct story *story = sheet->e->story;
	const struct story_step *step = &story->step[i];
	uint64_t until = i;
	bool alone = true;
	char name[16];

	for (; until < story->steps && story->step[until].folded; until++)
		alone &= story->step[until].task == step->task;
	if (alone)
		cell(sheet, "...", step->task, step->inside, 2,
		    "%llu steps of %s alone", (unsigned long long)(until - i),
		    explain_task(sheet->e, step->task, name, sizeof(name)));
	else
		cell(sheet, "...", 0, 0, 2, "%llu steps that change nothing",
		    (unsigned long long)(until - i));
	changes(sheet, step->task, step->inside, i, until);
	return until;
}

/* --- The end ------------------------------------------------------------- */

static void
stuck(const struct sheet *sheet)
{
	const struct story *story = sheet->e->story;
	char words[CELL_MAX], owner[16];

	for (unsigned i = 0; i < story->tasks; i++) {
		const struct story_end *end = &story->end[i];

		if (!end->live || !end->stuck)
			continue;
		explain_op(sheet->e, &end->op, words, sizeof(words));
		if (end->owner != 0)
			cell(sheet, "stop", i, 0, 2, "%s, which %s holds",
			    words,
			    explain_task(sheet->e, end->owner - 1, owner,
				sizeof(owner)));
		else
			cell(sheet, "stop", i, 0, 2, "%s, for ever", words);
		place(sheet, i, 0, explain_source(sheet->e, end->where));
	}
}

/* Who failed, and where. */
static void
failed(const struct sheet *sheet)
{
	const struct story_failure *failure = &sheet->e->story->failure;
	char words[CELL_MAX];

	if (!explain_failure(sheet->e, words, sizeof(words)))
		return;
	cell(sheet, "fail", failure->task, failure->inside, 2, "%s", words);
	place(sheet, failure->task, failure->inside,
	    explain_failure_place(sheet->e));
}

/* Of what the story is about; not a lock that is nobody's. */
static void
values(const struct sheet *sheet)
{
	const struct story *story = sheet->e->story;
	int used = 0;

	for (unsigned i = 0; i < story->words; i++) {
		const char *name = story->word[i].name;
		const char *value = story_value(story, story->steps, i);
		int length = (int)(strlen(name) + strlen(value)) + 4;

		if (!story_uses(story, i) || strcmp(value, "free") == 0 ||
		    strcmp(value, "not there") == 0)
			continue;
		if (used == 0)
			fputs("at the end  ", sheet->out);
		else if (used + length > PAPER)
			fputs(";\n            ", sheet->out);
		else
			fputs("; ", sheet->out);
		used = used == 0 || used + length > PAPER ? 12 + length
							  : used + length;
		fprintf(sheet->out, "%s: %s", name, value);
	}
	if (used > 0)
		fputc('\n', sheet->out);
}

static void
title(FILE *out, const struct reproducer *r)
{
	char *as_found = as_found_words(r->as_found);
	char rcu[RCU_MODEL_WORDS], story[SCENARIO_STORY];

	scenario_story(r->scenario, story);
	fprintf(out, "%s: %s\n", r->scenario->name, story);
	if (r->scenario->wrong != NULL)
		fprintf(out, "known to be wrong: %s\n", r->scenario->wrong);
	if (r->ops != NULL)
		fprintf(out, "under strategy %s%s%s\n", r->ops->name,
		    *as_found != '\0' ? ", as found: " : "", as_found);
	rcu_model_words(&r->rcu, rcu);
	if (!rcu_model_is_usual(&r->rcu))
		fprintf(out, "RCU as in: %s\n", rcu);
	fputc('\n', out);
	free(as_found);
}

void
explain_text(FILE *out, const struct explained *e, boolean_t all)
{
	const struct story *story = e->story;
	struct sheet sheet = { .out = out, .e = e };

	sheet.width = (PAPER - NUMBER) / story->tasks;
	sheet.width = sheet.width > WIDE ? WIDE : sheet.width;
	sheet.width = sheet.width < NARROW ? NARROW : sheet.width;
	title(out, e->reproducer);
	head(&sheet);
	for (uint64_t i = 0; i < story->steps;) {
		switched(&sheet, i);
		if (story->step[i].folded && !all)
			i = tell_folded(&sheet, i);
		else
			tell_step(&sheet, i++);
	}
	stuck(&sheet);
	failed(&sheet);
	fputc('\n', out);
	values(&sheet);
}
