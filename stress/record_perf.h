/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perf, as we use it: it is attached to a process that waits to be the program,
 * and writes to a directory of ours until it is told to stop.
 */
#ifndef STRESS_RECORD_PERF_H
#define STRESS_RECORD_PERF_H

#include <sys/types.h>

#include "stress/recorder.h"

struct perf {
	const char *directory;
	pid_t pid;  /* 0: it has ended */
	int status; /* its exit status then, or 128 and the signal */
	int command[2], answer, said;
};

/* What perf leaves in its directory. */
extern const char *const perf_files[];
#define PERF_FILES 2

/* From here on all is recorded that the process and its children do.  FALSE: a
 * line on stderr has said what is missing. */
boolean_t perf_start(struct perf *perf, const char *directory, pid_t process);
/* Has it ended?  Of itself it does only if something is wrong or nobody is left
 * to be looked at. */
boolean_t perf_has_ended(struct perf *perf);
/* Let it write what it still has.  FALSE: a line on stderr has said what went
 * wrong, now or before. */
boolean_t perf_stop(struct perf *perf);
/* Feed the recorder.  FALSE: a line on stderr. */
boolean_t perf_read(struct perf *perf, struct recorder *r);
/* After perf_start, whatever it said; perf has ended. */
void perf_fini(struct perf *perf);

#endif /* STRESS_RECORD_PERF_H */
