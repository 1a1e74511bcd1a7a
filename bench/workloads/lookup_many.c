/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W2: all threads look up objects of one set, uniformly or by Zipf.  With the
 * original's 157 buckets a chain of 1024 objects is six or seven long;
 * table:10007 is the same code with room.
 *
 * updates:N of 100 operations end an object and make another in the same table
 * (bench/table.h).
 */
static const struct variant lookup_many_variants[] = {
	{ "objects:1024/table:157", TIER_SMOKE },
	{ "objects:1024/table:10007", TIER_FULL },
	{ "objects:16/table:157", TIER_FULL },
	{ "objects:1024/dist:zipf/table:157", TIER_FULL },
	{ "objects:16384/table:10007", TIER_FULL },
	{ "objects:16384/dist:zipf/table:10007", TIER_FULL },
	{ "objects:1048576/table:10007", TIER_FULL },
	{ "objects:1024/table:157/updates:1", TIER_FULL },
	{ "objects:1024/table:157/updates:10", TIER_FULL },
	{ "objects:1024/table:157/updates:50", TIER_FULL },
	{ "objects:1024/table:10007/updates:10", TIER_FULL },
	{ 0 },
};

static const struct loop lookup_many = {
	.workload = "W2",
	.operation = "lookup_many",
	.sentence = "one set of objects, looked up, referenced and let go",
	.variants = lookup_many_variants,
	TABLE_LOOP(shared, lookups),
};
