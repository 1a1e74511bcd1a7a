/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace, walked once in its own order.
 *
 * Some calls say more than one call of the VM can: they span mappings, or mean
 * different things for different mappings.  They become one event for each
 * piece:
 *
 *	mprotect, munmap	a piece for each run without a hole
 *	madvise DONTNEED	private memory: forget.  A private file: map it
 *				anew, which drops the private copies.  Shared:
 *				nothing.
 *	msync			a piece for each shared file mapping
 */
#include <stdlib.h>

#include "stress/need.h"
#include "stress/plan_build.h"

/* The layout's backing: a file's number, or shared memory. */
#define BACKING_FILE(file) ((void *)(uintptr_t)((file) + 1ul))
#define BACKING_MEMORY     ((void *)~(uintptr_t)0)

/* Where a file ends at the latest: its touched pages are a bit each. */
#define PLAN_FILE_MOST ((vm_size_t)1 << 40)

static boolean_t
region_is_file(const struct region *region)
{
	return region->backing != NULL && region->backing != BACKING_MEMORY;
}

static unsigned
region_file(const struct region *region)
{
	return (unsigned)((uintptr_t)region->backing - 1);
}

struct plan_builder *
plan_builder_create(const char *program, unsigned tasks, unsigned files)
{
	struct plan_builder *b = need_zeroed(1, sizeof(*b));

	b->program = need_printf("%s", program);
	b->task_count = tasks;
	b->tasks = need_zeroed(tasks, sizeof(*b->tasks));
	b->file_count = files;
	b->files = need_zeroed(files, sizeof(*b->files));
	for (unsigned i = 0; i < tasks; i++)
		b->tasks[i] = (struct plan_draft_task){
			.parent = PLAN_NONE,
		};
	return b;
}

void
plan_builder_file(struct plan_builder *b, unsigned file, vm_size_t size)
{
	b->files[file].size = size < PLAN_FILE_MOST ? size : PLAN_FILE_MOST;
}

void
plan_builder_skip(struct plan_builder *b, enum unreplayed reason)
{
	b->unreplayed[reason]++;
}

/* --- Spaces and tasks --------------------------------------------------- */

static unsigned
builder_space(struct plan_builder *b)
{
	if (b->space_count == b->space_room) {
		b->space_room = b->space_room ? 2 * b->space_room : 256;
		b->spaces =
		    need_resized(b->spaces, b->space_room, sizeof(*b->spaces));
	}
	b->spaces[b->space_count] = (struct plan_draft_space){ 0 };
	return b->space_count++;
}

static void
builder_enter(struct plan_builder *b, unsigned task, unsigned space)
{
	b->tasks[task].space = space;
	b->spaces[space].live++;
	b->spaces[space].members++;
}

static void
builder_leave(struct plan_builder *b, unsigned task)
{
	struct plan_draft_space *space = &b->spaces[b->tasks[task].space];

	if (--space->live != 0)
		return;
	b->private_pages -= space->private_pages;
	layout_fini(&space->layout);
	model_table_fini(&space->touched);
}

static void
builder_begin(struct plan_builder *b, unsigned task, unsigned space)
{
	b->tasks[task].started = TRUE;
	b->tasks[task].first_space = space;
	builder_enter(b, task, space);
	if (++b->live > b->live_peak)
		b->live_peak = b->live;
}

void
plan_builder_root(struct plan_builder *b, unsigned task)
{
	if (!b->tasks[task].started)
		builder_begin(b, task, builder_space(b));
}

/* --- Pages -------------------------------------------------------------- */

static void
builder_touch_file(struct plan_builder *b, unsigned file, vm_offset_t page)
{
	struct plan_file *f = &b->files[file];

	if (page >= f->pages) {
		vm_size_t pages = (page + 512) & ~(vm_size_t)511;

		f->tagged = need_resized(f->tagged, pages / 8, 1);
		for (vm_size_t i = f->pages / 8; i < pages / 8; i++)
			f->tagged[i] = 0;
		f->pages = pages;
	}
	if (f->tagged[page / 8] & 1u << page % 8)
		return;
	f->tagged[page / 8] |= (unsigned char)(1u << page % 8);
	b->file_pages++;
	/* What was read was there, or at least a word of it was. */
	if (f->size < ptoa(page))
		f->size = ptoa(page + 1);
	else if (f->size < ptoa(page) + sizeof(uint64_t))
		f->size = ptoa(page) + sizeof(uint64_t);
}

static void
builder_touch_private(
    struct plan_builder *b, struct plan_draft_space *space, vm_offset_t page)
{
	uint64_t *touched = model_table_slot(&space->touched, page, TRUE);

