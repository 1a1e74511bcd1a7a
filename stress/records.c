/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "stress/need.h"
#include "stress/records.h"

boolean_t
records_open(const char *directory, const char *name, FILE **file)
{
	char *path;

	*file = NULL;
	if (directory == NULL)
		return TRUE;
	if (mkdir(directory, 0777) != 0 && errno != EEXIST) {
		fprintf(stderr,
		    "vmrace: -o %s: %s: give a directory that can be made\n",
		    directory, strerror(errno));
		return FALSE;
	}
	path = need_printf("%s/%s", directory, name);
	*file = fopen(path, "a");
	if (*file == NULL)
		fprintf(stderr, "vmrace: %s: %s\n", path, strerror(errno));
	free(path);
	return *file != NULL;
}

static boolean_t
records_line(FILE *out, const char *what, json_t *json)
{
	if (json_dumpf(json, out, JSON_COMPACT) == 0 &&
	    fputc('\n', out) != EOF && fflush(out) == 0)
		return TRUE;
	fprintf(stderr, "vmrace: %s: %s: make room\n", what, strerror(errno));
	return FALSE;
}

boolean_t
records_write(FILE *records, FILE *also, json_t *json)
{
	if (records != NULL && !records_line(records, "-o", json))
		return FALSE;
	return also == NULL || records_line(also, "stdout", json);
}
