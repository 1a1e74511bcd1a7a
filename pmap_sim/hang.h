/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine in which nothing moves: who holds and who waits, and why.
 *
 * Read by a thread that plays no CPU, while the others may still run.  It takes
 * no lock and allocates nothing once it is made, so it can be asked whatever
 * the others are stuck in.
 */
#ifndef PMAP_SIM_HANG_H
#define PMAP_SIM_HANG_H

#include "pmap_sim/held.h"

struct machine;

/* What somebody sleeps on; zeroed, with text naming the address, beforehand. */
struct hang_event {
	char text[120];
	boolean_t rest;               /* as it should be: no part of a hang */
	const struct held_site *site; /* where it began, or NULL */
	unsigned number;              /* whose doing that was (struct held) */
};

struct hang_config {
	struct machine *machine;
	const char *strategy; /* its name, in front of functions */
	void (*event)(void *arg, const void *event, struct hang_event *what);
	/* What a thread is about, in words: "" if not known.  NULL ok. */
	void (*about)(
	    void *arg, const struct thread *thread, char *text, size_t size);
	void *arg; /* of both */
};

struct hang;

/* NULL: no memory. */
struct hang *hang_create(const struct hang_config *config);
void hang_free(struct hang *hang);

/* How it is now. */
void hang_look(struct hang *hang);
/* In one line, as of then: "deadlock: ...", "stuck: ..." or "livelock: ...". */
const char *hang_line(const struct hang *hang);
/* That line and all that is known, to a file descriptor. */
void hang_write(const struct hang *hang, int fd);

#endif /* PMAP_SIM_HANG_H */
