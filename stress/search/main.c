/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The search program: what `vmrace` does under the deterministic scheduler.  A
 * program of its own, for in it core/ and the machine are the controlled back
 * end's.
 */
#include <stdio.h>
#include <string.h>

#include "commit.h"
#include "stress/build.h"
#include "stress/search/commands.h"
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
	{ "explore", "vmrace explore", explore_main,
	    "run a scenario in every order, or in many" },
	{ "replay", "vmrace replay", replay_main,
	    "a saved failure again, and what happens in it" },
	{ "list", "vmrace list", list_main, "list the names options take" },
	{ "hunt", "vmrace hunt", hunt_main,
	    "find a failure, shrink it, certify it, save it" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int
usage(FILE *out, int status)
{
	fputs("Usage: vmrace-search COMMAND [ARGUMENT...]\n\n", out);
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
	for (unsigned i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) != 0)
			continue;
		argv[1] = (char *)commands[i].called;
		return commands[i].main(argc - 1, argv + 1);
	}
	fprintf(stderr, "vmrace: there is no command \"%s\"\n", argv[1]);
	return usage(stderr, STATUS_MISUSE);
}
