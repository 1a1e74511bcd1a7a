/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What surrounds an execution: a scheduler's memory, and its verdict in words.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pmap_sim/sched/engine.h"

static const char *const verdict_names[SCHED_VERDICTS] = {
	[SCHED_SOUND] = "sound",
	[SCHED_INVARIANT] = "invariant",
	[SCHED_ASSERTION] = "assertion",
	[SCHED_RACE] = "data race",
	[SCHED_RETIRED] = "use after retire",
	[SCHED_DEADLOCK] = "deadlock",
	[SCHED_LIVELOCK] = "livelock",
	[SCHED_STEPS] = "step limit",
	[SCHED_LEAK] = "leak",
	[SCHED_NONDETERMINISM] = "nondeterminism",
	[SCHED_CRASH] = "crash",
};

static const char *const kind_names[SCHED_KINDS] = {
#define KIND(name, writes, sentence) [SCHED_##name] = #name,
#include "pmap_sim/sched/kinds.def"
#undef KIND
};

const char *
sched_verdict_name(enum sched_verdict verdict)
{
	return verdict_names[verdict];
}

const char *
sched_kind_name(enum sched_kind kind)
{
	return kind_names[kind];
}

struct sched *
sched_create(const struct sched_config *config)
{
	struct sched *s = aligned_alloc(64, (sizeof(*s) + 63) & ~(size_t)63);

	if (s == NULL)
		return NULL;
	memset(s, 0, sizeof(*s));
	s->config = *config;
	s->arena = config->arena;
	s->limit = config->step_limit != 0 ? config->step_limit : 20000;
	s->trace = calloc(s->limit + 2, sizeof(*s->trace));
	if (s->trace == NULL || !sched_init_tasks(s)) {
		sched_destroy(s);
		return NULL;
	}
	return s;
}

void
sched_destroy(struct sched *s)
{
	sched_fini_tasks(s);
	free(s->trace);
	free(s);
}

void
sched_guard(sched_guard_t *guard)
{
	struct sched *s = cpu_fiber_sched;

	if (s == NULL)
		return;
	s->guard = guard;
	s->alarm = guard != NULL ? 0 : s->limit;
}

void
sched_fail(enum sched_verdict verdict, const char *text)
{
	sched_fail_at(verdict, text, __builtin_return_address(0));
}

/* Memory is used by who was picked, and not by who runs. */
static void
blame_last(struct sched *s)
{
	const struct sched_step *last = &s->trace[s->steps - 1];
	unsigned task = last->op.task;

	s->failure = (struct sched_failure){
		.known = true,
		.task = task < s->first_line ? task : task - s->first_line,
		.where = last->where,
	};
}

void
sched_alarm(struct sched *s)
{
	const char *text = NULL;

	if (s->steps > s->limit)
		sched_fail(SCHED_STEPS, NULL);
	else if (s->guard != NULL)
		text = s->guard(&s->trace[s->steps - 1].op);
	if (text != NULL) {
		blame_last(s);
		sched_fail(SCHED_RETIRED, text);
	}
}

#define ELSEWHERE "the same choices led elsewhere"

void
sched_expect_same(struct sched *s, sched_set_t runnable, uint64_t hash)
{
	if (s->runnable != runnable || s->hash != hash)
		sched_fail(SCHED_NONDETERMINISM, ELSEWHERE);
}

void
sched_ended_early(struct sched *s)
{
	if (s->result.verdict == SCHED_SOUND)
		sched_fail(SCHED_NONDETERMINISM, ELSEWHERE);
}

const struct sched_step *
sched_trace(const struct sched *s, uint64_t *count)
{
	*count = s->steps;
	return s->trace;
}

void
sched_reported(struct sched *s, const char *text)
{
	char *to = s->reported;

	if (*to != '\0')
		return;
	for (size_t i = 0; i < sizeof(s->reported) - 1 && text[i] != '\0'; i++)
		to[i] = text[i];
}

/* --- Words --------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void
say(struct sched *s, const char *format, ...)
{
	size_t used = strlen(s->result.text);
	va_list ap;

	va_start(ap, format);
	vsnprintf(
	    s->result.text + used, sizeof(s->result.text) - used, format, ap);
	va_end(ap);
}

/* What each task that is not at its end is about to do, and cannot. */
static void
say_pending(struct sched *s)
{
	const char *comma = "";

	for (sched_set_t set = s->live; set != 0; set &= set - 1) {
		unsigned i = (unsigned)__builtin_ctzll(set);
		const struct sched_task *t = &s->task[i];

		say(s, "%stask %u %s +%u", comma, i, kind_names[t->op.kind],
		    t->op.object);
		if (t->wants != NULL && t->wants->owner != 0)
			say(s, " of task %u", t->wants->owner - 1);
		comma = "; ";
	}
}

/* Once, on the main stack: the C library may be called again. */
static void
describe(struct sched *s)
{
	switch (s->result.verdict) {
	case SCHED_STEPS:
		say(s, "more than %llu steps", (unsigned long long)s->limit);
		break;
	case SCHED_DEADLOCK:
	case SCHED_LIVELOCK:
		say_pending(s);
		break;
	default:
		say(s, "%s", s->text != NULL ? s->text : "");
		break;
	}
}

const struct sched_result *
sched_result(struct sched *s)
{
	if (s->result.verdict == SCHED_SOUND && s->reported[0] != '\0') {
		s->result.verdict = SCHED_RACE;
		s->text = s->reported;
	}
	if (s->result.verdict != SCHED_SOUND && s->result.text[0] == '\0')
		describe(s);
	return &s->result;
}
