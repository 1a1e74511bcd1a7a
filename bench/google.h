/* SPDX-License-Identifier: BSD-2-Clause */
/* The same cells, measured by Google Benchmark's order and printed by it. */
#ifndef BENCH_GOOGLE_H
#define BENCH_GOOGLE_H

#include "bench/bench_options.h"

/* With the flags behind "--"; an exit status. */
int google_run(const struct bench_options *options,
    const struct tier_limits *limits, const struct bench_plan *plan,
    const char *program);

#endif /* BENCH_GOOGLE_H */
