/* SPDX-License-Identifier: BSD-2-Clause */
/* What `vmrace bench` says: a record a repetition, and a table at the end. */
#ifndef BENCH_BENCH_REPORT_H
#define BENCH_BENCH_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "bench/bench_options.h"
#include "bench/trial.h"

/* Where in a run a trial stands; `run` is like no other run's. */
struct place {
	const char *run;
	unsigned block, pass, process, position;
};

/* What a repetition's latencies come to; 0 if they were not measured. */
void
repetition_quantiles(const struct repetition *repetition, double ns[QUANTILES]);
/* The first line; the caller's. */
char *bench_identity(
    const struct bench_options *options, const struct bench_plan *plan);
json_t *
bench_json(const struct bench_options *options, const struct family *family,
    const struct cell *cell, const struct trial_result *result,
    const struct place *place, unsigned repetition);
/* Every family, each regime apart. */
void bench_print(FILE *out, const struct bench_plan *plan);
/* The same of latencies; and of counts, what is not 0. */
void bench_print_latencies(FILE *out, const struct bench_plan *plan);
void bench_print_counts(FILE *out, const struct bench_plan *plan);
/* The family's cells that have no figure among those shown, and why not. */
void bench_print_missing(FILE *out, const struct family *family);
/* The workloads, a line each with their choices and subjects. */
void bench_print_list(FILE *out);
/* What would be measured: a cell's name a line. */
void bench_print_plan(FILE *out, const struct bench_plan *plan);
/* All names and their sentences, one object (analysis/schema/bench_list.json);
 * the caller's. */
json_t *bench_words(void);
void bench_words_print(FILE *out);
/* The same as bench-list.json of that directory, whole or as it was before.
 * FALSE: a line on stderr says why not. */
bool bench_words_write(const char *directory);

#endif /* BENCH_BENCH_REPORT_H */
