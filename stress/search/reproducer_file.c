/* SPDX-License-Identifier: BSD-2-Clause */
/* A reproducer's file.  A name that is taken holds the same failure. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stress/need.h"
#include "stress/parse.h"
#include "stress/search/reproducer.h"
#include "stress/verdict.h"
#include "stress/whole.h"

#define FILE_MAX (1u << 20)

static char *
file_name(const struct reproducer *r, enum sched_verdict verdict)
{
	char *as_found = as_found_words(r->as_found);
	char *name = need_printf("%s%s%s%s%s-%s-%08llx.vmr", r->scenario->name,
	    r->ops != NULL ? "-" : "", r->ops != NULL ? r->ops->name : "",
	    *as_found != '\0' ? "-" : "", as_found, sched_verdict_name(verdict),
	    (unsigned long long)r->hash >> 32);

	for (char *c = name; *c != '\0'; c++)
		if (*c == ' ' || *c == '/')
			*c = '_';
	free(as_found);
	return name;
}

char *
reproducer_save(const struct reproducer *r, const char *directory,
    enum sched_verdict verdict)
{
	char *name = file_name(r, verdict), *text = reproducer_text(r), *path;
	boolean_t written;

	path = directory != NULL ? need_printf("%s/%s", directory, name)
				 : need_printf("%s", name);
	written = whole_write(path, text, strlen(text));
	free(name);
	free(text);
	if (!written) {
		free(path);
		path = NULL;
	}
	return path;
}

/* All of it, with a 0 behind; NULL, and why. */
static char *
file_read(const char *path, int *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = need_zeroed(FILE_MAX + 1, 1);
	size_t done = 0;
	ssize_t n = 0;

	*error = fd < 0 ? errno : 0;
	while (*error == 0 && done < FILE_MAX) {
		n = read(fd, text + done, FILE_MAX - done);
		if (n < 0 && errno != EINTR)
			*error = errno;
		if (n == 0)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		close(fd);
	/* What is not text is shown as such, and no reproducer. */
	for (size_t i = 0; i < done; i++)
		if (text[i] != '\n' && !isprint((unsigned char)text[i]))
			text[i] = '?';
	return text;
}

int
reproducer_load(struct reproducer *r, const char *path)
{
	int error;
	char *text = file_read(path, &error), *why = NULL;
	int status = STATUS_NOT_STARTED;

	if (error != 0)
		fprintf(stderr, "vmrace: %s: %s\n", path, strerror(error));
	else {
		status = reproducer_parse(r, text, &why);
		if (status != STATUS_SOUND)
			fprintf(stderr, "vmrace: %s: %s\n", path, why);
	}
	free(text);
	free(why);
	return status;
}
