/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work in a process of its own, so that its crash or hang is a verdict on it
 * alone.  What it has to say it writes to memory shared with the one that
 * started it.
 */
#ifndef STRESS_APART_H
#define STRESS_APART_H

#include <stddef.h>

#include "stress/verdict.h"

/* Zeroed, shared with processes forked from here on; NULL: none. */
void *apart_memory(size_t size);
void apart_memory_free(void *memory, size_t size);

/*
 * Call body(arg) in a child, which exits with the status it returns; the
 * child's wait status, or -1 if there was none to be had (a line on stderr).
 * Meanwhile look(arg) is called here at once and each second, unless NULL.
 * ^C is passed on; a child that does not end after it is killed.
 */
int apart(int (*body)(void *arg), void (*look)(void *arg), void *arg);

/* What a wait status says of a child: whether it finished its work or not, what
 * it thinks itself, and how many sanitizer's reports it had.  Writes a note
 * only if it overrules that. */
enum verdict apart_verdict(int status, int finished, enum verdict own,
    unsigned long reports, char *note, size_t note_size);

#endif /* STRESS_APART_H */
