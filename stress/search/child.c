/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A task that goes round between two points never comes back to the scheduler,
 * whose limit is one of points.  From without it is a process that uses its
 * processor and shows no sign of life; one that only sleeps waits for another,
 * which is watched as well.
 */
#define _GNU_SOURCE
#include "stress/search/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "stress/interrupt.h"
#include "stress/search/judge.h"
#include "stress/verdict.h"

#define LOOK_NS 100000000

pid_t
child_fork(void)
{
	pid_t parent = getpid(), pid;

	signal(SIGCHLD, SIG_DFL); /* else it leaves no status */
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		fprintf(stderr, "vmrace: fork: %s\n", strerror(errno));
	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(STATUS_NOT_STARTED);
	return 0;
}

double
child_used_s(pid_t pid)
{
	struct timespec used = { 0 };
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) == 0)
		(void)clock_gettime(clock, &used);
	return (double)used.tv_sec + (double)used.tv_nsec * 1e-9;
}

struct vigil {
	pid_t pid;
	const struct child_watch *watch;
	uint64_t beat;
	double used_s; /* when it came there */
	boolean_t killed;
};

static void
vigil_look(struct vigil *vigil)
{
	const uint64_t *shared = vigil->watch->beat;
	double used = child_used_s(vigil->pid);
	uint64_t beat =
	    shared != NULL ? __atomic_load_n(shared, __ATOMIC_RELAXED) : 0;

	if (vigil->watch->interrupted != NULL && interrupted())
		__atomic_store_n(
		    vigil->watch->interrupted, TRUE, __ATOMIC_RELAXED);
	if (beat != vigil->beat) {
		vigil->beat = beat;
		vigil->used_s = used;
	} else if (used - vigil->used_s > CHILD_PATIENCE_S) {
		vigil->killed = TRUE;
		kill(vigil->pid, SIGKILL);
	}
}

int
child_wait(pid_t pid, const struct child_watch *watch)
{
	const struct timespec nap = { .tv_nsec = LOOK_NS };
	struct vigil vigil = { .pid = pid, .watch = watch };
	sigset_t child, before;
	pid_t ended;
	int status;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	while ((ended = waitpid(pid, &status, WNOHANG)) == 0) {
		vigil_look(&vigil);
		(void)sigtimedwait(&child, NULL, &nap);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (ended != pid) {
		fprintf(stderr, "vmrace: waitpid: %s\n", strerror(errno));
		exit(STATUS_NOT_STARTED);
	}
	return vigil.killed && WIFSIGNALED(status) ? CHILD_NO_END : status;
}

boolean_t
child_not_started(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == STATUS_NOT_STARTED;
}

void
child_death(int status, char *text, size_t size)
{
	if (status == CHILD_NO_END)
		snprintf(text, size,
		    "no end: the task that ran reached no point in %d s of "
		    "its time",
		    CHILD_PATIENCE_S);
	else
		judge_death(status, text, size);
}
