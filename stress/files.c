/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "stress/files.h"
#include "stress/need.h"
#include "stress/temporary.h"

/* As many open files as the trace maps, and a few. */
static void
files_make_room(unsigned count)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur >= count + 64)
		return;
	limit.rlim_cur =
	    limit.rlim_max < count + 64 ? limit.rlim_max : count + 64;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* FALSE: errno says why. */
static boolean_t
file_fill(int fd, unsigned number, const struct plan_file *file)
{
	if (ftruncate(fd, (off_t)file->size) != 0)
		return FALSE;
	for (vm_offset_t page = 0; page < file->pages; page++) {
		uint64_t value = model_file_value(number, page);

		if (!(file->tagged[page / 8] & 1u << page % 8))
			continue;
		if (pwrite(fd, &value, sizeof(value),
			(off_t)(page * PAGE_SIZE)) != (ssize_t)sizeof(value))
			return FALSE;
	}
	return TRUE;
}

boolean_t
files_create(struct files *files, const struct plan *plan, boolean_t verify)
{
	*files = (struct files){ .count = plan->file_count };
	files->vnodes = need_zeroed(files->count, sizeof(*files->vnodes));
	files->objects = need_zeroed(files->count, sizeof(*files->objects));
	files_make_room(files->count);
	for (unsigned i = 0; i < files->count; i++)
		files->vnodes[i].fd = -1;
	for (unsigned i = 0; i < files->count; i++) {
		const struct plan_file *file = &plan->files[i];
		int fd = temporary_file();

		if (fd >= 0)
			vnode_init(&files->vnodes[i], fd, i, file->size);
		if (fd < 0 || !file_fill(fd, i, file)) {
			fprintf(stderr,
			    "vmrace: temporary file %u of %u: %s: set TMPDIR "
			    "to a directory with room, or raise ulimit -n\n",
			    i + 1, files->count, strerror(errno));
			files_free(files);
			return FALSE;
		}
		if (verify)
			files->objects[i] =
			    model_object_file(i, file->pages, file->tagged);
	}
	return TRUE;
}

void
files_free(struct files *files)
{
	for (unsigned i = 0; i < files->count; i++) {
		if (files->vnodes[i].fd >= 0)
			close(files->vnodes[i].fd);
		if (files->objects[i] != NULL)
			model_object_free(files->objects[i]);
	}
	free(files->vnodes);
	free(files->objects);
}

void
files_settle(struct files *files)
{
	for (unsigned i = 0; i < files->count; i++)
		if (files->objects[i] != NULL)
			model_object_settle(files->objects[i]);
}
