/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W1 without the count: what finding alone costs.  Its distance from
 * lookup_hot is the price of counting references.
 *
 * next:known: the next find does not wait for what this one comes to.
 */
static const struct variant find_hot_variants[] = {
	{ "objects:1/table:157", TIER_SMOKE },
	{ "objects:1/table:157/next:known", TIER_STANDARD },
	{ 0 },
};

static const struct loop find_hot = {
	.workload = "W1",
	.operation = "find_hot",
	.sentence = "one object, found by all, not referenced",
	.variants = find_hot_variants,
	TABLE_LOOP(shared, finds),
};
