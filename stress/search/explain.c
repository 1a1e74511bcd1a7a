/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/search/explain.h"

#include <stdlib.h>
#include <string.h>

#include "stress/need.h"

/* What its step does to its object; the kind's name, if nothing is said. */
static const char *const verbs[SCHED_KINDS] = {
	[SCHED_START] = "begin",
	[SCHED_LOCK] = "take",
	[SCHED_TRY] = "try to take",
	[SCHED_UNLOCK] = "drop",
	[SCHED_LOAD] = "read",
	[SCHED_STORE] = "write",
	[SCHED_RMW] = "read and write",
	[SCHED_SWAP] = "swap",
	[SCHED_CAS] = "compare and swap",
	[SCHED_RELAX] = "spin",
	[SCHED_YIELD] = "yield",
	[SCHED_WAIT] = "sleep on",
	[SCHED_WAKE] = "wake",
	[SCHED_EMPTY] = "do nothing at",
	[SCHED_PLACE] = "be at a named place",
	[SCHED_INSTRUCTION] = "begin an instruction",
	[SCHED_USER_LOAD] = "load",
	[SCHED_USER_STORE] = "store to",
	[SCHED_SEND] = "interrupt",
	[SCHED_INTERRUPT] = "be interrupted:",
	[SCHED_ACK] = "acknowledge by",
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
	e->source =
	    need_zeroed(story->steps + SCHED_TASKS + 1, sizeof(*e->source));
	for (uint64_t i = 0; i < story->steps; i++)
		add_place(e, story->step[i].where);
	for (unsigned i = 0; i < story->tasks; i++)
		if (story->end[i].live)
			add_place(e, story->end[i].where);
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
	const struct scenario *scenario = e->reproducer->scenario;
	unsigned lines = scenario_lines(scenario);

	if (task < scenario->tasks)
		snprintf(name, size, "CPU %u", task);
	else if (task >= e->story->tasks - lines)
		snprintf(name, size, "CPU %u's line",
		    task - (e->story->tasks - lines));
	else
		snprintf(name, size, "reclaimer");
	return name;
}

void
explain_op(const struct explained *e, const struct sched_op *op, char *words,
    size_t size)
{
	char object[WATCH_NAME + 16] = "";

	if (op->kind != SCHED_RELAX && op->kind != SCHED_YIELD &&
	    op->kind != SCHED_START)
		story_object(e->story, op->object, object, sizeof(object));
	snprintf(words, size, "%s%s%s",
	    verbs[op->kind] != NULL ? verbs[op->kind]
				    : sched_kind_name(op->kind),
	    object[0] != '\0' ? " " : "", object);
}
