/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each page of each address space must read as.
 *
 * PRIVATE PAGES.  A space keeps a word for each page its program has written:
 * the value.  A page without a word reads as what is mapped there: 0, or the
 * file's page as it is now (a private mapping may show others' changes until
 * it is written).  fork copies the words; nothing a relative does later may
 * change them.  That is exact: copy-on-write, collapse and pageout have no
 * second answer.
 *
 * SHARED PAGES belong to their object, a file or shared memory, and every
 * space that maps it sees the object's cell (model_cell.c).
 *
 * CROWDS.  When several threads share a space, even its private pages have
 * several writers, and their words point to cells.  A fork of a crowd, done at
 * rest, turns a cell back into a word if only one value is possible.
 *
 * Changers of a space run alone in it, by the replayer's turns; the words and
 * the cells are for all, and are atomic.  Blind to: contents beyond a page's
 * first word, and a wrong value that is nevertheless some writer's latest.
 */
#include <stdio.h>
#include <stdlib.h>

#include "pmap_sim/sync.h"
#include "pmap_sim/unseen.h"
#include "stress/model_cell.h"
#include "stress/model_table.h"
#include "stress/need.h"

struct model_object {
	unsigned file;
	vm_size_t pages;
	const unsigned char *tagged; /* NULL: memory */
	struct model_table cells;
};

struct model_space {
	unsigned references; /* atomic */
	boolean_t crowd;
	struct layout layout;
	struct model_table pages; /* 0, a value, or a cell */
	struct model_cell *cells; /* atomic; all of this space's, to be freed */
};

UNSEEN_BEGIN

/* --- Objects ------------------------------------------------------------ */

uint64_t
model_file_value(unsigned file, vm_offset_t page)
{
	return file * MODEL_SEQUENCE | (uint64_t)page << 8 | 0xf1;
}

struct model_object *
model_object_file(unsigned file, vm_size_t pages, const unsigned char *tagged)
{
	struct model_object *object = need_zeroed(1, sizeof(*object));

	object->file = file;
	object->pages = pages;
	object->tagged = tagged;
	return object;
}

struct model_object *
model_object_memory(vm_size_t pages)
{
	return model_object_file(0, pages, NULL);
}

static struct model_cell *
word_cell(uint64_t word)
{
	return (struct model_cell *)(uintptr_t)word;
}

static void
object_cell_free(void *arg, vm_offset_t page, uint64_t *slot)
{
	(void)arg, (void)page;
	model_cell_free(word_cell(*slot));
}

void
model_object_free(struct model_object *object)
{
	model_table_each(
	    &object->cells, 0, MODEL_TABLE_END, object_cell_free, NULL);
	model_table_fini(&object->cells);
	free(object);
}

static void
object_cell_settle(void *arg, vm_offset_t page, uint64_t *slot)
{
	(void)arg, (void)page;
	model_cell_settle(word_cell(*slot));
}

void
model_object_settle(struct model_object *object)
{
	model_table_each(
	    &object->cells, 0, MODEL_TABLE_END, object_cell_settle, NULL);
}

uint64_t
model_object_first(const struct model_object *object, vm_offset_t page)
{
	if (object->tagged == NULL || page >= object->pages ||
	    !(object->tagged[page / 8] & 1u << page % 8))
		return 0;
	return model_file_value(object->file, page);
}

struct model_cell *
model_object_cell(struct model_object *object, vm_offset_t page, boolean_t make)
{
	uint64_t *slot = model_table_slot(&object->cells, page, make);
	uint64_t word = slot != NULL ? sync_load(slot) : 0;

	if (word != 0 || slot == NULL || !make)
		return word_cell(word);
	struct model_cell *cell =
	    model_cell_create(model_object_first(object, page));

	if (sync_cas(slot, &word, (uint64_t)(uintptr_t)cell))
		return cell;
	model_cell_free(cell);
	return word_cell(word);
}

boolean_t
model_object_holds(
    struct model_object *object, vm_offset_t page, uint64_t found)
{
	struct model_cell *cell = model_object_cell(object, page, FALSE);

	if (cell != NULL)
		return model_cell_holds(cell, found);
	return found == model_object_first(object, page);
}

/* --- Words: a value, or a cell with the top bit set --------------------- */

#define WORD_CELL ((uint64_t)1 << 63)

static boolean_t
word_is_cell(uint64_t word)
{
	return (word & WORD_CELL) != 0;
}

static struct model_cell *
space_word_cell(uint64_t word)
{
	return word_cell(word & ~WORD_CELL);
}

/* The space will free the cell. */
static uint64_t
space_adopts(struct model_space *space, struct model_cell *cell)
{
	cell->next = sync_load(&space->cells);
	while (!sync_cas(&space->cells, &cell->next, cell))
		continue;
	return (uint64_t)(uintptr_t)cell | WORD_CELL;
}

