/* SPDX-License-Identifier: BSD-2-Clause */
/* Trouble in reports: what was asked for, and what was met. */
#ifndef STRESS_TROUBLE_REPORT_H
#define STRESS_TROUBLE_REPORT_H

#include <jansson.h>
#include <stdio.h>

#include "stress/stress_trial.h"

/* A line, if there was any. */
void stress_print_trouble(FILE *out, const struct stress_config *config,
    const struct stress_result *result);
/* Adds "swap_pages", "refused", "trouble" and, of a driver that has some,
 * "weights". */
void stress_json_trouble(json_t *json, const struct stress_config *config,
    const struct stress_result *result);

#endif /* STRESS_TROUBLE_REPORT_H */
