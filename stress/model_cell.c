/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page that several may write holds, at any moment, what one of them stored.
 * Which one is the machine's business; the model says what cannot be.
 *
 * Before a store its tag is pushed on the page's list, so a reader that finds
 * it in memory finds it in the list too, provided that it looks in memory
 * first.  A value read is then wrong if
 *
 *	nobody stored it;
 *	the reader is the page's only writer, and it is not its last store;
 *	the reader has seen a later store of the same writer, or any store at
 *	all if this is what the page held before the first.
 *
 * The last two are coherence: whoever reads one page twice sees its stores in
 * one order, and that order is each writer's own.
 *
 * At rest (all writers have ended, or wait) a page holds the last store of one
 * of them.  model_cell_settle() keeps those; they become history, and the
 * next store of anyone ends them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "pmap_sim/sync.h"
#include "pmap_sim/unseen.h"
#include "stress/model_cell.h"
#include "stress/need.h"

UNSEEN_BEGIN

static unsigned
tag_writer(uint64_t tag)
{
	return (unsigned)(tag / MODEL_SEQUENCE);
}

void
model_name(const struct model_view *view, uint64_t tag, char *name, size_t size)
{
	uint64_t sequence = tag % MODEL_SEQUENCE;

	if (tag == 0)
		snprintf(name, size, "0");
	else if (tag_writer(tag) < view->first_writer &&
		 (sequence & 0xff) == 0xf1)
		snprintf(name, size, "0x%" PRIx64 " (file %u page %" PRIu64 ")",
		    tag, tag_writer(tag), sequence >> 8);
	else
		snprintf(name, size,
		    "0x%" PRIx64 " (writer %u store %" PRIu64 ")", tag,
		    tag_writer(tag), sequence);
}

void
model_explain(const struct model_view *view, char why[MODEL_WHY],
    const char *what, uint64_t expected, uint64_t found)
{
	char name[80], other[80];

	model_name(view, expected, name, sizeof(name));
	model_name(view, found, other, sizeof(other));
	snprintf(why, MODEL_WHY, "expected %s%s, found %s", what, name, other);
}

struct model_cell *
model_cell_create(uint64_t first)
{
	struct model_cell *cell = need_zeroed(1, sizeof(*cell));

	cell->first = first;
	return cell;
}

void
model_cell_free(struct model_cell *cell)
{
	struct model_store *store, *next;

	for (store = cell->stores; store != NULL; store = next) {
		next = store->next;
		free(store);
	}
	free(cell);
}

struct model_store *
model_cell_push(struct model_cell *cell, uint64_t tag)
{
	struct model_store *store = need_zeroed(1, sizeof(*store));

	store->tag = tag;
	store->next = sync_load(&cell->stores);
	while (!sync_cas(&cell->stores, &store->next, store))
		continue;
	return store;
}

static boolean_t
model_cell_holds_first(struct model_cell *cell, uint64_t found)
{
	if (cell->first_gone)
		return FALSE;
	if (cell->behind != NULL)
		return model_object_holds(cell->behind, cell->page, found);
	return found == cell->first;
}

boolean_t
model_cell_holds(struct model_cell *cell, uint64_t found)
{
	const struct model_store *store = sync_load(&cell->stores);

	for (; store != NULL; store = store->next)
		if (sync_load(&store->tag) == found)
			return TRUE;
	return model_cell_holds_first(cell, found);
}

/* --- What a process has seen -------------------------------------------- */

static struct model_floor *
floor_slot(struct model_floor *floors, unsigned room,
    const struct model_cell *cell, uint64_t writer)
{
	uint64_t hash = ((uintptr_t)cell >> 4) * 0x9e3779b97f4a7c15u + writer;
	unsigned i = (unsigned)((hash ^ hash >> 32) & (room - 1));

	while (floors[i].cell != NULL &&
	       (floors[i].cell != cell || floors[i].writer != writer))
		i = (i + 1) & (room - 1);
	return &floors[i];
}

static void
floor_grow(struct model_view *view)
{
	unsigned room = view->floor_room ? 2 * view->floor_room : 32;
	struct model_floor *floors = need_zeroed(room, sizeof(*floors));

	for (unsigned i = 0; i < view->floor_room; i++) {
		const struct model_floor *old = &view->floors[i];

		if (old->cell != NULL)
			*floor_slot(floors, room, old->cell, old->writer) =
			    *old;
	}
	free(view->floors);
	view->floors = floors;
	view->floor_room = room;
}

/* What view knows of writer's stores in the page: a number to be replaced. */
static uint64_t *
floor_of(
    struct model_view *view, const struct model_cell *cell, uint64_t writer)
{
	if (view->floor_count * 4 >= view->floor_room * 3)
		floor_grow(view);
	struct model_floor *floor =
	    floor_slot(view->floors, view->floor_room, cell, writer);

	if (floor->cell == NULL) {
		*floor = (struct model_floor){ cell, writer, 0 };
		view->floor_count++;
	}
	return &floor->sequence;
}

#define FLOOR_HISTORY 0          /* the "writer" of what was there first */
#define FLOOR_LEFT    MODEL_VOID /* its "sequence" once a store was seen */

