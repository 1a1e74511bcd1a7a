/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The search program: what `vmrace` does under the deterministic scheduler.  A
 * program of its own, for in it core/ and the machine are the controlled back
 * end's.
 */
#include "commit.h"
#include "stress/dispatch.h"
#include "stress/search/commands.h"

const struct build_source build_source = {
	.version = VMRACE_VERSION,
	.commit = VMRACE_COMMIT,
	.dirty = VMRACE_DIRTY,
	.flags = VMRACE_FLAGS,
};

static const struct command commands[] = {
	{ "explore", "vmrace explore", explore_main,
	    "run a scenario in every order, or in many" },
	{ "replay", "vmrace replay", replay_main,
	    "a saved failure again, and what happens in it" },
	{ "list", "vmrace list", list_main, "list the names options take" },
	{ "hunt", "vmrace hunt", hunt_main,
	    "find a failure, shrink it, certify it, save it" },
	{ 0 },
};

int
main(int argc, char **argv)
{
	return dispatch("vmrace-search", commands, argc, argv);
}