static void
space_free_cells(struct model_space *space)
{
	struct model_cell *cell, *next;

	for (cell = space->cells; cell != NULL; cell = next) {
		next = cell->next;
		model_cell_free(cell);
	}
	space->cells = NULL;
}

/* --- Spaces ------------------------------------------------------------- */

struct model_space *
model_space_create(boolean_t crowd)
{
	struct model_space *space = need_zeroed(1, sizeof(*space));

	space->references = 1;
	space->crowd = crowd;
	return space;
}

void
model_space_reference(struct model_space *space)
{
	sync_add(&space->references, 1);
}

void
model_space_clear(struct model_space *space)
{
	layout_fini(&space->layout);
	model_table_fini(&space->pages);
	space_free_cells(space);
}

void
model_space_free(struct model_space *space)
{
	if (sync_add(&space->references, -1) != 0)
		return;
	model_space_clear(space);
	free(space);
}

const struct layout *
model_space_layout(const struct model_space *space)
{
	return &space->layout;
}

static void
page_forget(void *arg, vm_offset_t page, uint64_t *slot)
{
	(void)arg, (void)page;
	sync_store(slot, 0);
}

void
model_forget(struct model_space *space, vm_offset_t start, vm_size_t size)
{
	model_table_each(&space->pages, atop(start),
	    atop(round_page(start + size)), page_forget, NULL);
}

void
model_map(struct model_space *space, struct region region)
{
	model_forget(space, region.start, region.end - region.start);
	layout_map(&space->layout, region);
}

void
model_unmap(struct model_space *space, vm_offset_t start, vm_size_t size)
{
	model_forget(space, start, size);
	layout_unmap(&space->layout, start, start + size);
}

void
model_protect(struct model_space *space, vm_offset_t start, vm_size_t size,
    vm_prot_t prot)
{
	layout_protect(&space->layout, start, start + size, prot);
}

struct page_move {
	struct model_space *space;
	vm_offset_t distance; /* modulo 2^64 */
};

static void
page_move(void *arg, vm_offset_t page, uint64_t *slot)
{
	struct page_move *move = arg;
	uint64_t *to =
	    model_table_slot(&move->space->pages, page + move->distance, TRUE);

	sync_store(to, *slot);
	sync_store(slot, 0);
}

boolean_t
model_move(struct model_space *space, vm_offset_t from, vm_size_t old_size,
    vm_offset_t to, vm_size_t new_size)
{
	struct page_move move = { space, atop(to) - atop(from) };
	vm_size_t kept = old_size < new_size ? old_size : new_size;

	if (!layout_move(&space->layout, from, old_size, to, new_size))
		return FALSE;
	if (kept < old_size)
		model_forget(space, from + kept, old_size - kept);
	if (to == from)
		return TRUE;
	model_forget(space, to, new_size);
	model_table_each(
	    &space->pages, atop(from), atop(from + kept), page_move, &move);
	return TRUE;
}

static void
page_fork(void *arg, vm_offset_t page, uint64_t *slot)
{
	struct model_space *child = arg;
	uint64_t word = *slot, value;

	if (word_is_cell(word)) {
		struct model_cell *cell =
		    model_cell_copy(space_word_cell(word));

		word = space_adopts(child, cell);
		if (model_cell_certain(cell, &value))
			word = value;
	}
	if (word != 0)
		sync_store(model_table_slot(&child->pages, page, TRUE), word);
}

void
model_fork(struct model_space *child, struct model_space *parent)
{
	layout_copy(&child->layout, &parent->layout);
	model_table_each(&parent->pages, 0, MODEL_TABLE_END, page_fork, child);
}

/* --- Loads and stores --------------------------------------------------- */

/* The cell of a private page in a crowd, made from what was there. */
static struct model_cell *
crowd_cell(struct model_space *space, const struct region *region,
    vm_offset_t address, uint64_t *entry)
{
	uint64_t word = sync_load(entry);

	if (word_is_cell(word))
		return space_word_cell(word);
	struct model_cell *cell = model_cell_create(word);

	if (word == 0 && region->backing != NULL) {
		cell->behind = region->backing;
		cell->page = atop(region->offset + (address - region->start));
	}
	if (sync_cas(entry, &word, (uint64_t)(uintptr_t)cell | WORD_CELL)) {
		(void)space_adopts(space, cell);
		return cell;
	}
	model_cell_free(cell);
	return space_word_cell(word);
}

void
model_write_begin(struct model_write *write, struct model_space *space,
    struct model_view *view, vm_offset_t address)
{
	const struct region *region = layout_find(&space->layout, address);

