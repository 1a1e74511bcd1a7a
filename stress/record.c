/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vmrace record: run a program under perf, and keep its memory life.
 *
 * The program is a child of ours that waits at a gate until perf looks at it.
 * Signals are taken from a queue, so that none comes between looking and
 * sleeping: the program's end, perf's, and the user's ^C, which is the
 * program's first of all; who insists gets rid of a program that does not heed
 * it.
 *
 * perf writes to a directory of its own, which goes whatever happens; only a
 * trace that could not be put where it should stays there.
 */
#define _GNU_SOURCE
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress/commands.h"
#include "stress/need.h"
#include "stress/record_perf.h"
#include "stress/record_report.h"
#include "stress/verdict.h"

struct recording {
	const char *output;
	char **command; /* NULL-terminated */
	char *directory;
	sigset_t signals;     /* that are waited for, */
	sigset_t signals_old; /* and that were blocked before */
	pid_t program;        /* 0: it has ended */
	int program_status;
	int gate, refusal; /* pipes to and from the program that is to be */
	unsigned interrupts;
	struct perf perf;
};

static error_t
record_option(int key, char *arg, struct argp_state *state)
{
	struct recording *o = state->input;

	switch (key) {
	case 'o':
		o->output = arg;
		return 0;
	case ARGP_KEY_ARGS:
		o->command = state->argv + state->next;
		return 0;
	case ARGP_KEY_END:
		if (o->output == NULL)
			argp_error(state, "where to? -o FILE.vmt.zst");
		if (o->command == NULL)
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
	       "and its children, with perf, until the program ends.\vNeeds "
	       "the right to trace: root, or tracefs readable and "
	       "kernel.perf_event_paranoid at -1.  Status: 0 if there is a "
	       "trace, whatever became of the program; 130 if there is one up "
	       "to a ^C; 4 if there is none.",
};

/* --- The program ---------------------------------------------------------- */

/* In the child: once the gate opens, become the program. */
_Noreturn static void
program_become(const struct recording *o, int gate, int refusal)
{
	char word;
	int error;

	if (read(gate, &word, 1) == 1) {
		(void)signal(SIGXFSZ, SIG_DFL); /* ours alone: dispatch.h */
		sigprocmask(SIG_SETMASK, &o->signals_old, NULL);
		execvp(o->command[0], o->command);
		error = errno;
		(void)!write(refusal, &error, sizeof(error));
	}
	_exit(127);
}

static boolean_t
program_fork(struct recording *o)
{
	int gate[2], refusal[2];

	if (pipe2(gate, O_CLOEXEC) != 0 || pipe2(refusal, O_CLOEXEC) != 0)
		need_failed();
	o->program = fork();
	if (o->program == 0) {
		close(gate[1]);
		program_become(o, gate[0], refusal[1]);
	}
	close(gate[0]);
	close(refusal[1]);
	o->gate = gate[1];
	o->refusal = refusal[0];
	if (o->program > 0)
		return TRUE;
	fprintf(stderr, "vmrace: record: fork: %s\n", strerror(errno));
	return FALSE;
}

/* FALSE: a line has said why it did not become the program. */
static boolean_t
program_start(struct recording *o)
{
	int error;

	if (write(o->gate, "", 1) != 1 ||
	    read(o->refusal, &error, sizeof(error)) != sizeof(error))
		return TRUE;
	fprintf(
	    stderr, "vmrace: record: %s: %s\n", o->command[0], strerror(error));
	return FALSE;
}

static boolean_t
program_has_ended(struct recording *o)
{
	if (o->program != 0 &&
	    waitpid(o->program, &o->program_status, WNOHANG) == o->program)
		o->program = 0;
	return o->program == 0;
}

/* A signal that is to end it all.  From the terminal the program has it. */
static void
program_interrupt(struct recording *o, const siginfo_t *info)
{
	if (o->interrupts++ == 0) {
		fprintf(stderr,
		    "vmrace: record: interrupted: waiting for %s to end\n",
		    o->command[0]);
		if (info->si_code != SI_KERNEL)
			kill(o->program, info->si_signo);
	} else
		kill(o->program, o->interrupts == 2 ? SIGTERM : SIGKILL);
}

static void
program_wait(struct recording *o)
{
	boolean_t told = FALSE;
	siginfo_t info;

	while (!program_has_ended(o)) {
		if (!told && perf_has_ended(&o->perf) &&
		    !program_has_ended(o)) {
			told = TRUE;
			fprintf(stderr,
			    "vmrace: record: perf has ended; %s goes on, "
			    "unrecorded\n",
			    o->command[0]);
		}
		if (sigwaitinfo(&o->signals, &info) > 0 &&
		    info.si_signo != SIGCHLD)
			program_interrupt(o, &info);
	}
}

static void
program_tell_end(const struct recording *o)
{
	int status = o->program_status;

	if (WIFSIGNALED(status))
		fprintf(stderr,
		    "vmrace: record: %s was killed by signal %d (%s)\n",
		    o->command[0], WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		fprintf(stderr, "vmrace: record: %s ended with status %d\n",
		    o->command[0], WEXITSTATUS(status));
}

/* --- The trace ------------------------------------------------------------ */

/* Where it should be, or else where there is room. */
static boolean_t
record_keep(const struct recording *o, const struct trace *trace)
{
	char *spare;

	if (trace_write(trace, o->output))
		return TRUE;
	spare = need_printf("%s/trace.vmt.zst", o->directory);
	if (trace_write(trace, spare))
		fprintf(
		    stderr, "vmrace: record: the trace is kept as %s\n", spare);
	free(spare);
	return FALSE;
}

static int
record_convert(struct recording *o)
{
	struct recorder *r = recorder_create();
	boolean_t read = perf_read(&o->perf, r);
	struct trace *trace = recorder_finish(r, o->command[0]);
	boolean_t kept = FALSE;

	if (read && trace->event_count == 0)
		fputs("vmrace: record: nothing was recorded\n", stderr);
	else if (read)
		kept = record_keep(o, trace);
	if (kept)
		record_report(stdout, trace, o->output, o->interrupts != 0);
	trace_close(trace);
	return o->interrupts != 0 ? STATUS_INTERRUPTED
	       : kept             ? STATUS_SOUND
				  : STATUS_NOT_STARTED;
}

/* With perf looking at the program that is to be. */
static int
record_program(struct recording *o)
{
	boolean_t started = program_start(o);

	if (started) {
		program_wait(o);
		program_tell_end(o);
	}
	if (!perf_stop(&o->perf) || !started)
		return STATUS_NOT_STARTED;
	return record_convert(o);
}

static int
record_in_directory(struct recording *o)
{
	int result = STATUS_NOT_STARTED;

	if (!program_fork(o))
		return result;
	if (perf_start(&o->perf, o->directory, o->program))
		result = record_program(o);
	perf_fini(&o->perf);
	close(o->gate);
	close(o->refusal);
	while (!program_has_ended(o)) /* the gate never opened */
		(void)sigwaitinfo(&o->signals, NULL);
	return result;
}

/* --- The command ---------------------------------------------------------- */

/* For the rest of the process: one more ^C changes nothing at its end. */
static void
block_signals(struct recording *o)
{
	static const int signals[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP };

	sigemptyset(&o->signals);
	for (unsigned i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&o->signals, signals[i]);
	signal(SIGCHLD, SIG_DFL); /* else children leave no status */
	sigprocmask(SIG_BLOCK, &o->signals, &o->signals_old);
}

static void
sweep(const char *directory)
{
	for (unsigned i = 0; i < PERF_FILES; i++) {
		char *path = need_printf("%s/%s", directory, perf_files[i]);

		unlink(path);
		free(path);
	}
	rmdir(directory); /* unless the trace is there */
}

int
record_main(int argc, char **argv)
{
	struct recording o = { 0 };
	const char *tmp = getenv("TMPDIR");
	int result = STATUS_NOT_STARTED;

	argp_parse(&record_argp, argc, argv, ARGP_IN_ORDER, NULL, &o);
	if (!trace_writable(o.output))
		return STATUS_NOT_STARTED;
	o.directory = need_printf(
	    "%s/vmrace-record-XXXXXX", tmp != NULL && *tmp ? tmp : "/tmp");
	if (mkdtemp(o.directory) == NULL)
		fprintf(
		    stderr, "vmrace: %s: %s\n", o.directory, strerror(errno));
	else {
		block_signals(&o);
		result = record_in_directory(&o);
		sweep(o.directory);
	}
	free(o.directory);
	return result;
}
