/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the main() of a program with subcommands does: find the one that is
 * named first, and be it.
 *
 * A file that may not grow further (ulimit -f) is a full disk to us: the write
 * fails and whoever writes says so.  The signal would end the program without
 * a word.
 */
#ifndef STRESS_DISPATCH_H
#define STRESS_DISPATCH_H

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "stress/build.h"
#include "stress/verdict.h"

struct command {
	const char *name;
	const char *called; /* in messages */
	int (*main)(int argc, char **argv);
	const char *sentence;
};

static inline int
dispatch_usage(
    FILE *out, int status, const char *program, const struct command *commands)
{
	fprintf(out, "Usage: %s COMMAND [ARGUMENT...]\n\n", program);
	for (; commands->name != NULL; commands++)
		fprintf(out, "  %-8s %s\n", commands->name, commands->sentence);
	fputs("\nEach command has --help.\n", out);
	return status;
}

/* commands: ends with one without a name.  The exit status. */
static inline int
dispatch(
    const char *program, const struct command *commands, int argc, char **argv)
{
	(void)signal(SIGXFSZ, SIG_IGN);
	if (argc < 2)
		return dispatch_usage(stderr, STATUS_MISUSE, program, commands);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return dispatch_usage(stdout, STATUS_SOUND, program, commands);
	if (strcmp(argv[1], "--version") == 0) {
		printf("vmrace %s\n", build_source.version);
		return STATUS_SOUND;
	}
	for (const struct command *c = commands; c->name != NULL; c++) {
		if (strcmp(argv[1], c->name) != 0)
			continue;
		argv[1] = (char *)c->called;
		return c->main(argc - 1, argv + 1);
	}
	fprintf(stderr, "vmrace: there is no command \"%s\"\n", argv[1]);
	return dispatch_usage(stderr, STATUS_MISUSE, program, commands);
}

#endif /* STRESS_DISPATCH_H */