	*write = (struct model_write){ .address = address };
	write->tag = view->writer * MODEL_SEQUENCE | ++view->sequence;
	if (region == NULL || !(region->prot & VM_PROT_WRITE))
		return;
	if (region->shared) {
		write->cell = model_object_cell(region->backing,
		    atop(region->offset + (address - region->start)), TRUE);
	} else {
		write->entry =
		    model_table_slot(&space->pages, atop(address), TRUE);
		if (space->crowd || word_is_cell(sync_load(write->entry)))
			write->cell =
			    crowd_cell(space, region, address, write->entry);
	}
	if (write->cell != NULL)
		write->store = model_cell_push(write->cell, write->tag);
}

/* One page more was touched: keep the sample fair. */
static void
view_touch(struct model_view *view, vm_offset_t address)
{
	uint64_t i = view->touches++;

	if (i >= MODEL_SAMPLE)
		i = random_below(&view->random, view->touches);
	if (i < MODEL_SAMPLE)
		view->sample[i] = address;
}

boolean_t
model_write_end(struct model_write *write, struct model_space *space,
    struct model_view *view, boolean_t stored, char why[MODEL_WHY])
{
	(void)space;
	if (!stored) {
		if (write->store != NULL)
			sync_store(&write->store->tag, MODEL_VOID);
		return TRUE;
	}
	if (write->entry == NULL && write->cell == NULL) {
		snprintf(why, MODEL_WHY,
		    "expected a refusal: no mapping with the right to write");
		return FALSE;
	}
	if (write->cell != NULL)
		model_cell_wrote(write->cell, view, write->tag);
	else
		sync_store(write->entry, write->tag);
	view_touch(view, write->address);
	return TRUE;
}

static boolean_t
model_read_private(struct model_space *space, struct model_view *view,
    const struct region *region, vm_offset_t address, uint64_t found,
    char why[MODEL_WHY])
{
	uint64_t *entry = model_table_slot(&space->pages, atop(address), FALSE);
	uint64_t word = entry != NULL ? sync_load(entry) : 0;
	vm_offset_t page = atop(region->offset + (address - region->start));

	if (word_is_cell(word))
		return model_cell_read(space_word_cell(word), view, found, why);
	if (word != 0 || region->backing == NULL) {
		if (found != word)
			model_explain(view, why, "", word, found);
		return found == word;
	}
	if (model_object_holds(region->backing, page, found))
		return TRUE;
	model_explain(view, why, "what is or was in its file, as ",
	    model_object_first(region->backing, page), found);
	return FALSE;
}

boolean_t
model_read(struct model_space *space, struct model_view *view,
    vm_offset_t address, uint64_t found, char why[MODEL_WHY])
{
	const struct region *region = layout_find(&space->layout, address);

	if (region == NULL || region->prot == VM_PROT_NONE) {
		snprintf(why, MODEL_WHY,
		    "expected a refusal: no mapping with the right to read");
		return FALSE;
	}
	view_touch(view, address);
	if (!region->shared)
		return model_read_private(
		    space, view, region, address, found, why);
	vm_offset_t page = atop(region->offset + (address - region->start));
	struct model_cell *cell =
	    model_object_cell(region->backing, page, FALSE);

	if (cell != NULL)
		return model_cell_read(cell, view, found, why);
	uint64_t first = model_object_first(region->backing, page);

	if (found != first)
		model_explain(view, why, "", first, found);
	return found == first;
}

/* --- Views -------------------------------------------------------------- */

void
model_view_init(struct model_view *view, unsigned writer, unsigned first_writer,
    uint64_t seed, const struct model_view *parent)
{
	*view = (struct model_view){
		.writer = writer,
		.first_writer = first_writer,
		.random = random_stream(seed, writer),
	};
	if (parent == NULL)
		return;
	view->touches = parent->touches;
	for (unsigned i = 0; i < MODEL_SAMPLE; i++)
		view->sample[i] = parent->sample[i];
}

void
model_view_fini(struct model_view *view)
{
	free(view->floors);
	view->floors = NULL;
	view->floor_count = view->floor_room = 0;
}

void
model_view_clear(struct model_view *view)
{
	model_view_fini(view);
	view->touches = 0;
}

unsigned
model_sampled(const struct model_view *view)
{
	return view->touches < MODEL_SAMPLE ? (unsigned)view->touches
					    : MODEL_SAMPLE;
}

boolean_t
model_sample(const struct model_view *view, const struct model_space *space,
    unsigned i, vm_offset_t *address)
{
	const struct region *region =
	    layout_find(&space->layout, view->sample[i]);

	*address = view->sample[i];
	return region != NULL && (region->prot & VM_PROT_READ);
}

UNSEEN_END
