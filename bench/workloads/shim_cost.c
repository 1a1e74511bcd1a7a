/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W0: what the shim costs.  The same turns, each about as long as the shortest
 * lookup, counted and timed by Google Benchmark: in C through the shim, and in
 * C++ without it.
 */
static const struct variant shim_cost_variants[] = {
	{ "batch:64", TIER_STANDARD },
	{ 0 },
};

static const struct loop shim_cost = {
	.workload = "W0",
	.operation = "shim_cost",
	.sentence = "a turn of nothing much, in Google Benchmark's own loop",
	.variants = shim_cost_variants,
	.open = turns_open,
	.close = turns_close,
	.whole = turns_whole,
	.library_times = true,
};
