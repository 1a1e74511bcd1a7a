/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
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

void
apart_leave(int status)
{
	fflush(NULL);
	for (;;)
		syscall(SYS_exit_group, status);
}

/* A finding, unless there is one. */
static void __attribute__((format(printf, 2, 3)))
evidence_find(struct evidence *evidence, const char *format, ...)
{
	va_list ap;

	if (evidence->finding[0] != '\0')
		return;
	va_start(ap, format);
	vsnprintf(evidence->finding, sizeof(evidence->finding), format, ap);
	va_end(ap);
}

void
apart_evidence(const struct apart_watch *watch, int status, int finished,
    struct evidence *evidence)
{
	if (status == -1)
		evidence->not_started = TRUE;
	else if (watch->silent)
		evidence_find(
		    evidence, "watchdog: the trial stopped answering");
	else if (WIFSIGNALED(status))
		evidence_find(evidence, "killed by signal %d (%s)",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) == STATUS_NOT_STARTED)
		evidence->not_started = TRUE;
	else if (WEXITSTATUS(status) == NO_MEMORY_EXIT) {
		if (evidence->no_memory[0] == '\0')
			snprintf(evidence->no_memory,
			    sizeof(evidence->no_memory),
			    "out of frames and swap");
	} else if (WEXITSTATUS(status) == STATUS_SANITIZER) {
		/* A leak is found when all else has been said. */
		if (evidence->reports == 0)
			evidence->reports = 1;
	} else if (!finished)
		evidence_find(evidence, "panic: it left with status %d",
		    WEXITSTATUS(status));
}
