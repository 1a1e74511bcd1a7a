/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shadow chains that shrink while they are walked.
 *
 * All actors run in one space.  A fork of it pushes its object down a level; a
 * child that writes and exits leaves that level to the space alone; the next
 * copy on write absorbs it, or steps over it, while others fault through.
 *
 * Each actor stores to pages of its own and reads everybody's: its own read
 * back exactly, others' never go backwards, and a child's stores show nowhere.
 *
 * Some pages are of a file, mapped privately: the chain ends in an object of
 * which others take copies (MAP_COPY) meanwhile.
 */
#include "stress/stress.h"

#define ANONYMOUS              16
#define OF_FILE                8
#define PAGES                  (ANONYMOUS + OF_FILE)
#define COPIES                 (STRESS_HERE + ptoa(1024))
#define BATCH                  24
#define CHILD                  (1ul << 63)
#define VALUE(actor, sequence) ((uint64_t)((actor) + 1) << 48 | (sequence))

struct collapse {
	struct vmspace *space;
	struct {
		_Alignas(64) uint64_t seen[PAGES]; /* by that actor */
		uint64_t stored[PAGES];
	} mine[64];
};

/* Nobody has stored yet. */
static void
collapse_forget(struct stress_run *run)
{
	struct collapse *state = run->state;

	for (unsigned i = 0; i < run->count; i++)
		for (unsigned page = 0; page < PAGES; page++) {
			uint64_t word =
			    page < ANONYMOUS
				? 0
				: STRESS_FILE_WORD(0, page - ANONYMOUS);

			state->mine[i].seen[page] = word;
			state->mine[i].stored[page] = word;
		}
}

/*
 * Two levels, of which nobody else has the lower: a child comes and goes, the
 * space stores what is there already to every other page, and again.  Whoever
 * of the actors stores first makes a third level, and the others are under way
 * through the chain when it collapses.
 */
static void
collapse_ripen(struct stress_run *run, struct actor *first)
{
	struct collapse *state = run->state;

	actor_on(first, state->space);
	for (unsigned level = 0; level < 2; level++) {
		struct vmspace *child;

		for (unsigned page = level; page < PAGES; page += 2)
			(void)actor_store(first, STRESS_HERE + ptoa(page),
			    state->mine[page % run->count].stored[page]);
		child = actor_fork(first, state->space);
		if (child != NULL)
			actor_exit(first, child);
	}
	actor_on(first, NULL);
}

static void
collapse_begin(struct stress_run *run, struct actor *first)
{
	struct collapse *state = run->state;

	if (run->round % 8 == 1) {
		actor_exit(first, state->space);
		state->space = run->ops->vmspace_alloc(run->vm);
		if (state->space == NULL ||
		    !actor_map(first, state->space, STRESS_HERE, ANONYMOUS,
			MAP_PRIVATE_, NULL) ||
		    !actor_map(first, state->space,
			STRESS_HERE + ptoa(ANONYMOUS), OF_FILE, MAP_PRIVATE_,
			&run->files[0])) {
			sync_store(&run->asked, TRUE);
			return;
		}
		collapse_forget(run);
	}
	if (run->round == 1)
		collapse_ripen(run, first);
	for (unsigned i = 0; i < run->count; i++)
		run->actors[i].space = state->space;
}

/* Page `page` belongs to actor page % count. */
static void
collapse_read(struct stress_run *run, struct actor *actor, unsigned page)
{
	struct collapse *state = run->state;
	uint64_t *seen = &state->mine[actor->number].seen[page];
	uint64_t value;

	if (!actor_load(actor, STRESS_HERE + ptoa(page), &value)) {
		actor_wrong(actor, "page %u is refused", page);
		return;
	}
	if (page % run->count == actor->number &&
	    value != state->mine[actor->number].stored[page])
		actor_wrong(actor, "page %u: stored %#lx, found %#lx", page,
		    (unsigned long)state->mine[actor->number].stored[page],
		    (unsigned long)value);
	else if (value < *seen || (value & CHILD))
		actor_wrong(actor, "page %u: found %#lx after %#lx", page,
		    (unsigned long)value, (unsigned long)*seen);
	*seen = value;
}

