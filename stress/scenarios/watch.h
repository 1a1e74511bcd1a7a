/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names for what a scenario's tasks share, and what it is at the moment.
 *
 * A scenario's watch() is called on the main stack between two steps of an
 * execution that is being explained, and is no step itself.  It calls these for
 * what there is at the moment; a name is one thing's for the whole execution.
 * It changes nothing and takes no lock, for somebody may hold it.
 */
#ifndef STRESS_SCENARIOS_WATCH_H
#define STRESS_SCENARIOS_WATCH_H

#include <stddef.h>

#include "pmap_sim/types.h"

#define WATCH_MAX  320
#define WATCH_NAME 48
#define WATCH_TEXT 40
#define WATCH_MET  8

struct watch_value {
	char name[WATCH_NAME];
	const volatile void *at; /* the word; NULL: none in particular */
	size_t size;             /* of what the name stands for */
	char text[WATCH_TEXT];   /* "": it is a name only */
};

struct watch {
	unsigned count, lost;
	struct watch_value value[WATCH_MAX];
	/* What has been met in this execution: stays from call to call. */
	unsigned meets;
	const volatile void *met[WATCH_MET];
};

/* A count, an index, a flag that is 0 or 1. */
void watch_number(
    struct watch *watch, const char *name, const volatile void *at, long value);
/* A word of flags: the names of those that are set.  flags: ends with NULL,
 * the name of bit 0 first. */
void watch_flags(struct watch *watch, const char *name, const volatile void *at,
    unsigned long value, const char *const *flags);
/* Anything else, in words. */
void watch_words(struct watch *watch, const char *name, const volatile void *at,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A name for size bytes, such as a lock, whose owner is known anyway, or a
 * structure, whose parts are named by it. */
void watch_name(struct watch *watch, const char *name, const volatile void *at,
    size_t size);
/* "A" for the first thing that is met, "B" for the next: for what comes and
 * goes.  "?" if there are too many. */
char watch_letter(struct watch *watch, const volatile void *thing);
/* What is told: a tell_t (pmap_sim/tell.h), whose first argument is a watch. */
void watch_told(void *watch, const char *name, const volatile void *at,
    size_t size, const char *value);

#endif /* STRESS_SCENARIOS_WATCH_H */
