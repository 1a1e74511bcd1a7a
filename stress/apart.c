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

#include "pmap_sim/panic.h"
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

/* SIGCHLD, which is blocked while there is a child. */
static sigset_t
apart_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	return signals;
}

/* Until it ends, for a second, or until a signal comes. */
static void
apart_nap(void)
{
	const struct timespec second = { .tv_sec = 1 };
	const sigset_t signals = apart_signals();

	(void)sigtimedwait(&signals, NULL, &second);
}

static int
apart_wait(pid_t child, void (*look)(void *arg), void *arg)
{
	unsigned patience = PATIENCE_S;
	boolean_t told = FALSE;
	int status;
	pid_t ended;

	while ((ended = waitpid(child, &status, WNOHANG)) == 0) {
		if (interrupted() && !told) {
			kill(child, SIGINT);
			told = TRUE;
		} else if (told && patience-- == 0)
			kill(child, SIGKILL);
		if (look != NULL)
			look(arg);
		apart_nap();
	}
	return ended == child ? status : -1;
}

int
apart(int (*body)(void *arg), void (*look)(void *arg), void *arg)
{
	const sigset_t signals = apart_signals();
	sigset_t before;
	pid_t child;
	int status;

	fflush(NULL);
	signal(SIGCHLD, SIG_DFL); /* else a child leaves no status */
	sigprocmask(SIG_BLOCK, &signals, &before);
	child = fork();
	if (child == 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
		exit(body(arg));
	}
	if (child < 0) {
		fprintf(stderr, "vmrace: fork: %s\n", strerror(errno));
		status = -1;
	} else
		status = apart_wait(child, look, arg);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
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
	case NO_MEMORY_EXIT:
		snprintf(note, note_size, "out of frames and swap");
		return VERDICT_NO_MEMORY;
	default:
		if (finished)
			return own;
		snprintf(note, note_size, "panic: it left with status %d",
		    WEXITSTATUS(status));
		return VERDICT_VIOLATION;
	}
}
