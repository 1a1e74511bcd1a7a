/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stress/apart.h"
#include "stress/interrupt.h"

#define PATIENCE_S 30 /* for a child to end after ^C */

void *
apart_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory != MAP_FAILED ? memory : NULL;
}

void
apart_memory_free(void *memory, size_t size)
{
	if (memory != NULL)
		munmap(memory, size);
}

static int
apart_wait(pid_t child)
{
	const struct timespec nap = { .tv_nsec = 50000000 };
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
		if (!interrupted())
			continue;
		kill(child, SIGINT);
		for (unsigned naps = 0; naps < PATIENCE_S * 20; naps++) {
			if (waitpid(child, &status, WNOHANG) == child)
				return status;
			nanosleep(&nap, NULL);
		}
		kill(child, SIGKILL);
	}
	return status;
}

int
apart(int (*body)(void *arg), void *arg)
{
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child < 0) {
		fprintf(stderr, "vmrace: fork: %s\n", strerror(errno));
		return -1;
	}
	if (child == 0)
		exit(body(arg));
	return apart_wait(child);
}

enum verdict
apart_verdict(int status, int finished, enum verdict own, unsigned long reports,
    char *note, size_t note_size)
{
	if (status == -1)
		return VERDICT_NOT_STARTED;
	if (WIFSIGNALED(status)) {
		snprintf(note, note_size, "killed by signal %d (%s)%s",
		    WTERMSIG(status), strsignal(WTERMSIG(status)),
		    reports != 0 ? " after a sanitizer's report" : "");
		return reports != 0 ? VERDICT_SANITIZER : VERDICT_VIOLATION;
	}
	switch (WEXITSTATUS(status)) {
	case STATUS_SANITIZER:
		if (finished && own == VERDICT_VIOLATION)
			return own;
		if (!finished || own != VERDICT_SANITIZER)
			snprintf(note, note_size, "see the report above");
		return VERDICT_SANITIZER;
	case STATUS_NOT_STARTED:
		return VERDICT_NOT_STARTED;
	default:
		if (finished)
			return own;
		snprintf(note, note_size, "panic: it left with status %d",
		    WEXITSTATUS(status));
		return VERDICT_VIOLATION;
	}
}
