/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Results as JSON lines, one flat object a row: docs/records.md.
 *
 * A command says what was asked and what came of it; here is added what every
 * record says besides: who wrote it, of what text it was built, on what
 * machine, when.  The schemas are in analysis/schema/.
 */
#ifndef STRESS_RECORDS_H
#define STRESS_RECORDS_H

#include <jansson.h>
#include <stdio.h>

#include "pmap_sim/types.h"
#include "stress/verdict.h"

#define RECORDS_SCHEMA 1

struct records {
	FILE *file;     /* DIR/name, or NULL */
	FILE *also;     /* stdout, or NULL */
	json_t *origin; /* what is the same in all */
	char started[sizeof("2026-11-21T03:00:00Z")];
};

/*
 * DIRECTORY/name to append to, made if need be, unless directory is NULL;
 * stdout, too, if json.  argv: of the command, whose first word names it.
 * FALSE: a line on stderr says why, and there is nothing to close.
 */
boolean_t records_open(struct records *records, const char *directory,
    const char *name, boolean_t json, int argc, char **argv);
/* The same of another back end than the native one (records.md). */
boolean_t records_open_of(const char *backend, struct records *records,
    const char *directory, const char *name, boolean_t json, int argc,
    char **argv);
void records_close(struct records *records);

/* At the end.  FALSE, and a line on stderr: some of the text was lost. */
boolean_t records_stdout_is_whole(void);

/* A row begins now. */
void records_begin(struct records *records);
/* Complete it and write it, one line each; gives it up.  FALSE: a line on
 * stderr says why it did not get there. */
boolean_t
records_write(struct records *records, json_t *record, enum verdict verdict);

/* Its text; null for NULL.  What is not UTF-8, as a path may be, has question
 * marks. */
json_t *records_string(const char *text);
/* The words that commas part, as an array; frees the text. */
json_t *records_words(char *commas);

#endif /* STRESS_RECORDS_H */
