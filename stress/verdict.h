/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run can come to, and the exit status that says so. */
#ifndef STRESS_VERDICT_H
#define STRESS_VERDICT_H

#include <stdio.h>

enum verdict {
	VERDICT_SOUND,       /* nothing wrong, and something was met */
	VERDICT_VIOLATION,   /* an oracle, the watchdog, a panic or a crash */
	VERDICT_NOT_EXPOSED, /* nothing wrong, and nothing was tested */
	VERDICT_NOT_STARTED, /* could not start as asked */
	VERDICT_SANITIZER,   /* a sanitizer's report */
	VERDICT_SKIPPED,     /* cannot be done here; the reason is printed */
	VERDICT_NO_MEMORY,   /* could not go on: out of frames and swap */
	VERDICT_INTERRUPTED, /* ^C, after the verdict so far */
};

#define STATUS_SOUND       0
#define STATUS_VIOLATION   1
#define STATUS_NOT_EXPOSED 3
#define STATUS_NOT_STARTED 4
#define STATUS_MISUSE      64
#define STATUS_SANITIZER   66
#define STATUS_SKIPPED     77
#define STATUS_INTERRUPTED 130

const char *verdict_name(enum verdict verdict);
int verdict_status(enum verdict verdict);
/* Of two rows of a table, the one its status should tell of. */
enum verdict verdict_worse(enum verdict a, enum verdict b);

/* "verdict: ..." with why, and a mark to look for if it is bad. */
void verdict_print(FILE *out, enum verdict verdict, const char *note);
/* The last line of a table of which so many rows were asked for. */
void verdict_print_worst(FILE *out, enum verdict worst, unsigned done,
    unsigned asked, const char *rows);

#endif /* STRESS_VERDICT_H */
