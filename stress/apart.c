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
#include "pmap_sim/sync.h"
#include "stress/apart.h"
#include "stress/clock.h"
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

/* Its pulse.  FALSE: there has been none for too long. */
static boolean_t
apart_lives(const struct apart_watch *watch, unsigned long *seen, double *since)
{
	unsigned long beat = sync_load_relaxed(watch->beat);

	if (beat != *seen) {
		*seen = beat;
		*since = seconds_now();
	}
	return seconds_now() - *since <= watch->patience_s;
}

static int
apart_wait(pid_t child, void *arg, struct apart_watch *watch)
{
	unsigned long seen = 0;
	double since = seconds_now(), told = 0;
	int status;
	pid_t ended;

	while ((ended = waitpid(child, &status, WNOHANG)) == 0) {
		if (told == 0 && interrupted()) {
			kill(child, SIGINT);
			told = seconds_now();
		} else if (told != 0 && seconds_now() - told > PATIENCE_S)
			kill(child, SIGKILL);
		else if (told == 0 && !apart_lives(watch, &seen, &since)) {
			watch->silent = TRUE;
			kill(child, SIGKILL);
		}
		if (watch->look != NULL)
			watch->look(arg);
		apart_nap();
	}
	return ended == child ? status : -1;
}

int
apart(int (*body)(void *arg), void *arg, struct apart_watch *watch)
{
	const sigset_t signals = apart_signals();
	sigset_t before;
	pid_t child;
	int status;

	watch->silent = FALSE;
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
		status = apart_wait(child, arg, watch);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}

enum verdict
apart_verdict(const struct apart_watch *watch, int status, int finished,
    enum verdict own, unsigned long reports, char *note, size_t note_size)
{
	if (status == -1)
		return VERDICT_NOT_STARTED;
	if (watch->silent) {
		snprintf(
		    note, note_size, "watchdog: the trial stopped answering");
		return VERDICT_VIOLATION;
	}
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
