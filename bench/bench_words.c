/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and their sentences as one JSON object: what `bench --list --json`
 * prints, and what stands beside the records, so that a page drawn from them
 * can say what it speaks of.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench_report.h"
#include "stress/need.h"
#include "stress/whole.h"

struct word {
	const char *name, *sentence;
};

static const struct word subject_words[] = {
#define STRATEGY(s, sentence)   { #s, sentence },
#define SUBJECT(name, sentence) { #name, sentence },
#define AXIS(name, sentence)
#include "locking/strategies.def"

#include "bench/words.def"
#undef STRATEGY
#undef SUBJECT
#undef AXIS
	{ 0 },
};

static const struct word axis_words[] = {
#define SUBJECT(name, sentence)
#define AXIS(name, sentence) { #name, sentence },
#include "bench/words.def"
#undef SUBJECT
#undef AXIS
	{ 0 },
};

static const struct word event_words[] = {
#define EVENT(name, sentence) { #name, sentence },
#include "pmap_sim/count.def"
#undef EVENT
	{ 0 },
};

static json_t *
words_json(const struct word *words)
{
	json_t *list = json_array();

	for (; words->name != NULL; words++)
		json_array_append_new(
		    list, json_pack("{ss ss}", "name", words->name, "sentence",
			      words->sentence));
	return list;
}

/* A strategy on another allocator has the strategy's sentence, and that. */
static json_t *
subject_sentence(const struct subject *subject)
{
	const char *other = strstr(subject->name, "_libc");
	size_t length = other != NULL ? (size_t)(other - subject->name)
				      : strlen(subject->name);

	for (const struct word *word = subject_words; word->name; word++)
		if (strlen(word->name) == length &&
		    strncmp(word->name, subject->name, length) == 0)
			return json_sprintf("%s%s", word->sentence,
			    other != NULL ? "; on libc's malloc" : "");
	return json_string("");
}

/* Each that has a loop once, however many tables there are copies of it for. */
static json_t *
subjects_json(void)
{
	json_t *list = json_array();
	const char *before = "";

	for (unsigned s = 0; subjects[s] != NULL; s++) {
		if (subjects[s]->loops[0] == NULL ||
		    strcmp(before, subjects[s]->name) == 0)
			continue;
		before = subjects[s]->name;
		json_array_append_new(
		    list, json_pack("{ss ss so}", "name", before, "kind",
			      subject_kind_name(subjects[s]->kind), "sentence",
			      subject_sentence(subjects[s])));
	}
	return list;
}

static bool
is_first(const struct loop *loop, unsigned s)
{
	while (s-- > 0)
		if (subject_loop(subjects[s], loop->operation) != NULL)
			return false;
	return true;
}

static json_t *
workloads_json(void)
{
	json_t *list = json_array();

	for (unsigned s = 0; subjects[s] != NULL; s++)
		for (unsigned i = 0; subjects[s]->loops[i] != NULL; i++) {
			const struct loop *loop = subjects[s]->loops[i];

			if (is_first(loop, s))
				json_array_append_new(
				    list, json_pack("{ss ss ss}", "workload",
					      loop->workload, "operation",
					      loop->operation, "sentence",
					      loop->sentence));
		}
	return list;
}

json_t *
bench_words(void)
{
	return json_pack("{so so so so}", "workloads", workloads_json(),
	    "subjects", subjects_json(), "axes", words_json(axis_words),
	    "events", words_json(event_words));
}

bool
bench_words_write(const char *directory)
{
	char *path = need_printf("%s/bench-list.json", directory);
	json_t *words = bench_words();
	char *text = json_dumps(words, JSON_INDENT(1));
	bool written;

	if (text == NULL)
		need_failed();
	written = whole_write(path, text, strlen(text));
	json_decref(words);
	free(text);
	free(path);
	return written;
}

void
bench_words_print(FILE *out)
{
	json_t *words = bench_words();

	json_dumpf(words, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(words);
}
