/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perf has a process group of its own, so that a ^C at the terminal leaves it
 * to write what it has; it is started without events, told to begin through a
 * pipe, and answers when it has.  What it says we keep, in memory, for the disk
 * may be full: of that we tell one line, and only if it failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress/need.h"
#include "stress/record_parse.h"
#include "stress/record_perf.h"

#define TRACEFS "/sys/kernel/tracing"

extern char **environ;

const char *const perf_files[PERF_FILES] = { "data", "data.old" };

static const char *const events[] = {
	"exceptions:page_fault_user",
	"syscalls:sys_enter_mmap",
	"syscalls:sys_exit_mmap",
	"syscalls:sys_enter_munmap",
	"syscalls:sys_exit_munmap",
	"syscalls:sys_enter_brk",
	"syscalls:sys_exit_brk",
	"syscalls:sys_enter_mprotect",
	"syscalls:sys_exit_mprotect",
	"syscalls:sys_enter_mremap",
	"syscalls:sys_exit_mremap",
	"syscalls:sys_enter_madvise",
	"syscalls:sys_exit_madvise",
	"task:task_newtask",
	"sched:sched_process_exec",
	"sched:sched_process_exit",
};

#define EVENTS (sizeof(events) / sizeof(events[0]))

/* --- What is missing ------------------------------------------------------ */

/* Is that what perf says when all is well? */
static boolean_t
is_chatter(const char *line)
{
	return line[0] == '\0' || strcmp(line, "Error:") == 0 ||
	       strncmp(line, "[ perf", 6) == 0 ||
	       strncmp(line, "Events ", 7) == 0 ||
	       strstr(line, "Ignoring.") != NULL;
}

/* The first of perf's words that mean something; the caller's. */
static char *
perf_words(const struct perf *perf)
{
	FILE *in = fdopen(dup(perf->said), "r");
	char *line = NULL, *found = NULL;
	size_t room = 0;

	if (in == NULL)
		need_failed();
	rewind(in);
	while (found == NULL && getline(&line, &room, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!is_chatter(line))
			found = need_printf("%s", line);
	}
	free(line);
	fclose(in);
	return found != NULL ? found : need_printf("it does not say why");
}

static int
kernel_paranoia(void)
{
	FILE *in = fopen("/proc/sys/kernel/perf_event_paranoid", "r");
	int level = -1;

	if (in != NULL) {
		if (fscanf(in, "%d", &level) != 1)
			level = -1;
		fclose(in);
	}
	return level;
}

/* perf has refused: which right is missing, and how is it got? */
static void
perf_refused(const struct perf *perf)
{
	boolean_t mounted = access(TRACEFS "/events", F_OK) == 0;
	char *words;

	if (access(TRACEFS "/events/exceptions/page_fault_user/id", R_OK) !=
	    0) {
		if (errno == EACCES)
			fputs("vmrace: record: no right to read " TRACEFS
			      ": be root, or have root say: mount -o "
			      "remount,mode=755 " TRACEFS "\n",
			    stderr);
		else
			fprintf(stderr,
			    "vmrace: record: the kernel has no tracepoint of "
			    "page faults: %s\n",
			    mounted ? "it was built without them"
				    : "have root say: mount -t tracefs "
				      "tracefs " TRACEFS);
	} else if (geteuid() != 0 && kernel_paranoia() > -1)
		fprintf(stderr,
		    "vmrace: record: no right to trace, for "
		    "kernel.perf_event_paranoid is %d: be root, or have root "
		    "say: sysctl kernel.perf_event_paranoid=-1\n",
		    kernel_paranoia());
	else {
		words = perf_words(perf);
		fprintf(
		    stderr, "vmrace: record: perf cannot record: %s\n", words);
		free(words);
	}
}

/* --- Running perf --------------------------------------------------------- */

/* perf with these arguments, its words to us, and these descriptors left to
 * it; `out` becomes its stdout, unless -1.  0 and errno: there is no perf. */
