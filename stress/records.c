/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "stress/host.h"
#include "stress/need.h"
#include "stress/records.h"

json_t *
records_string(const char *text)
{
	json_t *json = text != NULL ? json_string(text) : json_null();
	char *copy;

	if (json != NULL)
		return json;
	copy = need_printf("%s", text);
	for (char *c = copy; *c != '\0'; c++)
		if (*c & 0x80)
			*c = '?';
	json = json_string(copy);
	free(copy);
	return json;
}

json_t *
records_words(char *commas)
{
	json_t *words = json_array();
	char *rest = commas, *word;

	while ((word = strsep(&rest, ",")) != NULL)
		if (*word != '\0')
			json_array_append_new(words, json_string(word));
	free(commas);
	return words;
}

/* --- What is the same in all -------------------------------------------- */

/* The command's words as a shell would read them. */
static json_t *
origin_argv(int argc, char **argv)
{
	char *text = need_printf("%s", argv[0]);
	json_t *json;

	for (int i = 1; i < argc; i++) {
		char *word = need_quoted(argv[i]);
		char *longer = need_printf("%s %s", text, word);

		free(text);
		free(word);
		text = longer;
	}
	json = records_string(text);
	free(text);
	return json;
}

static json_t *
origin(const char *backend, int argc, char **argv)
{
	const char *space = strrchr(argv[0], ' ');
	json_t *json = json_object();

	json_object_set_new(json, "schema", json_integer(RECORDS_SCHEMA));
	json_object_set_new(json, "command",
	    records_string(space != NULL ? space + 1 : argv[0]));
	json_object_set_new(json, "argv", origin_argv(argc, argv));
	json_object_set_new(json, "backend", json_string(backend));
	host_describe_build(json);
	host_describe(json);
	return json;
}

/* --- Files -------------------------------------------------------------- */

/* With those that lead to it, if need be. */
static boolean_t
records_directory(const char *path)
{
	char *copy = need_printf("%s", path), *at = copy;
	boolean_t made = TRUE;

	while (made && (at = strchr(at + 1, '/')) != NULL) {
		*at = '\0';
		made = mkdir(copy, 0777) == 0 || errno == EEXIST;
		*at = '/';
	}
	free(copy);
	return made && (mkdir(path, 0777) == 0 || errno == EEXIST);
}

static FILE *
records_file(const char *directory, const char *name)
{
	char *path;
	FILE *file;

	if (!records_directory(directory)) {
		fprintf(stderr,
		    "vmrace: -o %s: %s: give a directory that can be made\n",
		    directory, strerror(errno));
		return NULL;
	}
	path = need_printf("%s/%s", directory, name);
	file = fopen(path, "a");
	if (file == NULL)
		fprintf(stderr, "vmrace: %s: %s\n", path, strerror(errno));
	free(path);
	return file;
}

boolean_t
records_open(struct records *records, const char *directory, const char *name,
    boolean_t json, int argc, char **argv)
{
	return records_open_of(
	    "native", records, directory, name, json, argc, argv);
}

boolean_t
records_open_of(const char *backend, struct records *records,
    const char *directory, const char *name, boolean_t json, int argc,
    char **argv)
{
	*records = (struct records){ .also = json ? stdout : NULL };
	if (directory != NULL) {
		records->file = records_file(directory, name);
		if (records->file == NULL)
			return FALSE;
	}
	records->origin = origin(backend, argc, argv);
	records_begin(records);
	return TRUE;
}

void
records_close(struct records *records)
{
	if (records->file != NULL)
		fclose(records->file);
	json_decref(records->origin);
}

void
records_begin(struct records *records)
{
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(records->started, sizeof(records->started),
	    "%Y-%m-%dT%H:%M:%SZ", &utc);
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
records_stdout_is_whole(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return TRUE;
	fprintf(stderr, "vmrace: stdout: what was printed is not all there\n");
	return FALSE;
}

boolean_t
records_write(struct records *records, json_t *record, enum verdict verdict)
{
	json_t *whole = json_copy(records->origin);
	boolean_t written;

	json_object_set_new(whole, "started", json_string(records->started));
	json_object_update(whole, record);
	json_object_set_new(
	    whole, "verdict", json_string(verdict_name(verdict)));
	json_object_set_new(
	    whole, "status", json_integer(verdict_status(verdict)));
	json_decref(record);
	written = (records->file == NULL ||
		      records_line(records->file, "-o", whole)) &&
		  (records->also == NULL ||
		      records_line(records->also, "stdout", whole));
	json_decref(whole);
	return written;
}
