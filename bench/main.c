/* SPDX-License-Identifier: BSD-2-Clause */
/* The program behind `vmrace bench`, and `work` for profilers. */
#include <stdio.h>
#include <string.h>

#include "bench/commands.h"
#include "commit.h"
#include "stress/build.h"
#include "stress/verdict.h"

const struct build_source build_source = {
	.version = VMRACE_VERSION,
	.commit = VMRACE_COMMIT,
	.dirty = VMRACE_DIRTY,
	.flags = VMRACE_FLAGS,
};

int
main(int argc, char **argv)
{
	if (argc >= 2 && strcmp(argv[1], "--version") == 0) {
		puts("vmrace " VMRACE_VERSION);
		return STATUS_SOUND;
	}
	if (argc >= 2 && strcmp(argv[1], "work") == 0)
		return work_main(argc - 1, argv + 1);
	if (argc < 2 || strcmp(argv[1], "bench") != 0) {
		fputs("Usage: vmrace-bench bench [ARGUMENT...]\n"
		      "       vmrace-bench work OPERATION SUBJECT ARGS N\n",
		    stderr);
		return STATUS_MISUSE;
	}
	argv[1] = "vmrace bench";
	return bench_main(argc - 1, argv + 1);
}
