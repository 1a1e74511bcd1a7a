/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What perf says, a line at a time.
 */
#ifndef STRESS_RECORD_PARSE_H
#define STRESS_RECORD_PARSE_H

#include "stress/recorder.h"

/* One line of `perf script`, without its end, in order of time. */
void recorder_line(struct recorder *r, const char *line);

#endif /* STRESS_RECORD_PARSE_H */
