/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding an object by its pager.
 *
 * More files than the cache has room for are mapped and unmapped by all: an
 * object comes into being, is found, cached, revived from the cache, or just
 * being pushed out of it.  Whoever finds a pager gone makes another, while a
 * third still looks for the first.
 */
#include "stress/stress.h"

#define PAGES 2
#define BATCH 24

static void
lookup_begin(struct stress_run *run, struct actor *first)
{
	(void)first;
	actors_open(run, 0, 0, NULL);
}

/* Two looks at a file at once: both mappings must be of one object. */
static void
lookup_twice(struct stress_run *run, struct actor *actor, unsigned file)
{
	vm_offset_t here = STRESS_HERE, there = STRESS_HERE + ptoa(PAGES);
	uint64_t word = (uint64_t)(actor->number + 1) << 40 | ++actor->sequence;
	uint64_t found = 0;

	if (!actor_map(actor, actor->space, there, PAGES, MAP_SHARED_,
		&run->files[file]))
		return;
	/* A page of its own, so that nobody else stores there. */
	if (actor->number < PAGES &&
	    actor_store(actor, here + ptoa(actor->number), word) &&
	    actor_load(actor, there + ptoa(actor->number), &found) &&
	    found != word)
		actor_wrong(actor,
		    "file %u mapped twice: stored %#lx, found %#lx", file,
		    (unsigned long)word, (unsigned long)found);
	actor_unmap(actor, actor->space, there, PAGES);
}

static void
lookup_act(struct stress_run *run, struct actor *actor)
{
	if (actor->space == NULL)
		return;
	actor_on(actor, actor->space);
	for (unsigned i = 0; i < BATCH; i++) {
		unsigned file =
		    (unsigned)actor_random(actor, run->driver->files);
		boolean_t twice = actor_random(actor, 4) == 0;

		if (actor_map(actor, actor->space, STRESS_HERE, PAGES,
			twice ? MAP_SHARED_ : MAP_PRIVATE_,
			&run->files[file])) {
			uint64_t word;

			if (twice)
				lookup_twice(run, actor, file);
			else if (!actor_load(actor, STRESS_HERE, &word))
				actor_wrong(actor, "file %u is refused", file);
			actor_unmap(actor, actor->space, STRESS_HERE, PAGES);
		}
		actor_count(actor);
	}
	actor_on(actor, NULL);
}

const struct stress stress_lookup = {
	.name = "lookup",
	.hunts = "lookups against each other, against caching and reviving, "
		 "against pagers that are made and ended",
	.oracle = "two mappings of a file show one page; the hash and the "
		  "cache at rest",
	.blind = "to chains: every object has a pager",
	.hazards = "A1 A3 A4 A5 A6 A14 A16",
	.pairs = {
		{ HALF_lookup, HALF_lookup },
		{ HALF_lookup, HALF_deallocate },
		{ HALF_lookup, HALF_trim },
		{ HALF_find, HALF_enter },
		{ HALF_find, HALF_setpager },
	},
	.points = STRESS_AT(lookup_hit) | STRESS_AT(enter_flagged) | STRESS_AT(dealloc_unhashed) | STRESS_AT(pager_alloc) | STRESS_AT(trim_picked),
	.frames = 1024,
	.cache_max = 2,
	.files = 4,
	.file_pages = PAGES,
	.repeats = TRUE,
	.begin = lookup_begin,
	.act = lookup_act,
	.down = actors_close,
};
