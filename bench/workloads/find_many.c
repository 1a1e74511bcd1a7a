/* SPDX-License-Identifier: BSD-2-Clause */
/* W2 without the count: the table alone. */
static const struct variant find_many_variants[] = {
	{ "objects:1024/table:157", TIER_FULL },
	{ "objects:1024/table:157/next:known", TIER_FULL },
	{ "objects:1024/table:10007", TIER_FULL },
	{ "objects:1048576/table:10007", TIER_FULL },
	{ 0 },
};

static const struct loop find_many = {
	.workload = "W2",
	.operation = "find_many",
	.sentence = "one set of objects, found, not referenced",
	.variants = find_many_variants,
	TABLE_LOOP(shared, finds),
};
