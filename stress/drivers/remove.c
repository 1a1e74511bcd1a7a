/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file that shrinks and grows under its users.
 *
 * One actor cuts the file to half and restores its size; the others read,
 * write and sync all of it.  A page reads what the file was made with, or zero
 * since it was cut, or what somebody stored; beyond the end it may be refused.
 */
#include <unistd.h>

#include "stress/stress.h"

#define PAGES 8
#define BATCH 16
#define MARK  ((uint64_t)1 << 60)

static void
remove_begin(struct stress_run *run, struct actor *first)
{
	(void)first;
	actors_open(run, PAGES, MAP_SHARED_, &run->files[0]);
}

static void
remove_cut(struct stress_run *run)
{
	struct vnode *file = &run->files[0];

	run->ops->file_setsize(run->vm, file, ptoa(PAGES / 2));
	(void)!ftruncate(file->fd, (off_t)ptoa(PAGES / 2));
	(void)!ftruncate(file->fd, (off_t)ptoa(PAGES));
	run->ops->file_setsize(run->vm, file, ptoa(PAGES));
}

static void
remove_use(struct stress_run *run, struct actor *actor)
{
	unsigned page = (unsigned)actor_random(actor, PAGES);
	vm_offset_t va = STRESS_HERE + ptoa(page);
	uint64_t word = 0;

	switch (actor_random(actor, 4)) {
	case 0:
		(void)actor_store(actor, va, MARK | page);
		break;
	case 1:
		(void)run->ops->msync(
		    run->vm, actor->space, STRESS_HERE, ptoa(PAGES));
		break;
	default:
		if (!actor_load(actor, va, &word)) {
			if (page < PAGES / 2)
				actor_wrong(actor, "page %u is refused", page);
		} else if (word != STRESS_FILE_WORD(0, page) &&
			   word != (MARK | page) &&
			   (word != 0 || page < PAGES / 2))
			actor_wrong(actor, "page %u: found %#lx", page,
			    (unsigned long)word);
	}
}

static void
remove_act(struct stress_run *run, struct actor *actor)
{
	if (actor->space == NULL)
		return;
	actor_on(actor, actor->space);
	for (unsigned i = 0; i < BATCH; i++) {
		if (actor->number == 0)
			remove_cut(run);
		else
			remove_use(run, actor);
		actor_count(actor);
	}
	actor_on(actor, NULL);
}

const struct stress stress_remove = {
	.name = "remove",
	.hunts = "truncation against faults and msyncs of the pages that go",
	.oracle = "a page reads what was made, stored or cut; frames and "
		  "mappings at rest",
	.blind = "to which of the stored values is the newest",
	.hazards = "C7 C8 C9",
	.pairs = {
		{ HALF_page_remove, HALF_fault },
		{ HALF_page_remove, HALF_page_clean },
		{ HALF_truncate, HALF_fault },
	},
	.points = STRESS_AT(remove_protected) | STRESS_AT(fault_pagein) | STRESS_AT(fault_pre_enter) | STRESS_AT(clean_put),
	.frames = 1024,
	.files = 1,
	.file_pages = PAGES,
	.repeats = TRUE,
	.begin = remove_begin,
	.act = remove_act,
	.down = actors_close,
};