static void
collapse_write(struct stress_run *run, struct actor *actor)
{
	struct collapse *state = run->state;
	unsigned page =
	    actor->number +
	    run->count * (unsigned)actor_random(actor, PAGES / run->count);
	uint64_t value = VALUE(actor->number, ++actor->sequence);

	if (page >= PAGES)
		return;
	if (actor_store(actor, STRESS_HERE + ptoa(page), value))
		state->mine[actor->number].stored[page] = value;
	else
		actor_wrong(actor, "a store to page %u is refused", page);
}

/* A child that writes to all pages, or one, or none, and is gone. */
static void
collapse_fork(struct stress_run *run, struct actor *actor)
{
	struct vmspace *child = actor_fork(actor, actor->space);
	unsigned stores = (unsigned)actor_random(actor, 3);
	unsigned page = (unsigned)actor_random(actor, PAGES);

	(void)run;
	if (child == NULL)
		return;
	actor_on(actor, child);
	if (stores == 2)
		for (page = 0; page < PAGES; page++)
			(void)actor_store(
			    actor, STRESS_HERE + ptoa(page), CHILD | page);
	else if (stores == 1)
		(void)actor_store(
		    actor, STRESS_HERE + ptoa(page), CHILD | page);
	actor_exit(actor, child);
	actor_on(actor, actor->space);
}

/* A copy of the file itself, at the end of the chain; nobody stores there. */
static void
collapse_copy(struct stress_run *run, struct actor *actor)
{
	vm_offset_t here = COPIES + ptoa(actor->number * OF_FILE);
	unsigned page = (unsigned)actor_random(actor, OF_FILE);
	uint64_t word = 0;

	if (!actor_map(
		actor, actor->space, here, OF_FILE, MAP_COPY_, &run->files[0]))
		return;
	if (!actor_load(actor, here + ptoa(page), &word) ||
	    word != STRESS_FILE_WORD(0, page))
		actor_wrong(actor, "page %u of a copy: found %#lx", page,
		    (unsigned long)word);
	actor_unmap(actor, actor->space, here, OF_FILE);
}

static void
collapse_act(struct stress_run *run, struct actor *actor)
{
	if (actor->space == NULL)
		return;
	actor_on(actor, actor->space);
	for (unsigned i = 0; i < BATCH; i++) {
		uint64_t draw = actor_random(actor, 16);

		if (draw < 4)
			collapse_fork(run, actor);
		else if (draw < 6)
			collapse_copy(run, actor);
		else if (draw < 10)
			collapse_write(run, actor);
		else
			collapse_read(
			    run, actor, (unsigned)actor_random(actor, PAGES));
		actor_count(actor);
	}
	actor_on(actor, NULL);
}

static void
collapse_down(struct stress_run *run, struct actor *first)
{
	struct collapse *state = run->state;

	actor_exit(first, state->space);
}

const struct stress stress_collapse = {
	.name = "collapse",
	.hunts = "collapse and bypass against faults, copies on write, forks "
		 "and exits of the same chain",
	.oracle = "each page reads back what its one writer stored, and never "
		  "goes backwards for others; chains and counts at rest",
	.blind = "to paging offsets: nothing is paged out (driver chain)",
	.hazards = "E1 E3 E5 E6 E7 E8",
	.pairs = {
		{ HALF_collapse, HALF_fault },
		{ HALF_collapse, HALF_cow },
		{ HALF_collapse, HALF_deallocate },
		{ HALF_collapse, HALF_fork },
		{ HALF_collapse, HALF_copy },
	},
	.points = STRESS_AT(collapse_checked) | STRESS_AT(collapse_page) | STRESS_AT(bypass_linked) | STRESS_AT(fault_pre_enter),
	.frames = 2048,
	.files = 1,
	.file_pages = OF_FILE,
	.state_size = sizeof(struct collapse),
	.repeats = TRUE,
	.begin = collapse_begin,
	.act = collapse_act,
	.down = collapse_down,
};
