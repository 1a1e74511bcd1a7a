/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W1: every thread looks up the same object, references it and lets it go: what
 * a shared library's text, or the root of a fork tree, has to bear.
 */
static const struct variant lookup_hot_variants[] = {
	{ "objects:1/table:157", TIER_SMOKE },
	{ 0 },
};

static const struct loop lookup_hot = {
	.workload = "W1",
	.operation = "lookup_hot",
	.sentence = "one object, looked up, referenced and let go by all",
	.variants = lookup_hot_variants,
	TABLE_LOOP(shared, lookups),
};
