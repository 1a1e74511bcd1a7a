/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W8: the same as W6, by the region: what mapping and unmapping cost at a few
 * pages, and how that grows.  Nobody else runs on the space, so no processor
 * need be told of an unmapping.
 */
static const struct variant map_touch_unmap_variants[] = {
	{ "pages:1", TIER_NAMED },
	{ "pages:16", TIER_NAMED },
	{ "pages:64", TIER_FULL },
	{ "pages:512", TIER_FULL },
	{ 0 },
};

static uint64_t
map_touch_unmap_turn(void *arg, uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		space_map_touch_unmap(arg);
	return n;
}

static const struct loop map_touch_unmap = {
	.workload = "W8",
	.operation = "map_touch_unmap",
	.sentence = "private memory, mapped, written, unmapped: all of it",
	.variants = map_touch_unmap_variants,
	SPACE_LOOP(map_touch_unmap_turn),
};
