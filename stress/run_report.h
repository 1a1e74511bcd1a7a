/* SPDX-License-Identifier: BSD-2-Clause */
/* A run's results, for people and for programs. */
#ifndef STRESS_RUN_REPORT_H
#define STRESS_RUN_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "stress/run.h"

/* What happened, a line each; without identity and verdict. */
void run_print(FILE *out, const struct plan *plan,
    const struct run_config *config, const struct run_result *result);
/* A line of a table, and its heading. */
void run_print_row_head(FILE *out);
void run_print_row(FILE *out, const struct run_config *config,
    const struct run_result *result);
/* "verdict: ..." with the reason. */
void run_print_verdict(FILE *out, const struct run_result *result);
/* The record: one flat object, units in the names.  Never NULL. */
json_t *
run_json(const struct run_config *config, const struct run_result *result);

#endif /* STRESS_RUN_REPORT_H */
