/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W3: each thread looks up objects that it made itself, and nobody else's.
 * Nothing is shared but the table; what does not double with a second thread
 * is the table's doing: locks that both use, lines that both write.
 */
static const struct variant private_objects_variants[] = {
	{ "objects:512/table:157", TIER_SMOKE },
	{ "objects:512/table:10007", TIER_SMOKE },
	{ 0 },
};

static const struct loop private_objects = {
	.workload = "W3",
	.operation = "private_objects",
	.sentence = "a set for each thread, looked up, referenced and let go",
	.variants = private_objects_variants,
	TABLE_LOOP(private, lookups),
};
