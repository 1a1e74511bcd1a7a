/* SPDX-License-Identifier: BSD-2-Clause */
/* The program behind `vmrace bench`, and `work` for profilers. */
#include "bench/commands.h"
#include "commit.h"
#include "stress/dispatch.h"

const struct build_source build_source = {
	.version = VMRACE_VERSION,
	.commit = VMRACE_COMMIT,
	.dirty = VMRACE_DIRTY,
	.flags = VMRACE_FLAGS,
};

static const struct command commands[] = {
	{ "bench", "vmrace bench", bench_main, "measure side by side" },
	{ "work", "vmrace-bench work", work_main,
	    "so many operations, for a profiler" },
	{ 0 },
};

int
main(int argc, char **argv)
{
	return dispatch("vmrace-bench", commands, argc, argv);
}