	if (touched == NULL || *touched)
		return;
	*touched = 1;
	space->private_pages++;
	b->private_total++;
	if (++b->private_pages > b->private_peak)
		b->private_peak = b->private_pages;
}

/* A load or store of what is mapped there.  FALSE: it cannot be done here. */
static boolean_t
builder_touch(struct plan_builder *b, struct plan_draft_space *space,
    const struct plan_input *input)
{
	const struct region *region =
	    layout_find(&space->layout, input->address);
	vm_prot_t right =
	    input->kind == PLAN_STORE ? VM_PROT_WRITE : VM_PROT_READ;
	vm_offset_t offset;

	if (region == NULL || (region->prot & right) == 0) {
		b->foreseen[region == NULL ? UNREPLAYED_no_mapping
					   : UNREPLAYED_protection]++;
		return TRUE;
	}
	offset = region->offset + (input->address - region->start);
	if (region_is_file(region)) {
		if (offset >= PLAN_FILE_MOST)
			return FALSE;
		builder_touch_file(b, region_file(region), atop(offset));
	}
	if (!region_is_file(region) ||
	    (!region->shared && input->kind == PLAN_STORE))
		builder_touch_private(b, space, atop(input->address));
	return TRUE;
}

/* --- Events ------------------------------------------------------------- */

static void
builder_draft(
    struct plan_builder *b, unsigned task, const struct plan_input *input)
{
	struct plan_draft *draft;

	if (b->draft_count == b->draft_room) {
		b->draft_room = b->draft_room ? 2 * b->draft_room : 4096;
		b->drafts =
		    need_resized(b->drafts, b->draft_room, sizeof(*b->drafts));
	}
	draft = &b->drafts[b->draft_count++];
	*draft = (struct plan_draft){
		.event = {
			.kind = (unsigned char)input->kind,
			.prot = (unsigned char)input->prot,
			.shared = input->shared != 0,
			.number = input->number,
			.address = input->address,
			.size = input->size,
			.other = input->other,
			.other_size = input->other_size,
		},
		.task = task,
		.space = b->tasks[task].space,
	};
}

/* One event for each run of mapped pages in the range. */
static void
builder_runs(struct plan_builder *b, const struct plan_input *input)
{
	const struct layout *layout =
	    &b->spaces[b->tasks[input->task].space].layout;
	vm_offset_t end = input->address + input->size, at = input->address;
	const struct region *region = layout_from(layout, at);
	struct plan_input piece = *input;

	while (region != NULL && region->start < end) {
		piece.address = at = at > region->start ? at : region->start;
		while (region != NULL && region->start <= at && at < end) {
			at = region->end;
			region = layout_from(layout, at);
		}
		piece.size = (at < end ? at : end) - piece.address;
		builder_draft(b, input->task, &piece);
	}
}

/* The part of a region that a DONTNEED or msync names. */
static void
builder_advise_piece(struct plan_builder *b, struct plan_input *piece,
    const struct region *region)
{
	if (piece->kind == PLAN_SYNC) {
		if (region->shared && region_is_file(region))
			builder_draft(b, piece->task, piece);
		return;
	}
	if (region->shared)
		return;
	if (region->backing == NULL) {
		builder_draft(b, piece->task, piece);
		return;
	}
	piece->kind = PLAN_MAP;
	piece->number = region_file(region);
	piece->other = region->offset + (piece->address - region->start);
	piece->prot = region->prot;
	piece->shared = FALSE;
	builder_draft(b, piece->task, piece);
}

static void
builder_advise(struct plan_builder *b, const struct plan_input *input)
{
	const struct layout *layout =
	    &b->spaces[b->tasks[input->task].space].layout;
	vm_offset_t end = input->address + input->size, at = input->address;
	const struct region *region;

	while (
	    (region = layout_from(layout, at)) != NULL && region->start < end) {
		struct plan_input piece = *input;

		if (piece.address < region->start)
			piece.address = region->start;
		at = region->end;
		piece.size = (at < end ? at : end) - piece.address;
		builder_advise_piece(b, &piece, region);
		if (at >= end)
			return;
	}
}

static void
builder_map(struct plan_builder *b, const struct plan_input *input)
{
	struct region region = {
		.start = input->address,
		.end = input->address + input->size,
		.offset = input->number == PLAN_NONE ? 0 : input->other,
		.prot = input->prot,
		.shared = input->shared,
	};

	if (input->number != PLAN_NONE)
		region.backing = BACKING_FILE(input->number);
	else if (input->shared)
		region.backing = BACKING_MEMORY;
	layout_map(&b->spaces[b->tasks[input->task].space].layout, region);
	builder_draft(b, input->task, input);
}

/* Is anything mapped in [start, end)? */
static boolean_t
is_occupied(const struct layout *layout, vm_offset_t start, vm_offset_t end)
{
	const struct region *next = layout_from(layout, start);

	return next != NULL && next->start < end;
}

