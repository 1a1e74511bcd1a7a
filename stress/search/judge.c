/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "stress/search/judge.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "stress/build.h"

void
judge_begin(struct judge *judge, struct stage *stage)
{
	memset(judge, 0, sizeof(*judge));
	judge->stage = stage;
	if (build_is_slow()) {
		races_collect(&judge->races);
		races_count(&judge->reports);
	}
}

void
judge_end(struct judge *judge)
{
	(void)judge;
	if (build_is_slow()) {
		races_count(NULL);
		races_collected();
	}
}

#define RACE_TEXT 768

/* What has been reported so far is not the next execution's: rows of one pair
 * of functions are one row, and have the places of the first. */
static void
judge_notice(struct judge *judge)
{
	if (judge->noticed == judge->reports)
		return;
	judge->noticed = judge->reports;
	judge->races.count = 0;
}

/* The race that was seen first since, in words. */
static void
judge_race(struct judge *judge, char *text, size_t size)
{
	const struct race *race = judge->races.race;
	const struct race_side *a, *b;
	char words[RACE_TEXT];
	int flip;

	if (judge->races.count == 0) {
		snprintf(text, size, "a sanitizer's report");
		return;
	}
	/* Which of the two came first is not part of what it is. */
	flip = strcmp(race->side[0].where, race->side[1].where) > 0;
	a = &race->side[flip];
	b = &race->side[1 - flip];
	snprintf(words, sizeof(words), "%s: %s in %s (%s), %s in %s (%s)",
	    race->kind, a->write ? "write" : "read", a->function, a->where,
	    b->write ? "write" : "read", b->function, b->where);
	snprintf(text, size, "%.*s", (int)size - 1, words);
}

void
judge_death(int status, char *text, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(text, size, "killed by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(
		    text, size, "left with status %d", WEXITSTATUS(status));
}

uint64_t
judge_signature(enum sched_verdict verdict, const char *text, uint64_t place)
{
	uint64_t hash = 0xcbf29ce484222325u ^ verdict;

	if (place != 0)
		return hash ^ place;
	for (; *text != '\0'; text++)
		if (*text < '0' || *text > '9')
			hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
	return hash;
}

boolean_t
judge_run(struct judge *judge, struct sched_policy *policy, uint64_t seed,
    struct judgement *judgement)
{
	const struct sched_result *result;

	judge_notice(judge);
	result = stage_run(judge->stage, policy, seed);
	if (result == NULL)
		return FALSE;
	judgement->verdict = result->verdict;
	judgement->signature = 0;
	judgement->steps = result->steps;
	judgement->choices = result->choices;
	judgement->preemptions = result->preemptions;
	judgement->hash = result->hash;
	if (judge->reports != judge->noticed) {
		judgement->verdict = SCHED_RACE;
		judge_race(judge, judgement->text, sizeof(judgement->text));
		judgement->signature =
		    judge_signature(SCHED_RACE, judgement->text, 0);
	} else if (result->verdict != SCHED_SOUND) {
		snprintf(judgement->text, sizeof(judgement->text), "%s",
		    result->text);
		judgement->signature = judge_signature(result->verdict,
		    result->text, sched_place(stage_sched(judge->stage)));
	} else
		judgement->text[0] = '\0';
	return TRUE;
}
