/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/subject.h"

#include <stdlib.h>
#include <string.h>

/* What stands behind "what:" in "a:1/b:2", or NULL. */
static const char *
args_find(const char *args, const char *what)
{
	size_t length = strlen(what);

	while (args != NULL && *args != '\0') {
		if (strncmp(args, what, length) == 0 && args[length] == ':')
			return args + length + 1;
		args = strchr(args, '/');
		args += args != NULL;
	}
	return NULL;
}

unsigned long
args_number(const char *args, const char *what, unsigned long without)
{
	const char *value = args_find(args, what);

	return value != NULL ? strtoul(value, NULL, 10) : without;
}

bool
args_have(const char *args, const char *what, const char *word)
{
	const char *value = args_find(args, what);
	size_t length = strlen(word);

	return value != NULL && strncmp(value, word, length) == 0 &&
	       (value[length] == '/' || value[length] == '\0');
}

const struct loop *
subject_loop(const struct subject *subject, const char *operation)
{
	for (unsigned i = 0; subject->loops[i] != NULL; i++)
		if (strcmp(subject->loops[i]->operation, operation) == 0)
			return subject->loops[i];
	return NULL;
}

/* A table of 157 buckets is the subject's that has so many. */
static bool
has_table(const struct subject *subject, const char *args)
{
	return subject->table == 0 ||
	       args_number(args, "table", 157) == subject->table;
}

/* Without locks nothing may come or go. */
static bool
bears_updates(const struct subject *subject, const char *args)
{
	return subject->kind != SUBJECT_CEILING ||
	       args_number(args, "updates", 0) == 0;
}

bool
subject_takes(const struct subject *subject, const char *args)
{
	return has_table(subject, args) && bears_updates(subject, args);
}

bool
loop_is_alike(const struct loop *loop)
{
	return loop->whole == NULL && !loop->unlike;
}

const char *
subject_kind_name(enum subject_kind kind)
{
	static const char *const names[] = {
		[SUBJECT_STRATEGY] = "strategy",
		[SUBJECT_PEER] = "peer",
		[SUBJECT_CEILING] = "ceiling",
		[SUBJECT_EMPTY] = "empty",
		[SUBJECT_KERNEL] = "kernel",
	};

	return names[kind];
}
