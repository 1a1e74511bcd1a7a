/* SPDX-License-Identifier: BSD-2-Clause */
/* What there is: the names that options take, records have and docs/ uses. */
#ifndef STRESS_LISTS_H
#define STRESS_LISTS_H

#include <jansson.h>

/* An array of objects: "name", "summary", and what else there is to say, texts,
 * arrays of texts and truths.  NULL: a line on stderr says why there is
 * none. */
struct list {
	const char *name, *one; /* "drivers", "driver" */
	const char *sentence;
	json_t *(*make)(void);
};

/* Ends with one without a name. */
extern const struct list lists[];

/* Those of files under VMRACE_HOME (lists_files.c). */
json_t *list_traces(void);
json_t *list_presets(void);

#endif /* STRESS_LISTS_H */
