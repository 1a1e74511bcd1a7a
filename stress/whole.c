/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "stress/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stress/need.h"

/* All of it, down to the disk; 0 or an error. */
static int
whole_fill(int fd, const char *text, size_t size)
{
	mode_t mask = umask(0);

	umask(mask);
	while (size > 0) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno != EINTR)
			return errno;
		text += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
	return fchmod(fd, 0666 & ~mask) != 0 || fsync(fd) != 0 ? errno : 0;
}

boolean_t
whole_write(const char *path, const char *text, size_t size)
{
	char *other = need_printf("%s.XXXXXX", path);
	int fd = mkostemp(other, O_CLOEXEC);
	int error = fd < 0 ? errno : whole_fill(fd, text, size);

	if (fd >= 0 && close(fd) != 0 && error == 0)
		error = errno;
	if (error == 0 && rename(other, path) != 0)
		error = errno;
	if (error != 0) {
		fprintf(stderr, "vmrace: %s: %s: it is not written\n", path,
		    strerror(error));
		if (fd >= 0)
			unlink(other);
	}
	free(other);
	return error == 0;
}
