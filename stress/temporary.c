/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "stress/need.h"
#include "stress/temporary.h"

const char *
temporary_directory(void)
{
	const char *directory = getenv("TMPDIR");

	return directory != NULL && *directory != '\0' ? directory : "/tmp";
}

int
temporary_file(void)
{
	char *path =
	    need_printf("%s/vmrace-file-XXXXXX", temporary_directory());
	int fd = mkstemp(path), error = errno;

	if (fd >= 0)
		(void)unlink(path);
	free(path);
	errno = error;
	return fd;
}
