/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A story as data, and the page that is drawn from it: stress/search/
 * explain.html, which is part of the program, with the data in its midst.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "stress/need.h"
#include "stress/parse.h"
#include "stress/records.h"
#include "stress/search/explain.h"

#define AROUND 7 /* lines of an excerpt before and after */
#define LINE   400

/* clang-format off */
__asm__(".section .rodata\n"
	"explain_page:\n"
	".incbin \"" EXPLAIN_PAGE "\"\n"
	"explain_page_end:\n"
	".byte 0\n"
	".previous\n");
/* clang-format on */
extern const char explain_page[], explain_page_end[];

static json_t *
json_place_of(const struct explained *e, const struct source *source)
{
	return source != NULL && source->file[0] != '\0'
		   ? json_integer(source - e->source)
		   : json_null();
}

/* What is around the line, with the numbers of the lines. */
static json_t *
json_excerpt(const struct source *source)
{
	unsigned from = source->line > AROUND ? source->line - AROUND : 1;
	json_t *lines = json_array();
	FILE *file = fopen(source->path, "re");
	char line[LINE];

	if (file == NULL)
		return lines;
	for (unsigned n = 1; n <= source->line + AROUND &&
			     fgets(line, sizeof(line), file) != NULL;
	     n++) {
		line[strcspn(line, "\n")] = '\0';
		if (n >= from)
			json_array_append_new(lines,
			    json_pack("[io]", (int)n, records_string(line)));
	}
	fclose(file);
	return lines;
}

static json_t *
json_places(const struct explained *e)
{
	json_t *places = json_array();

	for (unsigned i = 0; i < e->sources; i++) {
		const struct source *s = &e->source[i];

		json_array_append_new(places,
		    json_pack("{ss ss si so so}", "function", s->function,
			"file", s->file, "line", (int)s->line, "text",
			records_string(s->text), "excerpt", json_excerpt(s)));
	}
	return places;
}

static json_t *
json_changes(const struct story *story, uint64_t step)
{
	json_t *changes = json_array();

	for (unsigned i = 0; i < story->words; i++)
		if (story_changed(story, step, i))
			json_array_append_new(changes,
			    json_pack("{si ss ss sb}", "word", (int)i, "from",
				story_value(story, step, i), "to",
				story_value(story, step + 1, i), "part",
				story_part(story, step, step + 1, i)));
	return changes;
}

static json_t *
json_tasks(sched_set_t set)
{
	json_t *tasks = json_array();

	for (; set != 0; set &= set - 1)
		json_array_append_new(
		    tasks, json_integer(__builtin_ctzll(set)));
	return tasks;
}

static json_t *
json_step(const struct explained *e, uint64_t i)
{
	const struct story_step *step = &e->story->step[i];
	char does[160], object[WATCH_NAME + 16];

	explain_step(e, i, does, sizeof(does));
	story_object(e->story, step->op.object, object, sizeof(object));
	return json_pack("{si ss ss ss so sb sb sb sb sb si sb so so}", "cpu",
	    (int)step->task, "kind", sched_kind_name(step->op.kind), "does",
	    does, "object", object, "place",
	    json_place_of(e, explain_place(e, i)), "preemption",
	    (step->op.flags & SCHED_OP_PREEMPT) != 0, "chosen", step->turn,
	    "forced", (step->op.flags & SCHED_OP_FORCED) != 0, "folded",
	    step->folded, "matters", e->story->matters == (long)i, "interrupts",
	    (int)step->inside, "returns", step->returns, "wakes",
	    json_tasks(step->woken), "changes", json_changes(e->story, i));
}

static json_t *
json_steps(const struct explained *e)
{
	json_t *steps = json_array();

	for (uint64_t i = 0; i < e->story->steps; i++)
		json_array_append_new(steps, json_step(e, i));
	return steps;
}

static json_t *
json_end(const struct explained *e, const char *how, unsigned task,
    const char *does, const struct source *source, json_t *held_by)
{
	return json_pack("{ss si so so so}", "how", how, "cpu", (int)task,
	    "does", records_string(does), "place", json_place_of(e, source),
	    "held_by", held_by);
}

static json_t *
json_ends(const struct explained *e)
{
	json_t *ends = json_array();
	char does[400];

	for (unsigned i = 0; i < e->story->tasks; i++) {
		const struct story_end *end = &e->story->end[i];

		if (!end->live || !end->stuck)
			continue;
		explain_op(e, &end->op, does, sizeof(does));
		json_array_append_new(ends,
		    json_end(e, "stop", i, does, explain_source(e, end->where),
			end->owner != 0 ? json_integer(end->owner - 1)
					: json_null()));
	}
	if (explain_failure(e, does, sizeof(does)))
		json_array_append_new(
		    ends, json_end(e, "fail", e->story->failure.task, does,
			      explain_failure_place(e), json_null()));
	return ends;
}

static json_t *
json_words(const struct story *story, json_t *values)
{
	json_t *words = json_array();

	for (unsigned i = 0; i < story->words; i++) {
		json_array_append_new(words,
		    json_pack("{ss sb sb}", "name", story->word[i].name, "lock",
			story->word[i].lock, "valued", story->word[i].valued));
		json_array_append_new(
		    values, records_string(story_value(story, 0, i)));
	}
	return words;
}

json_t *
explain_json(const struct explained *e)
{
	const struct reproducer *r = e->reproducer;
	const struct judgement *j = &e->story->judgement;
	char *as_found = as_found_words(r->as_found);
	json_t *cpus = json_array(), *values = json_array(), *json;
	char name[16], rcu[RCU_MODEL_WORDS] = "", what[500];
	char story[SCENARIO_STORY];

	if (!rcu_model_is_usual(&r->rcu))
		rcu_model_words(&r->rcu, rcu);

	for (unsigned i = 0; i < e->story->tasks; i++)
		json_array_append_new(
		    cpus, json_string(explain_task(e, i, name, sizeof(name))));
	explain_verdict(e, what, sizeof(what));
	scenario_story(r->scenario, story);
	json = json_pack("{ss ss so ss ss ss ss so so sI ss so so so so so so}",
	    "scenario", r->scenario->name, "story", story, "wrong",
	    records_string(r->scenario->wrong), "strategy",
	    r->ops != NULL ? r->ops->name : "none", "as_found", as_found, "rcu",
	    rcu, "outcome", sched_verdict_name(j->verdict), "text",
	    records_string(j->text), "what", records_string(what),
	    "preemptions", (json_int_t)j->preemptions, "replay", e->replay,
	    "cpus", cpus, "words", json_words(e->story, values), "values",
	    values, "places", json_places(e), "steps", json_steps(e), "end",
	    json_ends(e));
	free(as_found);
	return json;
}

/* Nothing in it can end the script that it stands in. */
static char *
without_tags(const char *json)
{
	char *copy = need_zeroed(6 * strlen(json) + 1, 1), *to = copy;

	for (; *json != '\0'; json++)
		if (*json == '<')
			to = stpcpy(to, "\\u003c");
		else
			*to++ = *json;
	return copy;
}

char *
explain_html(const struct explained *e, size_t *size)
{
	static const char mark[] = "@STORY@";
	json_t *json = explain_json(e);
	char *text = json_dumps(json, JSON_COMPACT), *data, *page;
	const char *at = strstr(explain_page, mark);

	if (text == NULL || at == NULL)
		need_failed();
	data = without_tags(text);
	page = need_printf("%.*s%s%s", (int)(at - explain_page), explain_page,
	    data, at + sizeof(mark) - 1);
	*size = strlen(page);
	free(text);
	free(data);
	json_decref(json);
	return page;
}
