/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copy objects: snapshots of a file that is being written.
 *
 * Every actor maps the file shared.  The writer counts: it stores n to page 0,
 * then to page 1, and so on, and begins again with n + 1; the others take
 * copies (MAP_COPY), look at them, and let them go.  Whenever a copy is taken,
 * its pages must say n, ..., n, n - 1, ..., n - 1: that is what the file said
 * at some moment, and the copy may not change after it.  Now and then somebody
 * maps the file privately and stores to that, behind a shadow of its own: the
 * file must stay as it is.
 */
#include "stress/stress.h"

#define PAGES 6
#define BATCH 12
#define FILE_ STRESS_HERE
#define COPY_ (STRESS_HERE + ptoa(64))

/* Values above those that the file was made with. */
#define BASE ((uint64_t)1 << 40)

static void
copy_begin(struct stress_run *run, struct actor *first)
{
	actors_open(run, PAGES, MAP_SHARED_, &run->files[0]);
	if (run->round != 1 || first->space == NULL)
		return;
	actor_on(first, first->space);
	for (unsigned i = 0; i < PAGES; i++)
		(void)actor_store(first, FILE_ + ptoa(i), BASE);
	first->sequence = BASE;
	actor_on(first, NULL);
}

static void
copy_write(struct actor *actor)
{
	actor->sequence++;
	for (unsigned i = 0; i < PAGES; i++)
		if (!actor_store(actor, FILE_ + ptoa(i), actor->sequence))
			actor_wrong(actor, "a store to page %u is refused", i);
}

static boolean_t
copy_read(struct actor *actor, uint64_t values[PAGES])
{
	for (unsigned i = 0; i < PAGES; i++)
		if (!actor_load(actor, COPY_ + ptoa(i), &values[i])) {
			actor_wrong(actor, "page %u of a copy is refused", i);
			return FALSE;
		}
	return TRUE;
}

/* Is it the file as it was at one moment? */
static void
copy_check(struct actor *actor, const uint64_t values[PAGES])
{
	for (unsigned i = 1; i < PAGES; i++)
		if (values[i] > values[i - 1] || values[i] + 1 < values[0])
			actor_wrong(actor,
			    "torn snapshot: page 0 says %#lx, page %u %#lx, "
			    "page %u %#lx",
			    (unsigned long)values[0], i - 1,
			    (unsigned long)values[i - 1], i,
			    (unsigned long)values[i]);
}

static void
copy_snapshot(struct stress_run *run, struct actor *actor)
{
	uint64_t once[PAGES], again[PAGES];

	if (!actor_map(
		actor, actor->space, COPY_, PAGES, MAP_COPY_, &run->files[0]))
		return;
	if (copy_read(actor, once)) {
		copy_check(actor, once);
		if (copy_read(actor, again))
			for (unsigned i = 0; i < PAGES; i++)
				if (once[i] != again[i])
					actor_wrong(actor,
					    "page %u of a copy changed from "
					    "%#lx to %#lx",
					    i, (unsigned long)once[i],
					    (unsigned long)again[i]);
	}
	if (actor_random(actor, 4) == 0)
		(void)actor_store(actor, COPY_, actor->number);
	actor_unmap(actor, actor->space, COPY_, PAGES);
}

static void
copy_private(struct stress_run *run, struct actor *actor)
{
	if (!actor_map(actor, actor->space, COPY_, PAGES, MAP_PRIVATE_,
		&run->files[0]))
		return;
	if (!actor_store(actor, COPY_, actor->number))
		actor_wrong(actor, "a store to a private page is refused");
	actor_unmap(actor, actor->space, COPY_, PAGES);
}

static void
copy_act(struct stress_run *run, struct actor *actor)
{
	if (actor->space == NULL)
		return;
	actor_on(actor, actor->space);
	for (unsigned i = 0; i < BATCH; i++) {
		if (actor->number == 0)
			copy_write(actor);
		else if (actor_random(actor, 4) == 0)
			copy_private(run, actor);
		else
			copy_snapshot(run, actor);
		actor_count(actor);
	}
	actor_on(actor, NULL);
}

const struct stress stress_copy = {
	.name = "copy",
	.hunts = "copy objects that are made, filled and dropped while their "
		 "source is written",
	.oracle = "a copy shows its source as it was at one moment, and keeps "
		  "showing that",
	.blind = "to symmetric copies (drivers collapse, fork)",
	.hazards = "A9 D1 D2 D3 D4 D5 D7",
	.pairs = {
		{ HALF_copy, HALF_fault },
		{ HALF_copy, HALF_push },
		{ HALF_copy, HALF_copy },
		{ HALF_push, HALF_fault },
		{ HALF_shadow, HALF_fault },
	},
	.points = STRESS_AT(copy_unlocked) | STRESS_AT(copy_spliced) | STRESS_AT(copy_linked) | STRESS_AT(copy_made) | STRESS_AT(fault_pre_enter) | STRESS_AT(fault_copypush) | STRESS_AT(pmapcopy_page),
	.frames = 1024,
	.files = 1,
	.file_pages = PAGES,
	.repeats = TRUE,
	.begin = copy_begin,
	.act = copy_act,
	.down = actors_close,
};
