/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last reference.
 *
 * Two files and no cache: nearly every unmap is an object's last, nearly every
 * map a lookup of one that is alive, dying, or gone since the pager was read.
 * What is dirty is written on the way, which keeps an object dying for long.
 *
 * And chains: children of one space share what lies below their own pages, and
 * drop their references on it as they exit.
 */
#include "stress/stress.h"

#define PAGES  4
#define BATCH  8
#define CHAIN  STRESS_HERE
#define FILES_ (STRESS_HERE + ptoa(64))

struct deallocate {
	struct vmspace *parent;
};

/* The space whose children all are; nobody runs in it. */
static void
deallocate_begin(struct stress_run *run, struct actor *first)
{
	struct deallocate *state = run->state;
	struct vmspace *parent = run->ops->vmspace_alloc(run->vm);

	state->parent = parent;
	if (parent == NULL)
		return;
	actor_on(first, parent);
	(void)actor_map(first, parent, CHAIN, PAGES, MAP_PRIVATE_, NULL);
	for (unsigned i = 0; i < PAGES; i++)
		(void)actor_store(first, CHAIN + ptoa(i), run->round);
	actor_on(first, NULL);
}

static void
deallocate_end(struct stress_run *run, struct actor *first)
{
	struct deallocate *state = run->state;

	actor_exit(first, state->parent);
}

/* A file mapped, used, unmapped. */
static void
deallocate_file(struct stress_run *run, struct actor *actor)
{
	unsigned file = (unsigned)actor_random(actor, run->driver->files);
	unsigned page = (unsigned)actor_random(actor, PAGES);
	vm_offset_t va = FILES_ + ptoa(page);
	boolean_t shared = actor_random(actor, 2) != 0;
	uint64_t word = 0;

	if (!actor_map(actor, actor->space, FILES_, PAGES,
		shared ? MAP_SHARED_ : MAP_PRIVATE_, &run->files[file]))
		return;
	if (!actor_load(actor, va, &word))
		actor_wrong(actor, "page %u of file %u is refused", page, file);
	else if (word != STRESS_FILE_WORD(file, page))
		actor_wrong(actor,
		    "page %u of file %u: expected %#lx, found %#lx", page, file,
		    (unsigned long)STRESS_FILE_WORD(file, page),
		    (unsigned long)word);
	if (shared)
		(void)actor_store(actor, va, word); /* dirty, and the same */
	actor_unmap(actor, actor->space, FILES_, PAGES);
}

static void
deallocate_act(struct stress_run *run, struct actor *actor)
{
	uint64_t value = 0;
	vm_offset_t va = CHAIN + ptoa(actor_random(actor, PAGES));

	struct deallocate *state = run->state;

	actor->space =
	    state->parent != NULL ? actor_fork(actor, state->parent) : NULL;
	if (actor->space == NULL)
		return;
	actor_on(actor, actor->space);
	(void)actor_store(actor, va, ~run->round);
	for (unsigned i = 0; i < BATCH; i++) {
		deallocate_file(run, actor);
		actor_count(actor);
	}
	va = CHAIN + ptoa(actor_random(actor, PAGES));
	if (actor_load(actor, va, &value) && value != run->round &&
	    value != ~run->round)
		actor_wrong(actor, "inherited page: expected %#lx, found %#lx",
		    run->round, (unsigned long)value);
	actor_exit(actor, actor->space);
	actor_count(actor);
}

const struct stress stress_deallocate = {
	.name = "deallocate",
	.hunts = "the last reference against lookups, termination against "
		 "lookups, chains dropped from several ends",
	.oracle = "files read what they were made with; reference counts and "
		  "leaks at rest",
	.blind = "to the cache: there is none (driver cache)",
	.hazards = "A4 A5 A6 A13 A14 A16 B1 B2 B3",
	.pairs = {
		{ HALF_deallocate, HALF_lookup },
		{ HALF_terminate, HALF_lookup },
		{ HALF_deallocate, HALF_deallocate },
	},
	.points = STRESS_AT(dealloc_zero) | STRESS_AT(term_detached) | STRESS_AT(dealloc_unhashed) | STRESS_AT(lookup_hit) | STRESS_AT(pager_dealloc) | STRESS_AT(clean_put),
	.frames = 1024,
	.cache_max = ~0u,
	.files = 2,
	.file_pages = PAGES,
	.state_size = sizeof(struct deallocate),
	.repeats = TRUE,
	.begin = deallocate_begin,
	.act = deallocate_act,
	.end = deallocate_end,
};
