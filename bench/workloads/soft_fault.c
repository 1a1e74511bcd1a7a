/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W6: memory is mapped, each of its pages is written once, and it is unmapped.
 * An operation is a page: a fault that finds nothing, a frame, its zeroes, its
 * mapping, and the way back of all that; and its share of the map and unmap.
 *
 * 128 pages are fewer than a CPU of "percpu" keeps to itself, and the shared
 * queues are never visited; 4096 are many times as many.
 */
static const struct variant soft_fault_variants[] = {
	{ "pages:128", TIER_SMOKE },
	{ "pages:4096", TIER_STANDARD },
	{ "pages:1", TIER_FULL },
	{ "pages:16", TIER_FULL },
	{ 0 },
};

static uint64_t
soft_fault_turn(void *arg, uint64_t n)
{
	struct mapper *mine = arg;
	unsigned pages = mine->world->pages;
	uint64_t done = 0;

	for (; done < n; done += pages)
		space_map_touch_unmap(mine);
	return done;
}

static const struct loop soft_fault = {
	.workload = "W6",
	.operation = "soft_fault",
	.sentence =
	    "private memory, mapped, written, unmapped: each page of it",
	.variants = soft_fault_variants,
	SPACE_LOOP(soft_fault_turn),
};