void
model_cell_wrote(
    const struct model_cell *cell, struct model_view *view, uint64_t tag)
{
	*floor_of(view, cell, tag_writer(tag)) = tag % MODEL_SEQUENCE;
	*floor_of(view, cell, FLOOR_HISTORY) = FLOOR_LEFT;
}

/* found is what the page held before any store of this round. */
static boolean_t
model_cell_read_history(struct model_cell *cell, struct model_view *view,
    uint64_t found, char why[MODEL_WHY])
{
	uint64_t *seen = floor_of(view, cell, FLOOR_HISTORY);

	if (*seen == FLOOR_LEFT) {
		model_explain(view, why, "something newer than ", found, found);
		return FALSE;
	}
	if (cell->behind == NULL && *seen != 0 && *seen != found) {
		model_explain(view, why, "as before, ", *seen, found);
		return FALSE;
	}
	*seen = found;
	return TRUE;
}

static boolean_t
model_cell_read_store(struct model_cell *cell, struct model_view *view,
    uint64_t found, char why[MODEL_WHY])
{
	uint64_t sequence = found % MODEL_SEQUENCE;
	uint64_t *seen = floor_of(view, cell, tag_writer(found));

	if (sequence < *seen) {
		model_explain(view, why, "nothing older than ",
		    found - sequence + *seen, found);
		return FALSE;
	}
	*seen = sequence;
	*floor_of(view, cell, FLOOR_HISTORY) = FLOOR_LEFT;
	return TRUE;
}

/* What a look at a page's list tells a reader. */
struct inspection {
	const struct model_store *found; /* the store that was read */
	const struct model_store *mine;  /* the reader's last, this round */
	boolean_t others;                /* somebody else stored, this round */
};

static struct inspection
model_cell_inspect(
    struct model_cell *cell, const struct model_view *view, uint64_t found)
{
	struct inspection result = { 0 };
	const struct model_store *store = sync_load(&cell->stores);

	for (; store != NULL; store = store->next) {
		uint64_t tag = sync_load(&store->tag);

		if (tag == MODEL_VOID)
			continue;
		if (tag == found)
			result.found = store;
		if (store->history)
			continue;
		if (tag_writer(tag) != view->writer)
			result.others = TRUE;
		else if (result.mine == NULL)
			result.mine = store;
	}
	return result;
}

boolean_t
model_cell_read(struct model_cell *cell, struct model_view *view,
    uint64_t found, char why[MODEL_WHY])
{
	struct inspection seen = model_cell_inspect(cell, view, found);

	if (seen.mine != NULL && !seen.others && seen.found != seen.mine) {
		model_explain(view, why, "its only writer's last store, ",
		    seen.mine->tag, found);
		return FALSE;
	}
	if (seen.found != NULL && !seen.found->history)
		return model_cell_read_store(cell, view, found, why);
	if (seen.found != NULL || model_cell_holds_first(cell, found))
		return model_cell_read_history(cell, view, found, why);
	model_explain(view, why, "some writer's store, or at first ",
	    cell->behind != NULL ? model_object_first(cell->behind, cell->page)
				 : cell->first,
	    found);
	return FALSE;
}

/* --- At rest ------------------------------------------------------------ */

/* The newest store of this round whose writer has none newer, after `after`
 * (NULL: from the start).  Without a round: any store. */
static boolean_t
store_may_be_last(
    const struct model_cell *cell, const struct model_store *store)
{
	const struct model_store *newer = cell->stores;

	for (; newer != store; newer = newer->next)
		if (newer->tag != MODEL_VOID && !newer->history &&
		    tag_writer(newer->tag) == tag_writer(store->tag))
			return FALSE;
	return store->tag != MODEL_VOID;
}

static boolean_t
model_cell_stored_to(const struct model_cell *cell)
{
	const struct model_store *store = cell->stores;

	for (; store != NULL; store = store->next)
		if (store->tag != MODEL_VOID && !store->history)
			return TRUE;
	return FALSE;
}

struct model_cell *
model_cell_copy(const struct model_cell *cell)
{
	struct model_cell *copy = model_cell_create(cell->first);
	boolean_t stored_to = model_cell_stored_to(cell);

	copy->behind = cell->behind;
	copy->page = cell->page;
	copy->first_gone = cell->first_gone || stored_to;
	for (const struct model_store *store = cell->stores; store != NULL;
	     store = store->next) {
		if (stored_to == store->history ||
		    !store_may_be_last(cell, store))
			continue;
		model_cell_push(copy, store->tag)->history = TRUE;
	}
	return copy;
}

void
model_cell_settle(struct model_cell *cell)
{
	struct model_cell *settled = model_cell_copy(cell);
	struct model_store *stores = cell->stores;

	cell->first_gone = settled->first_gone;
	cell->stores = settled->stores;
	settled->stores = stores;
	model_cell_free(settled);
}

boolean_t
model_cell_certain(const struct model_cell *cell, uint64_t *value)
{
	const struct model_store *store = cell->stores;

	if (!cell->first_gone) {
		*value = cell->first;
		return store == NULL && cell->behind == NULL;
	}
	*value = store->tag;
	return store->next == NULL;
}

UNSEEN_END
