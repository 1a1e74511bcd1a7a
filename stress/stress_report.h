/* SPDX-License-Identifier: BSD-2-Clause */
/* What is told of a trial: to people and to programs. */
#ifndef STRESS_STRESS_REPORT_H
#define STRESS_STRESS_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "stress/stress_trial.h"

const char *half_name(enum vm_half half);
/* Was the race between the two halves of one of the driver's pairs?  Which, or
 * -1. */
int stress_own_pair(const struct stress *driver, const struct race *race);
/* The first pair that a report of this trial was within, or NULL. */
const struct window_pair *stress_convicting_pair(
    const struct stress *driver, const struct stress_result *result);
/* "a x b", in text, records and lists; the caller's. */
char *stress_pair_name(const struct window_pair *pair);
/* The same; null for NULL. */
json_t *stress_json_pair(const struct window_pair *pair);
/* Times that any of its pairs was met. */
unsigned long stress_exposed(const struct stress_result *result);
double stress_operations_per_s(const struct stress_result *result);

/* The body and the verdict of a row. */
void stress_print(FILE *out, const struct stress_config *config,
    const struct stress_result *result, boolean_t stacks);
json_t *stress_json(
    const struct stress_config *config, const struct stress_result *result);

#endif /* STRESS_STRESS_REPORT_H */
