/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "stress/build.h"
#include "stress/host.h"
#include "stress/need.h"
#include "stress/records.h"

static void
set_string(json_t *json, const char *name, const char *string)
{
	json_object_set_new(json, name, records_string(string));
}

static void
set_number(json_t *json, const char *name, long number)
{
	json_object_set_new(json, name, json_integer(number));
}

/* The first line of a file that begins so, past the prefix and what parts it
 * from its value; the caller's, or NULL. */
static char *
line_of(const char *path, const char *prefix)
{
	FILE *file = fopen(path, "r");
	char *line = NULL, *found = NULL;
	size_t size = 0, length = strlen(prefix);

	if (file == NULL)
		return NULL;
	while (found == NULL && getline(&line, &size, file) >= 0) {
		if (strncmp(line, prefix, length) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		found = line + length;
		found = need_printf("%s", found + strspn(found, " \t:"));
	}
	free(line);
	fclose(file);
	return found;
}

static void
describe_processor(json_t *json)
{
	char *model = line_of("/proc/cpuinfo", "model name");
	char *smt = line_of("/sys/devices/system/cpu/smt/active", "");
	cpu_set_t ours;

	set_string(json, "cpu", model);
	set_number(json, "cores", sysconf(_SC_NPROCESSORS_ONLN));
	set_number(json, "cores_allowed",
	    sched_getaffinity(0, sizeof(ours), &ours) == 0
		? CPU_COUNT(&ours)
		: sysconf(_SC_NPROCESSORS_ONLN));
	json_object_set_new(
	    json, "smt", smt == NULL ? json_null() : json_boolean(*smt == '1'));
	free(model);
	free(smt);
}

void
host_describe(json_t *json)
{
	struct utsname name;

	(void)uname(&name);
	set_string(json, "host", name.nodename);
	set_string(json, "kernel", name.release);
	set_string(json, "machine", name.machine);
	describe_processor(json);
}

void
host_describe_build(json_t *json)
{
	const struct build_source *source = &build_source;

	set_string(json, "version", source ? source->version : NULL);
	set_string(json, "commit", source ? source->commit : NULL);
	json_object_set_new(
	    json, "dirty", json_boolean(source && source->dirty));
	set_string(json, "compiler", BUILD_COMPILER);
	set_string(json, "flags", source ? source->flags : NULL);
	set_string(json, "sanitizer", BUILD_SANITIZER);
	set_string(json, "allocator", build_allocator());
	json_object_set_new(
	    json, "vm_checks", json_boolean(build_has_checks()));
}
