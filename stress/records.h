/* SPDX-License-Identifier: BSD-2-Clause */
/* Results as JSON lines. */
#ifndef STRESS_RECORDS_H
#define STRESS_RECORDS_H

#include <jansson.h>
#include <stdio.h>

#include "pmap_sim/types.h"

/* DIRECTORY/name to append to, made if need be; *file is NULL if directory is.
 * FALSE: a line on stderr says why. */
boolean_t records_open(const char *directory, const char *name, FILE **file);
/* One object, one line, to each that is not NULL.  FALSE: a line on stderr
 * says why it did not get there. */
boolean_t records_write(FILE *records, FILE *also, json_t *json);

#endif /* STRESS_RECORDS_H */
