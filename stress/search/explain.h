/* SPDX-License-Identifier: BSD-2-Clause */
/* A story in words, as data, and as a page. */
#ifndef STRESS_SEARCH_EXPLAIN_H
#define STRESS_SEARCH_EXPLAIN_H

#include <jansson.h>
#include <stdio.h>

#include "stress/search/source.h"
#include "stress/search/story.h"

struct explained {
	const struct reproducer *reproducer;
	const struct story *story;
	const char *replay;    /* the command that has it again */
	struct source *source; /* one for each place, by address */
	unsigned sources;
};

/* Find the lines of all that happens; explain_free() gives them back. */
void
explain_begin(struct explained *explained, const struct reproducer *reproducer,
    const struct story *story, const char *replay);
void explain_free(struct explained *explained);

/* Where that was announced; NULL: nothing is known. */
const struct source *
explain_source(const struct explained *explained, const void *where);
/* "CPU 1", or "reclaimer". */
const char *explain_task(
    const struct explained *explained, unsigned task, char *name, size_t size);
/* What a step would do, in words: "take lock[1]". */
void explain_op(const struct explained *explained, const struct sched_op *op,
    char *words, size_t size);
/* What it did, as far as that is known: "try to take lock[1], in vain". */
void explain_step(
    const struct explained *explained, uint64_t step, char *words, size_t size);
/* Whom it woke: "wakes CPU 1"; "" for nobody. */
void explain_woken(
    const struct explained *explained, uint64_t step, char *words, size_t size);
/* Its place; the beginning of an interrupt has that of the handler. */
const struct source *
explain_place(const struct explained *explained, uint64_t step);
/* What story->failure is; FALSE: no task's is known.  A sanitizer that speaks
 * of another has the last word. */
boolean_t
explain_failure(const struct explained *explained, char *words, size_t size);
/* And its place; of one in a library, where that was called. */
const struct source *explain_failure_place(const struct explained *explained);
/* What it came to, by the names in it. */
void
explain_verdict(const struct explained *explained, char *words, size_t size);

/* In columns, one CPU a column; all: nothing is folded. */
void explain_text(FILE *out, const struct explained *explained, boolean_t all);
/* The caller's. */
json_t *explain_json(const struct explained *explained);
/* One page that needs nothing else; the caller's. */
char *explain_html(const struct explained *explained, size_t *size);

#endif /* STRESS_SEARCH_EXPLAIN_H */
