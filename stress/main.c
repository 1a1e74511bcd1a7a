/* SPDX-License-Identifier: BSD-2-Clause */
/* The stress program: one subcommand each for what `vmrace` offers. */
#include <stdio.h>
#include <string.h>

#include "commit.h"
#include "stress/build.h"
#include "stress/commands.h"
#include "stress/verdict.h"

const struct build_source build_source = {
	.version = VMRACE_VERSION,
	.commit = VMRACE_COMMIT,
	.dirty = VMRACE_DIRTY,
	.flags = VMRACE_FLAGS,
};

static const struct {
	const char *name;
	const char *called; /* in messages */
	int (*main)(int argc, char **argv);
	const char *sentence;
} commands[] = {
	{ "stress", "vmrace stress", stress_main, "hammer the VM" },
	{ "run", "vmrace run", run_main, "replay a recorded program" },
	{ "record", "vmrace record", record_main, "record a program" },
	{ "list", "vmrace list", list_main, "list the names options take" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int
usage(FILE *out, int status)
{
	fputs("Usage: vmrace-stress COMMAND [ARGUMENT...]\n\n", out);
	for (unsigned i = 0; i < COMMANDS; i++)
		fprintf(
		    out, "  %-8s %s\n", commands[i].name, commands[i].sentence);
	fputs("\nEach command has --help.\n", out);
	return status;
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		return usage(stderr, STATUS_MISUSE);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return usage(stdout, STATUS_SOUND);
	if (strcmp(argv[1], "--version") == 0) {
		puts("vmrace " VMRACE_VERSION);
		return STATUS_SOUND;
	}
	for (unsigned i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		argv[1] = (char *)commands[i].called;
		return commands[i].main(argc - 1, argv + 1);
	}
	fprintf(stderr, "vmrace: there is no command \"%s\"\n", argv[1]);
	return usage(stderr, STATUS_MISUSE);
}
