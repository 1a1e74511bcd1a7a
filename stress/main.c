/* SPDX-License-Identifier: BSD-2-Clause */
/* The stress program: one subcommand each for what `vmrace` offers. */
#include "commit.h"
#include "stress/commands.h"
#include "stress/dispatch.h"

const struct build_source build_source = {
	.version = VMRACE_VERSION,
	.commit = VMRACE_COMMIT,
	.dirty = VMRACE_DIRTY,
	.flags = VMRACE_FLAGS,
};

static const struct command commands[] = {
	{ "stress", "vmrace stress", stress_main, "hammer the VM" },
	{ "run", "vmrace run", run_main, "replay a recorded program" },
	{ "record", "vmrace record", record_main, "record a program" },
	{ "list", "vmrace list", list_main, "list the names options take" },
	{ 0 },
};

int
main(int argc, char **argv)
{
	return dispatch("vmrace-stress", commands, argc, argv);
}
