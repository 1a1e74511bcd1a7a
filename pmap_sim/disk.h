/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The disk: an OS thread that reads and writes real files for threads that
 * sleep meanwhile.  It plays no CPU.  Completion runs on it, as an interrupt
 * would: it may wake threads and take leaf locks, and may not sleep.
 */
#ifndef PMAP_SIM_DISK_H
#define PMAP_SIM_DISK_H

#include <sys/types.h>

#include "pmap_sim/types.h"

struct machine;

struct disk_request {
	int fd;
	boolean_t write;
	vm_offset_t pa;  /* the frame; read and written plainly */
	off_t offset;    /* in the file, bytes */
	unsigned length; /* bytes, up to a page */
	int error;       /* errno, or 0 */
	unsigned moved;  /* bytes that were; a read past the end is short */
	/* Called on the disk when done. */
	void (*done)(struct disk_request *request);
	void *arg;
	struct machine *machine;
	struct disk_request *next;
	boolean_t finished; /* of disk_transfer; under the event's bucket */
	boolean_t fails;    /* with EIO, and moves nothing */
	uint64_t due_ns; /* not before; DISK_NEVER: not before disk_release */
};

#define DISK_NEVER UINT64_MAX

/* What a request is to meet. */
struct disk_fate {
	boolean_t fails;
	boolean_t at_once; /* done before disk_start returns */
	boolean_t never;   /* waits for disk_release, which fails it */
	uint64_t delay_ns; /* what comes later overtakes it */
};

/* Who decides that, if anybody (struct machine): asked by the thread that
 * makes the request; awaited: it will sleep until it is done. */
struct disk_trouble {
	struct disk_fate (*fate)(const struct disk_trouble *trouble,
	    const struct disk_request *request, boolean_t awaited);
};

/* A file of so many bytes, which nobody else can open: made at path, and gone
 * from its directory at once.  Its descriptor, or -1 and errno. */
int disk_open(struct machine *m, const char *path, off_t size);
/* Nothing of it is queued. */
void disk_close(struct machine *m, int fd);

/* Queue it; the request must live until done() has returned. */
void disk_start(struct machine *m, struct disk_request *request);

/* Do it and sleep until it is done.  Holding no simple lock.  Returns errno,
 * or 0; a short read leaves the rest of the page as it was. */
int disk_transfer(struct machine *m, struct disk_request *request);

/* Fail all requests that would never be done, now and from now on.  Returns how
 * many there were. */
unsigned disk_release(struct machine *m);

/* Requests queued or under way. */
unsigned disk_pending(struct machine *m);

/* Return when there are none, and the last done() has returned.  The CPU
 * idles. */
void disk_drain(struct machine *m);

#endif /* PMAP_SIM_DISK_H */
