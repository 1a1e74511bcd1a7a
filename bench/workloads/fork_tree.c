/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * W11: a process forks, the child reads all its memory and writes some of it,
 * then forks in its turn, down to a depth; they end from the last one up.  An
 * operation is one such child: fork, copies on write, exit.
 *
 * Each child finds what its parent had at the fork, and the parent, when all
 * have ended, what it had: a copy that shows is a violation.
 *
 * The live kernel's figure has the making of a process in it, of which the
 * address space is a part.
 */
static const struct variant fork_tree_variants[] = {
	{ "pages:64/depth:1/writes:50", TIER_NAMED },
	{ "pages:64/depth:8/writes:50", TIER_NAMED },
	{ "pages:64/depth:1/writes:0", TIER_FULL },
	{ "pages:64/depth:1/writes:100", TIER_FULL },
	{ "pages:64/depth:64/writes:10", TIER_FULL },
	{ 0 },
};

struct generation {
	struct mapper *mine;
	unsigned left;  /* that are still to be born */
	uint64_t stamp; /* of the pages that its parent wrote */
	uint64_t older; /* of the others */
};

/* The pages that the one before wrote have its stamp, all others the first's;
 * all write the same ones. */
static uint64_t
generation_wrong(const struct generation *generation)
{
	struct mappers *world = generation->mine->world;
	uint64_t wrong = 0;

	for (unsigned i = 0; i < world->pages; i++)
		wrong +=
		    space_load(world->spaces,
			generation->mine->kept + i * (vm_offset_t)PAGE_SIZE) !=
		    (i < world->writes ? generation->stamp
				       : generation->older) +
			i;
	return wrong;
}

/* In the child: how much was wrong, with it and those after it. */
static uint64_t
generation_live(void *arg)
{
	struct generation *parent = arg, child = *parent;
	struct mapper *mine = parent->mine;
	uint64_t wrong = generation_wrong(parent), before = mine->wrong;

	child.left--;
	child.stamp = mine->stamp = parent->stamp + (uint64_t)PAGE_SIZE;
	space_touch(mine, mine->kept, mine->world->writes);
	wrong += mine->wrong - before;
	mine->wrong = before;
	if (child.left != 0)
		wrong +=
		    space_fork(mine->world->spaces, generation_live, &child);
	return wrong + generation_wrong(&child);
}

static uint64_t
fork_tree_turn(void *arg, uint64_t n)
{
	struct mapper *mine = arg;
	struct mappers *world = mine->world;
	uint64_t done = 0;

	for (; done < n; done += world->depth) {
		struct generation first = { .mine = mine,
			.left = world->depth };

		if (mine->kept == 0) {
			mine->kept = space_map(world->spaces, world->pages);
			mine->stamp = 0;
			space_touch(mine, mine->kept, world->pages);
		}
		mine->wrong +=
		    space_fork(world->spaces, generation_live, &first) +
		    generation_wrong(&first);
	}
	return done;
}

static const struct loop fork_tree = {
	.workload = "W11",
	.operation = "fork_tree",
	.sentence = "a child: forked, some of its memory written, ended",
	.variants = fork_tree_variants,
	SPACE_LOOP(fork_tree_turn),
};
