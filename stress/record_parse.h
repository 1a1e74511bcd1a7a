/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From what perf saw to a trace, a line at a time.
 */
#ifndef STRESS_RECORD_PARSE_H
#define STRESS_RECORD_PARSE_H

#include "stress/trace.h"

struct recorder;

struct recorder *recorder_create(void);
/* One line of `perf script`, in order of time; changed on the way. */
void recorder_line(struct recorder *r, char *line);
/* The trace, which is the caller's; frees the recorder. */
struct trace *recorder_finish(struct recorder *r, const char *program);

#endif /* STRESS_RECORD_PARSE_H */