static pid_t
perf_spawn(
    const struct perf *perf, char *const argv[], int out, const int inherit[2])
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	pid_t pid;
	int error;

	if (ftruncate(perf->said, 0) != 0 || lseek(perf->said, 0, SEEK_SET))
		need_failed();
	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(
	    &actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (out != -1)
		posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	for (unsigned i = 0; inherit != NULL && i < 2; i++)
		posix_spawn_file_actions_adddup2(
		    &actions, inherit[i], inherit[i]);
	posix_spawn_file_actions_adddup2(&actions, perf->said, STDERR_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	error =
	    posix_spawnp(&pid, argv[0], &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	errno = error;
	return error == 0 ? pid : 0;
}

static pid_t
perf_spawn_record(const struct perf *perf, pid_t process, const int ends[2])
{
	char *data = need_printf("%s/data", perf->directory);
	char *control = need_printf("fd:%d,%d", ends[0], ends[1]);
	char *target = need_printf("%d", (int)process);
	const char *argv[32 + 2 * EVENTS] = { "perf", "record", "-d",
		"--no-buildid", "--no-buildid-cache", "-m", "32M", "-o", data,
		"--delay=-1", "--control", control, "-p", target };
	unsigned n = 14;
	pid_t pid;

	for (unsigned i = 0; i < EVENTS; i++) {
		argv[n++] = "-e";
		argv[n++] = events[i];
	}
	pid = perf_spawn(perf, (char *const *)argv, -1, ends);
	free(target);
	free(control);
	free(data);
	return pid;
}

/* Wait for its end, or with WNOHANG only look. */
static boolean_t
perf_ended(struct perf *perf, int how)
{
	int status;
	pid_t pid;

	do
		pid = waitpid(perf->pid, &status, how);
	while (pid < 0 && errno == EINTR);
	if (pid != perf->pid)
		return FALSE;
	perf->pid = 0;
	perf->status =
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return TRUE;
}

static boolean_t
perf_told(struct perf *perf, const char *command)
{
	char answer[16];
	size_t length = strlen(command);
	ssize_t got;

	if (write(perf->command[1], command, length) != (ssize_t)length)
		return FALSE;
	do
		got = read(perf->answer, answer, sizeof(answer));
	while (got < 0 && errno == EINTR);
	return got > 0;
}

boolean_t
perf_start(struct perf *perf, const char *directory, pid_t process)
{
	int answer[2];

	*perf = (struct perf){
		.directory = directory,
		.said = memfd_create("perf", MFD_CLOEXEC),
	};
	/* The user's configuration shall not change what perf says. */
	setenv("PERF_CONFIG", "/dev/null", 1);
	if (perf->said < 0 || pipe2(perf->command, O_CLOEXEC) != 0 ||
	    pipe2(answer, O_CLOEXEC) != 0)
		need_failed();
	perf->answer = answer[0];
	perf->pid = perf_spawn_record(
	    perf, process, (int[]){ perf->command[0], answer[1] });
	close(answer[1]);
	if (perf->pid == 0) {
		fprintf(stderr,
		    "vmrace: record: cannot run perf: %s: install linux-perf\n",
		    strerror(errno));
		return FALSE;
	}
	if (!perf_told(perf, "enable\n")) {
		perf_ended(perf, 0);
		perf_refused(perf);
		return FALSE;
	}
	return TRUE;
}

boolean_t
perf_has_ended(struct perf *perf)
{
	return perf->pid == 0 || perf_ended(perf, WNOHANG);
}

boolean_t
perf_stop(struct perf *perf)
{
	char *words;

	if (!perf_has_ended(perf)) {
		(void)perf_told(perf, "stop\n");
		(void)perf_ended(perf, 0);
	}
	if (perf->status == 0)
		return TRUE;
	words = perf_words(perf);
	fprintf(stderr, "vmrace: record: perf failed: %s\n", words);
	free(words);
	return FALSE;
}

void
perf_fini(struct perf *perf)
{
	close(perf->command[0]);
	close(perf->command[1]);
	close(perf->answer);
	close(perf->said);
}

/* --- What it has seen ----------------------------------------------------- */

static void
perf_lines(int fd, struct recorder *r)
{
	FILE *in = fdopen(fd, "r");
	char *line = NULL;
	size_t room = 0;

	if (in == NULL)
		need_failed();
	while (getline(&line, &room, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		recorder_line(r, line);
	}
	free(line);
	fclose(in);
}

boolean_t
perf_read(struct perf *perf, struct recorder *r)
{
	char *data = need_printf("%s/data", perf->directory), *words;
	char *argv[] = { "perf", "script", "-f", "-i", data,
		"--show-mmap-events", "--show-task-events",
		"--show-lost-events", "--ns", "-F", "tid,time,event,trace",
		NULL };
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		need_failed();
	perf->pid = perf_spawn(perf, argv, ends[1], NULL);
	close(ends[1]);
	perf_lines(ends[0], r);
	free(data);
	if (perf->pid != 0 && perf_ended(perf, 0) && perf->status == 0)
		return TRUE;
	words = perf_words(perf);
	fprintf(stderr, "vmrace: record: perf cannot read its own record: %s\n",
	    words);
	free(words);
	return FALSE;
}
