/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "pmap_sim/unseen.h"
#include "stress/layout.h"
#include "stress/need.h"

UNSEEN_BEGIN

void
layout_fini(struct layout *layout)
{
	free(layout->regions);
	*layout = (struct layout){ 0 };
}

void
layout_copy(struct layout *to, const struct layout *from)
{
	if (to->room < from->count) {
		to->room = from->count;
		to->regions =
		    need_resized(to->regions, to->room, sizeof(*to->regions));
	}
	to->count = from->count;
	for (unsigned i = 0; i < from->count; i++)
		to->regions[i] = from->regions[i];
}

/* The first region that ends after address; count if there is none. */
static unsigned
layout_index(const struct layout *layout, vm_offset_t address)
{
	unsigned low = 0, high = layout->count;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		if (layout->regions[middle].end > address)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

const struct region *
layout_from(const struct layout *layout, vm_offset_t address)
{
	unsigned i = layout_index(layout, address);

	return i < layout->count ? &layout->regions[i] : NULL;
}

const struct region *
layout_find(const struct layout *layout, vm_offset_t address)
{
	const struct region *region = layout_from(layout, address);

	return region != NULL && region->start <= address ? region : NULL;
}

static void
layout_insert(struct layout *layout, unsigned at, struct region region)
{
	if (layout->count == layout->room) {
		layout->room = layout->room ? 2 * layout->room : 32;
		layout->regions = need_resized(
		    layout->regions, layout->room, sizeof(*layout->regions));
	}
	for (unsigned i = layout->count++; i > at; i--)
		layout->regions[i] = layout->regions[i - 1];
	layout->regions[at] = region;
}

static void
layout_remove(struct layout *layout, unsigned at, unsigned number)
{
	for (unsigned i = at; i + number < layout->count; i++)
		layout->regions[i] = layout->regions[i + number];
	layout->count -= number;
}

/* Make address the border of two regions if it is inside one. */
static void
layout_split(struct layout *layout, vm_offset_t address)
{
	unsigned i = layout_index(layout, address);

	if (i == layout->count || layout->regions[i].start >= address)
		return;
	struct region upper = layout->regions[i];

	if (upper.backing != NULL)
		upper.offset += address - upper.start;
	upper.start = address;
	layout->regions[i].end = address;
	layout_insert(layout, i + 1, upper);
}

/* Does b go on where a ends, in every respect but the rights? */
static boolean_t
region_continues(const struct region *a, const struct region *b)
{
	return a->end == b->start && a->backing == b->backing &&
	       a->shared == b->shared &&
	       (a->backing == NULL ||
		   a->offset + (a->end - a->start) == b->offset);
}

/* Join region `at` with the one before it if nothing tells them apart. */
static void
layout_join(struct layout *layout, unsigned at)
{
	if (at == 0 || at >= layout->count)
		return;
	struct region *a = &layout->regions[at - 1], *b = a + 1;

	if (a->prot != b->prot || !region_continues(a, b))
		return;
	a->end = b->end;
	layout_remove(layout, at, 1);
}

void
layout_unmap(struct layout *layout, vm_offset_t start, vm_offset_t end)
{
	layout_split(layout, start);
	layout_split(layout, end);
	unsigned first = layout_index(layout, start), last = first;

	while (last < layout->count && layout->regions[last].end <= end)
		last++;
	layout_remove(layout, first, last - first);
}

void
layout_map(struct layout *layout, struct region region)
{
	if (region.start >= region.end)
		return;
	layout_unmap(layout, region.start, region.end);
	unsigned at = layout_index(layout, region.start);

	layout_insert(layout, at, region);
	layout_join(layout, at + 1);
	layout_join(layout, at);
}

void
layout_protect(
    struct layout *layout, vm_offset_t start, vm_offset_t end, vm_prot_t prot)
{
	layout_split(layout, start);
	layout_split(layout, end);
	unsigned first = layout_index(layout, start), i = first;

	for (; i < layout->count && layout->regions[i].end <= end; i++)
		layout->regions[i].prot = prot;
	for (; i > first; i--)
		layout_join(layout, i);
	layout_join(layout, first);
}

boolean_t
layout_move(struct layout *layout, vm_offset_t from, vm_size_t old_size,
    vm_offset_t to, vm_size_t new_size)
{
	layout_split(layout, from);
	unsigned i = layout_index(layout, from);

	if (i == layout->count || layout->regions[i].start != from)
		return FALSE;
	struct region region = layout->regions[i];

	while (layout->regions[i].end < from + old_size) {
		if (i + 1 == layout->count ||
		    !region_continues(
			&layout->regions[i], &layout->regions[i + 1]))
			return FALSE;
		i++;
	}
	region.start = to;
	region.end = to + new_size;
	layout_unmap(layout, from, from + old_size);
	layout_map(layout, region);
	return TRUE;
}

UNSEEN_END
