/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chains that are cut, held and paged out.
 *
 * Every actor has a space to itself.  It forks children and keeps one for a
 * while, so that what is below its pages cannot be absorbed; it unmaps pages at
 * its front, so that the next shadow object begins in the middle of what it
 * shadows; and there are more pages than frames, so that some object of the
 * chain gets a pager.  When the child is gone all of it collapses, and each
 * page must still be found, in memory or in swap.
 */
#include <string.h>

#include "stress/stress.h"

#define PAGES  24
#define CUTS   (PAGES / 2)
#define UNBORN 3 /* children that end at once */
#define BATCH  24

struct image {
	struct vmspace *space;
	uint64_t stored[PAGES];
};

struct chain {
	struct {
		_Alignas(64) unsigned cut; /* pages gone at the front */
		struct image image;
		struct image kept; /* a child, as it was born */
	} mine[64];
};

static struct image *
chain_image(struct actor *actor)
{
	struct chain *state = actor->run->state;

	return &state->mine[actor->number].image;
}

static void
chain_forget(struct actor *actor, struct image *image)
{
	actor_exit(actor, image->space);
	memset(image, 0, sizeof(*image));
}

/* Of actor `number`, by `actor`. */
static void
chain_end(struct stress_run *run, struct actor *actor, unsigned number)
{
	struct chain *state = run->state;

	chain_forget(actor, &state->mine[number].kept);
	chain_forget(actor, &state->mine[number].image);
	state->mine[number].cut = 0;
}

/* A page of an image that has not been cut. */
static unsigned
chain_page(struct stress_run *run, struct actor *actor)
{
	struct chain *state = run->state;
	unsigned cut = state->mine[actor->number].cut;

	return cut + (unsigned)actor_random(actor, PAGES - cut);
}

static void
chain_read(struct actor *actor, const struct image *image, unsigned page)
{
	uint64_t value = 0;

	if (!actor_load(actor, STRESS_HERE + ptoa(page), &value))
		actor_wrong(actor, "page %u is refused", page);
	else if (value != image->stored[page])
		actor_wrong(actor, "page %u: stored %#lx, found %#lx", page,
		    (unsigned long)image->stored[page], (unsigned long)value);
}

static void
chain_write(struct actor *actor, struct image *image, unsigned page)
{
	uint64_t value = (uint64_t)(actor->number + 1) << 48 |
			 (uint64_t)(page + 1) << 40 | ++actor->sequence;

	if (actor_store(actor, STRESS_HERE + ptoa(page), value))
		image->stored[page] = value;
	else
		actor_wrong(actor, "a store to page %u is refused", page);
}

/* A child is born and kept, or the one that was has a last look and goes. */
static void
chain_child(struct stress_run *run, struct actor *actor)
{
	struct chain *state = run->state;
	struct image *parent = chain_image(actor);
	struct image *child = &state->mine[actor->number].kept;

	if (child->space == NULL) {
		for (unsigned i = 0; i < UNBORN; i++)
			actor_exit(actor, actor_fork(actor, parent->space));
		*child = *parent;
		child->space = actor_fork(actor, parent->space);
		return;
	}
	actor_on(actor, child->space);
	chain_read(actor, child, chain_page(run, actor));
	chain_forget(actor, child);
	actor_on(actor, parent->space);
}

static void
chain_cut(struct stress_run *run, struct actor *actor)
{
	struct chain *state = run->state;
	unsigned cut = state->mine[actor->number].cut;

	if (cut == CUTS)
		return;
	actor_unmap(
	    actor, chain_image(actor)->space, STRESS_HERE + ptoa(cut), 1);
	state->mine[actor->number].cut = cut + 1;
}

/* All pages stored to. */
static boolean_t
chain_start(struct stress_run *run, struct actor *actor)
{
	struct image *image = chain_image(actor);

	image->space = run->ops->vmspace_alloc(run->vm);
	if (image->space == NULL || !actor_map(actor, image->space, STRESS_HERE,
					PAGES, MAP_PRIVATE_, NULL)) {
		chain_end(run, actor, actor->number);
		return FALSE;
	}
	actor_on(actor, image->space);
	for (unsigned page = 0; page < PAGES; page++)
		chain_write(actor, image, page);
	return TRUE;
}

/* Alone, once: memory is full before they act, and the daemon at work. */
static void
chain_begin(struct stress_run *run, struct actor *first)
{
	(void)first;
	for (unsigned i = 0; run->round == 1 && i < run->count; i++)
		if (chain_start(run, &run->actors[i]))
			actor_on(&run->actors[i], NULL);
}

static void
chain_act(struct stress_run *run, struct actor *actor)
{
	struct image *image = chain_image(actor);

	if (image->space == NULL && !chain_start(run, actor))
		return;
	actor_on(actor, image->space);
	for (unsigned i = 0; i < BATCH; i++) {
		uint64_t draw = actor_random(actor, 16);

		if (draw < 5)
			chain_child(run, actor);
		else if (draw == 5)
			chain_cut(run, actor);
		else if (draw < 9)
			chain_write(actor, image, chain_page(run, actor));
		else
			chain_read(actor, image, chain_page(run, actor));
		actor_count(actor);
	}
	actor_on(actor, NULL);
	if (actor_random(actor, 8) == 0)
		chain_end(run, actor, actor->number);
}

static void
chain_down(struct stress_run *run, struct actor *first)
{
	for (unsigned i = 0; i < run->count; i++)
		chain_end(run, first, i);
}

const struct stress stress_chain = {
	.name = "chain",
	.hunts = "collapse of chains that are paged out, cut at the front and "
		 "held by children",
	.oracle = "each page reads back what was stored, a child's what was "
		  "there at its birth; chains and swap at rest",
	.blind = "to actors that share a chain (driver collapse)",
	.hazards = "E2 E5 E6 G1 G2",
	.pairs = {
		{ HALF_collapse, HALF_launder },
		{ HALF_launder, HALF_fault },
		{ HALF_launder, HALF_fork },
	},
	.points = STRESS_AT(collapse_pager) | STRESS_AT(pageout_put) | STRESS_AT(pageout_pageralloc),
	.frames = 80,
	.swap_async = TRUE,
	.state_size = sizeof(struct chain),
	.repeats = TRUE,
	.begin = chain_begin,
	.act = chain_act,
	.down = chain_down,
};
