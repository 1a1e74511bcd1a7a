/* SPDX-License-Identifier: BSD-2-Clause */
/* A file that is there as a whole or not at all. */
#ifndef STRESS_WHOLE_H
#define STRESS_WHOLE_H

#include <stddef.h>

#include "pmap_sim/types.h"

/* Write it beside its place, then rename it.  FALSE: a line on stderr says why
 * not, and what was there before is there still. */
boolean_t whole_write(const char *path, const char *text, size_t size);

#endif /* STRESS_WHOLE_H */
