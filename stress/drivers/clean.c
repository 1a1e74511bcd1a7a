/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing pages back while they are written to.
 *
 * All map one file shared.  Each actor stores to a page of its own and syncs,
 * its page or all; what it had stored before the sync must be in the file after
 * it, whoever did the writing.
 */
#include <unistd.h>

#include "stress/stress.h"

#define PAGES                  8
#define BATCH                  16
#define VALUE(actor, sequence) ((uint64_t)((actor) + 1) << 48 | (sequence))

static void
clean_begin(struct stress_run *run, struct actor *first)
{
	(void)first;
	actors_open(run, PAGES, MAP_SHARED_, &run->files[0]);
}

static void
clean_sync(struct stress_run *run, struct actor *actor, unsigned page)
{
	boolean_t all = actor_random(actor, 2) != 0;
	vm_offset_t from = STRESS_HERE + (all ? 0 : ptoa(page));
	uint64_t word = 0;

	if (run->ops->msync(run->vm, actor->space, from,
		ptoa(all ? PAGES : 1)) != KERN_SUCCESS) {
		actor_wrong(actor, "msync is refused");
		return;
	}
	if (pread(run->files[0].fd, &word, sizeof(word), (off_t)ptoa(page)) !=
		sizeof(word) ||
	    word != VALUE(actor->number, actor->sequence))
		actor_wrong(actor,
		    "page %u of the file after msync: expected %#lx, found "
		    "%#lx",
		    page, (unsigned long)VALUE(actor->number, actor->sequence),
		    (unsigned long)word);
}

static void
clean_act(struct stress_run *run, struct actor *actor)
{
	unsigned page = actor->number % PAGES;
	vm_offset_t va = STRESS_HERE + ptoa(page);
	uint64_t word = 0;

	if (actor->space == NULL || actor->number >= PAGES)
		return;
	actor_on(actor, actor->space);
	for (unsigned i = 0; i < BATCH; i++) {
		uint64_t value = VALUE(actor->number, ++actor->sequence);

		if (!actor_store(actor, va, value) ||
		    !actor_load(actor, va, &word) || word != value)
			actor_wrong(actor, "page %u: stored %#lx, found %#lx",
			    page, (unsigned long)value, (unsigned long)word);
		if (actor_random(actor, 3) == 0)
			clean_sync(run, actor, page);
		actor_count(actor);
	}
	actor_on(actor, NULL);
}

const struct stress stress_clean = {
	.name = "clean",
	.hunts = "msync against faults, writers and other msyncs of one object",
	.oracle = "what was stored before an msync is in the file after it",
	.blind = "to stores that the file never sees: an unmodified bit that "
		 "is lost and set again by the next store",
	.hazards = "C1 C2 C3 C4 C5 C6 G9",
	.pairs = {
		{ HALF_page_clean, HALF_fault },
		{ HALF_page_clean, HALF_page_clean },
	},
	.points = STRESS_AT(clean_tested) | STRESS_AT(clean_unqueued) | STRESS_AT(clean_put) | STRESS_AT(fault_pre_enter),
	.frames = 1024,
	.files = 1,
	.file_pages = PAGES,
	.repeats = TRUE,
	.begin = clean_begin,
	.act = clean_act,
	.down = actors_close,
};
