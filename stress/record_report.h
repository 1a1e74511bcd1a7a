/* SPDX-License-Identifier: BSD-2-Clause */
/* What has been recorded, and what of it can be replayed. */
#ifndef STRESS_RECORD_REPORT_H
#define STRESS_RECORD_REPORT_H

#include <stdio.h>

#include "stress/trace.h"

/* The trace, as written to path. */
void record_report(FILE *out, const struct trace *trace, const char *path,
    boolean_t interrupted);

#endif /* STRESS_RECORD_REPORT_H */
