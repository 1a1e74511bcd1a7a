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
};

/* Queue it; the request must live until done() has returned. */
void disk_start(struct machine *m, struct disk_request *request);

/* Do it and sleep until it is done.  Holding no simple lock.  Returns errno,
 * or 0; a short read leaves the rest of the page as it was. */
int disk_transfer(struct machine *m, struct disk_request *request);

/* Requests queued or under way. */
unsigned disk_pending(struct machine *m);

/* Return when there are none, and the last done() has returned.  The CPU
 * idles. */
void disk_drain(struct machine *m);

#endif /* PMAP_SIM_DISK_H */
