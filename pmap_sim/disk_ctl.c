/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The disk: controlled back end.  Files are memory, put back with all else.
 *
 * A request begins at one point and is done at another, at which bytes move and
 * completion runs; what happens in between is the policy's choice.  Its own
 * task takes both steps, its CPU idle.
 */
#include "pmap_sim/disk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pmap_sim/disk_impl.h"
#include "pmap_sim/disk_memory.h"
#include "pmap_sim/machine.h"

#define FILES 4

struct disk {
	struct {
		unsigned char *bytes; /* NULL: none */
		size_t size;
	} file[FILES];
};

struct disk *
disk_create(void)
{
	return calloc(1, sizeof(struct disk));
}

void
disk_free(struct disk *disk)
{
	free(disk);
}

int
disk_memory_file(struct machine *m, size_t size)
{
	for (int fd = 0; fd < FILES; fd++)
		if (m->disk->file[fd].bytes == NULL) {
			m->disk->file[fd].bytes = calloc(1, size);
			m->disk->file[fd].size = size;
			return m->disk->file[fd].bytes != NULL ? fd : -1;
		}
	return -1;
}

int
disk_open(struct machine *m, const char *path, off_t size)
{
	int fd = disk_memory_file(m, (size_t)size);

	(void)path;
	if (fd < 0)
		errno = ENFILE;
	return fd;
}

void
disk_close(struct machine *m, int fd)
{
	free(m->disk->file[fd].bytes);
	m->disk->file[fd].bytes = NULL;
}

unsigned char *
disk_memory_bytes(struct machine *m, int fd)
{
	return m->disk->file[fd].bytes;
}

static void
disk_move(struct machine *m, struct disk_request *r)
{
	unsigned char *frame = frame_bytes(m, r->pa), *bytes;
	size_t size, at = (size_t)r->offset;

	if (r->fd < 0 || r->fd >= FILES || m->disk->file[r->fd].bytes == NULL) {
		r->error = EBADF;
		return;
	}
	bytes = m->disk->file[r->fd].bytes;
	size = m->disk->file[r->fd].size;
	r->moved = at >= size              ? 0
		   : size - at < r->length ? (unsigned)(size - at)
					   : r->length;
	if (r->write)
		memcpy(bytes + at, frame, r->moved);
	else
		memcpy(frame, bytes + at, r->moved);
}

static void
disk_serve(struct machine *m, struct disk_request *r, const void *where)
{
	r->machine = m;
	r->error = 0;
	sync_count(r->write ? &m->stats.disk_writes : &m->stats.disk_reads);
	sched_point_at(SCHED_IO, &m->disk->file, where);
	disk_move(m, r);
	if (r->done != NULL)
		r->done(r);
}

void
disk_start(struct machine *m, struct disk_request *r)
{
	disk_serve(m, r, __builtin_return_address(0));
}

int
disk_transfer(struct machine *m, struct disk_request *r)
{
	const void *where = __builtin_return_address(0);

	sched_point_at(SCHED_IO, &m->disk->file, where);
	cpu_idle_enter();
	disk_serve(m, r, where);
	cpu_idle_exit();
	return r->error;
}

unsigned
disk_release(struct machine *m)
{
	(void)m;
	return 0;
}

unsigned
disk_pending(struct machine *m)
{
	(void)m;
	return 0;
}

void
disk_drain(struct machine *m)
{
	(void)m;
}
