/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of what is in the tree rather than in this program. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/lists.h"
#include "stress/need.h"
#include "stress/trace.h"

#define SUFFIX ".vmt.zst"

/* A path in the tree; the caller's.  NULL: a line on stderr. */
static char *
path_at_home(const char *list, const char *path)
{
	const char *home = getenv("VMRACE_HOME");

	if (home != NULL)
		return need_printf("%s/%s", home, path);
	fprintf(stderr,
	    "vmrace: list %s: set VMRACE_HOME to the source tree, or run it "
	    "by ./vmrace\n",
	    list);
	return NULL;
}

static void
append_trace(json_t *list, const char *path)
{
	const char *file = strrchr(path, '/') + 1;
	struct trace *trace = trace_open(path);

	if (trace == NULL)
		return;
	json_array_append_new(list,
	    json_pack("{so so}", "name",
		json_sprintf(
		    "%.*s", (int)(strlen(file) - strlen(SUFFIX)), file),
		"summary",
		json_sprintf("%u events of %u tasks and %u files",
		    trace->event_count, trace->task_count, trace->file_count)));
	trace_close(trace);
}

json_t *
list_traces(void)
{
	char *pattern = path_at_home("traces", "stress/traces/*" SUFFIX);
	json_t *list;
	glob_t found = { 0 };

	if (pattern == NULL)
		return NULL;
	list = json_array();
	if (glob(pattern, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			append_trace(list, found.gl_pathv[i]);
	globfree(&found);
	free(pattern);
	return list;
}

json_t *
list_presets(void)
{
	char *path = path_at_home("presets", "CMakePresets.json");
	json_error_t error;
	json_t *all, *list, *preset;
	size_t i;

	if (path == NULL)
		return NULL;
	all = json_load_file(path, 0, &error);
	if (all == NULL)
		fprintf(stderr, "vmrace: %s:%d: %s\n", path, error.line,
		    error.text);
	free(path);
	if (all == NULL)
		return NULL;
	list = json_array();
	json_array_foreach(json_object_get(all, "configurePresets"), i, preset)
	{
		const char *name, *description;

		if (json_unpack(preset, "{ss ss}", "name", &name, "description",
			&description) == 0)
			json_array_append_new(
			    list, json_pack("{ss ss}", "name", name, "summary",
				      description));
	}
	json_decref(all);
	return list;
}
