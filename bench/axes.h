/* SPDX-License-Identifier: BSD-2-Clause */
/* Args that somebody has typed, held against a loop's variants. */
#ifndef BENCH_AXES_H
#define BENCH_AXES_H

#include "bench/subject.h"

/* Why the loop cannot be opened with them, the caller's; NULL: it can. */
char *axes_wrong(const struct loop *loop, const char *args);

#endif /* BENCH_AXES_H */