static void
builder_brk(struct plan_builder *b, const struct plan_input *input)
{
	struct layout *layout = &b->spaces[b->tasks[input->task].space].layout;
	struct region heap = {
		.start = round_page(input->address),
		.end = round_page(input->other),
		.prot = VM_PROT_READ | VM_PROT_WRITE,
	};

	if (is_occupied(layout, heap.start, heap.end)) {
		plan_builder_skip(b, UNREPLAYED_change_refused);
		return;
	}
	layout_map(layout, heap);
	if (heap.end < heap.start)
		layout_unmap(layout, heap.end, heap.start);
	builder_draft(b, input->task, input);
}

/* May the range be where it is to go? */
static boolean_t
builder_has_room(const struct layout *layout, const struct plan_input *move)
{
	vm_offset_t from = move->address, to = move->other;
	vm_offset_t end = from + move->size, new_end = to + move->other_size;

	if (to == from)
		return !is_occupied(layout, end, new_end);
	return to >= PAGE_SIZE && (to >= end || from >= new_end);
}

/* An mremap that is refused here cannot have been recorded: the trace is wrong
 * about what is mapped, and the VM is not asked. */
static void
builder_move(struct plan_builder *b, const struct plan_input *input)
{
	struct layout *layout = &b->spaces[b->tasks[input->task].space].layout;

	if (!builder_has_room(layout, input))
		plan_builder_skip(b, UNREPLAYED_change_refused);
	else if (!layout_move(layout, input->address, input->size, input->other,
		     input->other_size))
		plan_builder_skip(b, UNREPLAYED_change_unmapped);
	else
		builder_draft(b, input->task, input);
}

/* The child must be new. */
static void
builder_child(struct plan_builder *b, const struct plan_input *input)
{
	unsigned parent = b->tasks[input->task].space, space = parent;
	struct plan_draft_task *child = &b->tasks[input->number];

	if (input->number >= b->task_count || child->started) {
		b->unreplayed[UNREPLAYED_odd_task]++;
		return;
	}
	builder_draft(b, input->task, input);
	child->parent = input->task;
	if (input->kind == PLAN_FORK) {
		space = builder_space(b);
		layout_copy(
		    &b->spaces[space].layout, &b->spaces[parent].layout);
	} else if (!input->waits)
		b->spaces[parent].crowd = TRUE;
	builder_begin(b, input->number, space);
}

static void
builder_exec(struct plan_builder *b, const struct plan_input *input)
{
	struct plan_input exec = *input;

	exec.number = builder_space(b);
	builder_draft(b, input->task, &exec);
	builder_leave(b, input->task);
	builder_enter(b, input->task, exec.number);
}

static void
builder_exit(struct plan_builder *b, const struct plan_input *input)
{
	b->tasks[input->task].exit = b->draft_count;
	b->tasks[input->task].ended = TRUE;
	b->live--;
	builder_draft(b, input->task, input);
	builder_leave(b, input->task);
}

/* Changes that need no more than their layout. */
static void
builder_change(struct plan_builder *b, const struct plan_input *input)
{
	struct layout *layout = &b->spaces[b->tasks[input->task].space].layout;
	vm_offset_t end = input->address + input->size;

	switch (input->kind) {
	case PLAN_UNMAP:
		builder_runs(b, input);
		layout_unmap(layout, input->address, end);
		break;
	case PLAN_PROTECT:
		builder_runs(b, input);
		layout_protect(layout, input->address, end, input->prot);
		break;
	default:
		builder_advise(b, input);
		break;
	}
}

void
plan_builder_add(struct plan_builder *b, const struct plan_input *input)
{
	if (input->task >= b->task_count || !b->tasks[input->task].started ||
	    b->tasks[input->task].ended) {
		b->unreplayed[UNREPLAYED_odd_task]++;
		return;
	}
	switch (input->kind) {
	case PLAN_LOAD:
	case PLAN_STORE:
		if (builder_touch(
			b, &b->spaces[b->tasks[input->task].space], input))
			builder_draft(b, input->task, input);
		else
			plan_builder_skip(b, UNREPLAYED_not_modelled);
		break;
	case PLAN_MAP:
		builder_map(b, input);
		break;
	case PLAN_BRK:
		builder_brk(b, input);
		break;
	case PLAN_MOVE:
		builder_move(b, input);
		break;
	case PLAN_FORK:
	case PLAN_SHARE:
		builder_child(b, input);
		break;
	case PLAN_EXEC:
		builder_exec(b, input);
		break;
	case PLAN_EXIT:
		builder_exit(b, input);
		break;
	default:
		builder_change(b, input);
		break;
	}
}
