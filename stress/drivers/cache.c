/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The persistent cache, at a limit of one.
 *
 * Nearly every unmap puts an object in and pushes another one out; others
 * forget a file on purpose, or find the one that is being pushed out.
 */
#include "stress/stress.h"

#define PAGES 1
#define BATCH 24
#define READS 4 /* one mapping in so many is looked at */

static void
cache_begin(struct stress_run *run, struct actor *first)
{
	(void)first;
	actors_open(run, 0, 0, NULL);
}

static void
cache_read(struct actor *actor, unsigned file)
{
	uint64_t word = 0;

	if (!actor_load(actor, STRESS_HERE, &word) ||
	    word != STRESS_FILE_WORD(file, 0))
		actor_wrong(actor, "file %u: expected %#lx, found %#lx", file,
		    (unsigned long)STRESS_FILE_WORD(file, 0),
		    (unsigned long)word);
}

static void
cache_act(struct stress_run *run, struct actor *actor)
{
	if (actor->space == NULL)
		return;
	actor_on(actor, actor->space);
	for (unsigned i = 0; i < BATCH; i++) {
		unsigned file =
		    (unsigned)actor_random(actor, run->driver->files);

		if (actor_random(actor, 8) == 0)
			run->ops->file_uncache(run->vm, &run->files[file]);
		else if (actor_map(actor, actor->space, STRESS_HERE, PAGES,
			     MAP_PRIVATE_, &run->files[file])) {
			if (actor_random(actor, READS) == 0)
				cache_read(actor, file);
			actor_unmap(actor, actor->space, STRESS_HERE, PAGES);
		}
		actor_count(actor);
	}
	actor_on(actor, NULL);
}

const struct stress stress_cache = {
	.name = "cache",
	.hunts = "trimming the cache and forgetting files against lookups that "
		 "revive what is trimmed",
	.oracle = "files read what they were made with; the cache's list and "
		  "count at rest",
	.blind = "to dirty objects: nothing is written",
	.hazards = "A1 A2 A3 A13",
	.pairs = {
		{ HALF_trim, HALF_lookup },
		{ HALF_uncache, HALF_lookup },
	},
	.points = STRESS_AT(trim_picked) | STRESS_AT(lookup_hit) | STRESS_AT(dealloc_zero),
	.frames = 1024,
	.cache_max = 1,
	.files = 3,
	.file_pages = PAGES,
	.repeats = TRUE,
	.begin = cache_begin,
	.act = cache_act,
	.down = actors_close,
};
