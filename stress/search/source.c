/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "stress/search/source.h"

#include <jansson.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stress/need.h"

#define LINE 1024

/* This file's place tells where the tree is. */
#define HERE "/stress/search/source.c"

static int
first_object(struct dl_phdr_info *info, size_t size, void *bias)
{
	(void)size;
	*(uintptr_t *)bias = info->dlpi_addr;
	return 1;
}

static size_t
top_length(void)
{
	static const char here[] = __FILE__;

	return sizeof(here) > sizeof(HERE) ? sizeof(here) - sizeof(HERE) : 0;
}

/* Of /build/place/core/x.c, core/x.c. */
static const char *
from_top(const char *path)
{
	size_t length = top_length();

	return strncmp(path, __FILE__, length) == 0 && path[length] == '/'
		   ? path + length + 1
		   : path;
}

/* --- The symbolizer ------------------------------------------------------ */

static FILE *
ask(const struct source *source, unsigned count)
{
	static const char *const programs[] = {
		"/usr/lib/llvm-19/bin/llvm-symbolizer", "llvm-symbolizer-19",
		"llvm-symbolizer"
	};
	const char *program = programs[1];
	char self[LINE], *quoted, *command, *longer;
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	uintptr_t bias = 0;
	FILE *answer;

	if (length <= 0)
		return NULL;
	self[length] = '\0';
	if (access(programs[0], X_OK) == 0)
		program = programs[0];
	dl_iterate_phdr(first_object, &bias);
	quoted = need_quoted(self);
	command = need_printf("%s --inlining --functions=linkage "
			      "--output-style=JSON --obj=%s",
	    program, quoted);
	for (unsigned i = 0; i < count; i++) {
		/* The call, not what comes after it. */
		longer = need_printf("%s 0x%lx", command,
		    (unsigned long)((uintptr_t)source[i].code - bias - 1));
		free(command);
		command = longer;
	}
	longer = need_printf("%s 2>/dev/null </dev/null", command);
	fflush(NULL);
	answer = popen(longer, "re");
	free(longer);
	free(command);
	free(quoted);
	return answer;
}

/* --- Its answer ---------------------------------------------------------- */

/* The innermost frame of a .c file, or the innermost. */
static const json_t *
best_frame(const json_t *frames)
{
	for (size_t i = 0; i < json_array_size(frames); i++) {
		const json_t *frame = json_array_get(frames, i);
		const char *file =
		    json_string_value(json_object_get(frame, "FileName"));
		size_t length = file != NULL ? strlen(file) : 0;

		/* The compiler gives merged code line 0. */
		if (length > 2 && strcmp(file + length - 2, ".c") == 0 &&
		    json_integer_value(json_object_get(frame, "Line")) != 0)
			return frame;
	}
	return json_array_get(frames, 0);
}

static void
read_line(struct source *source)
{
	FILE *file = fopen(source->path, "re");
	char line[LINE] = "", *from = line;
	unsigned n = 0;

	if (file == NULL)
		return;
	while (n < source->line && fgets(line, sizeof(line), file) != NULL)
		n += strchr(line, '\n') != NULL || feof(file);
	fclose(file);
	if (n != source->line)
		return;
	line[strcspn(line, "\n")] = '\0';
	from += strspn(from, " \t");
	if (strcmp(from, "{") == 0)
		return;
	snprintf(source->text, sizeof(source->text), "%s", from);
}

static void
take_frame(struct source *source, const json_t *frame, const char *prefix)
{
	const char *path =
	    json_string_value(json_object_get(frame, "FileName"));
	const char *function =
	    json_string_value(json_object_get(frame, "FunctionName"));
	size_t length = prefix != NULL ? strlen(prefix) : 0;

	if (path == NULL || *path == '\0' || function == NULL)
		return;
	if (strncmp(function, prefix != NULL ? prefix : "", length) == 0)
		function += length;
	snprintf(source->function, sizeof(source->function), "%s", function);
	snprintf(source->file, sizeof(source->file), "%s", from_top(path));
	snprintf(source->path, sizeof(source->path), "%s", path);
	source->line =
	    (unsigned)json_integer_value(json_object_get(frame, "Line"));
	read_line(source);
}

boolean_t
source_find(struct source *source, unsigned count, const char *prefix)
{
	FILE *answer = count > 0 ? ask(source, count) : NULL;
	boolean_t found = FALSE;
	json_t *json;

	if (answer == NULL)
		return FALSE;
	json = json_loadf(answer, 0, NULL);
	pclose(answer);
	for (size_t i = 0; i < json_array_size(json) && i < count; i++) {
		const json_t *frames =
		    json_object_get(json_array_get(json, i), "Symbol");

		take_frame(&source[i], best_frame(frames), prefix);
		found |= source[i].file[0] != '\0';
	}
	json_decref(json);
	return found;
}
