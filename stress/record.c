/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vmrace record: run a program under perf, and keep its memory life.
 *
 * perf writes to a directory of its own, which goes whatever happens.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress/commands.h"
#include "stress/need.h"
#include "stress/record_parse.h"
#include "stress/verdict.h"

#define NOT_STARTED 4

extern char **environ;

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

struct record_options {
	const char *output;
	char **command;
	int count;
};

static error_t
record_option(int key, char *arg, struct argp_state *state)
{
	struct record_options *o = state->input;

	switch (key) {
	case 'o':
		o->output = arg;
		return 0;
	case ARGP_KEY_ARGS:
		o->command = state->argv + state->next;
		o->count = state->argc - state->next;
		return 0;
	case ARGP_KEY_END:
		if (o->output == NULL)
			argp_error(state, "where to? -o FILE.vmt.zst");
		if (o->count == 0)
			argp_error(state, "what? -- CMD...");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp record_argp = {
	.options =
	    (struct argp_option[]){
		{ "output", 'o', "FILE", 0, "the trace to write", 0 },
		{ 0 },
	    },
	.parser = record_option,
	.args_doc = "-- CMD...",
	.doc = "Record the mmaps, faults, forks, execs and exits of a program "
	       "and its children, with perf.\vNeeds the right to trace: root, "
	       "or tracefs readable and kernel.perf_event_paranoid at -1.",
};

/* Run argv; its stderr to a file if quiet.  The status, as wait() has it. */
static int
run_program(char **argv, const char *quiet)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t interrupt;
	int status = -1;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	if (quiet != NULL)
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, quiet,
		    O_WRONLY | O_CREAT | O_TRUNC, 0600);
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT); /* we ignore it; the program does not */
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &interrupt);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	errno =
	    posix_spawnp(&pid, argv[0], &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (errno != 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return status;
}

/* perf record ... -o data -- command */
static int
record_with_perf(const char *data, const struct record_options *o)
{
	const char **argv =
	    need_zeroed(16 + 2 * EVENTS + (size_t)o->count, sizeof(*argv));
	unsigned n = 0;
	int status;

	argv[n++] = "perf";
	argv[n++] = "record";
	argv[n++] = "-q";
	argv[n++] = "-d";
	argv[n++] = "-m";
	argv[n++] = "32M";
	argv[n++] = "-o";
	argv[n++] = data;
	for (unsigned i = 0; i < EVENTS; i++) {
		argv[n++] = "-e";
		argv[n++] = events[i];
	}
	argv[n++] = "--";
	for (int i = 0; i < o->count; i++)
		argv[n++] = o->command[i];
	status = run_program((char **)argv, NULL);
	free(argv);
	return status;
}

/* May we trace at all?  perf says it in many words; we in one line. */
static boolean_t
may_trace(const char *directory)
{
	char *data = need_printf("%s/probe", directory);
	char *words = need_printf("%s/words", directory);
	char *argv[] = { "perf", "record", "-q", "-o", data, "-e",
		"exceptions:page_fault_user", "-e", "task:task_newtask", "--",
		"true", NULL };
	int status = run_program(argv, words);

	if (status == -1)
		fprintf(stderr,
		    "vmrace: record: cannot run perf: install linux-perf\n");
	else if (status != 0)
		fprintf(stderr,
		    "vmrace: record: no right to trace: be root, or have "
		    "tracefs readable and kernel.perf_event_paranoid at -1\n");
	free(words);
	free(data);
	return status == 0;
}

static struct trace *
convert(const char *data, const char *program)
{
	char *command = need_printf(
	    "perf script -i '%s' --show-mmap-events --show-lost-events --ns "
	    "-F tid,time,event,trace 2>/dev/null",
	    data);
	FILE *in = popen(command, "r");
	struct recorder *r;
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	free(command);
	if (in == NULL)
		return NULL;
	r = recorder_create();
	while ((length = getline(&line, &room, in)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		recorder_line(r, line);
	}
	free(line);
	pclose(in);
	return recorder_finish(r, program);
}

static void
summarise(const struct trace *t, const char *path)
{
	struct stat st;
	unsigned long faults = 0;

	for (unsigned i = 0; i < t->event_count; i++)
		faults += t->events[i].op <= TRACE_STORE;
	if (stat(path, &st) != 0)
		st.st_size = 0;
	printf("%s: %u events (%lu faults), %u tasks, %u files, %lld bytes\n",
	    path, t->event_count, faults, t->task_count, t->file_count,
	    (long long)st.st_size);
	for (unsigned i = 0; i < t->skip_count; i++)
		printf("  not recorded: %lu: %s\n", t->skips[i].count,
		    t->skips[i].reason);
}

static int
record_in(const char *directory, const struct record_options *o)
{
	const char *slash = strrchr(o->command[0], '/');
	char *data;
	struct trace *trace;
	int status, result = NOT_STARTED;

	if (!may_trace(directory))
		return NOT_STARTED;
	data = need_printf("%s/data", directory);
	status = record_with_perf(data, o);
	trace = convert(data, slash != NULL ? slash + 1 : o->command[0]);
	free(data);
	if (trace == NULL || trace->event_count == 0)
		fprintf(stderr, "vmrace: record: nothing was recorded\n");
	else if (trace_write(trace, o->output)) {
		summarise(trace, o->output);
		result = 0;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		fprintf(stderr, "vmrace: record: %s ended with status %d\n",
		    o->command[0], WEXITSTATUS(status));
	if (trace != NULL)
		trace_close(trace);
	return result;
}

static void
sweep(const char *directory)
{
	static const char *const names[] = { "probe", "probe.old", "words",
		"data", "data.old" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = need_printf("%s/%s", directory, names[i]);

		unlink(path);
		free(path);
	}
	rmdir(directory);
}

int
record_main(int argc, char **argv)
{
	struct record_options o = { 0 };
	const char *tmp = getenv("TMPDIR");
	char *directory;
	int result = NOT_STARTED;

	argp_parse(&record_argp, argc, argv, 0, NULL, &o);
	directory = need_printf(
	    "%s/vmrace-record-XXXXXX", tmp != NULL && *tmp ? tmp : "/tmp");
	/* ^C is the program's; we go on and keep what it did. */
	signal(SIGINT, SIG_IGN);
	if (mkdtemp(directory) == NULL)
		fprintf(stderr, "vmrace: %s: %s\n", directory, strerror(errno));
	else {
		result = record_in(directory, &o);
		sweep(directory);
	}
	free(directory);
	return result;
}
