/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces of private memory, and loops that map, touch, copy and unmap
 * it: what W6, W8 and W11 are made of.  Included by a subject after its verbs,
 * and followed by the workloads (workloads_space.h, which the build makes of
 * workloads.def).
 *
 * THE VERBS, of type struct spaces, defined static inline before:
 *
 *	spaces_open(request, pages)	for so many pages of each thread at a
 *					time, or NULL
 *	spaces_enter(s, thread)		a thread comes, with a space of its own;
 *					which the other verbs then mean
 *	spaces_leave(s, thread)		it goes
 *	spaces_rest, spaces_wake	around its waits
 *	space_map(s, pages)		anonymous private memory; 0: refused
 *	space_store(s, address, value)	a word; false: refused
 *	space_load(s, address)		the word
 *	space_unmap(s, address, pages)
 *	space_fork(s, body, arg)	body(arg) in a child that has a copy of
 *					the space, and ends; what it returned,
 *					or not 0: it could not
 *	spaces_wrong(s, thread, n)	n things were wrong, says a thread that
 *					leaves
 *	spaces_check(s, after)		all have left: was anything wrong, is
 *					anything left?
 *	spaces_close(s)
 *
 * PRIVATE.  Each thread has a space to itself, so that no lock of the space is
 * in the figure, and no shootdown: what does not double with a second thread is
 * the doing of what lies below, objects, pages and their queues.  The live
 * kernel's rows have a process for each thread for the same reason.
 */
#ifndef BENCH_SPACE_H
#define BENCH_SPACE_H

#include "bench/subject.h"
#include "pmap_sim/types.h"
#include "stress/need.h"

/* What a struct world is to these loops. */
struct mappers {
	struct spaces *spaces;
	struct request request;
	unsigned pages;  /* of a mapping */
	unsigned depth;  /* of a tree of forks */
	unsigned writes; /* pages that each child writes */
};

/* One thread's. */
struct mapper {
	struct mappers *world;
	unsigned thread;
	vm_offset_t kept; /* what its children copy, or 0 */
	uint64_t stamp;   /* the next value to be stored */
	uint64_t wrong;   /* calls that were refused, words that were not what
			     they should be */
};

/* --- A world ------------------------------------------------------------ */

static struct world *
space_world(const struct request *request)
{
	struct mappers *world = need_zeroed(1, sizeof(*world));
	const char *args = request->args;
	unsigned percent = (unsigned)args_number(args, "writes", 0);

	world->request = *request;
	world->pages = (unsigned)args_number(args, "pages", 1);
	world->depth = (unsigned)args_number(args, "depth", 0);
	world->writes = (world->pages * percent + 99) / 100;
	world->spaces = spaces_open(
	    request, world->pages + world->depth * (world->writes + 1));
	if (world->spaces != NULL)
		return (struct world *)world;
	free(world);
	return NULL;
}

static void
space_world_close(struct world *opaque, struct aftermath *after)
{
	struct mappers *world = (struct mappers *)opaque;

	spaces_check(world->spaces, after);
	spaces_close(world->spaces);
	free(world);
}

/* --- A thread ----------------------------------------------------------- */

static void *
space_mapper(struct world *opaque, unsigned thread)
{
	struct mappers *world = (struct mappers *)opaque;
	struct mapper *mine = need_aligned(64, 1, sizeof(*mine));

	*mine = (struct mapper){ .world = world, .thread = thread };
	spaces_enter(world->spaces, thread);
	return mine;
}

static void
space_mapper_leave(void *arg)
{
	struct mapper *mine = arg;

	spaces_wrong(mine->world->spaces, mine->thread, mine->wrong);
	spaces_leave(mine->world->spaces, mine->thread);
	free(mine);
}

static void
space_mapper_rest(void *arg)
{
	struct mapper *mine = arg;

	spaces_rest(mine->world->spaces);
}

static void
space_mapper_wake(void *arg)
{
	struct mapper *mine = arg;

	spaces_wake(mine->world->spaces);
}

/* --- What is done ------------------------------------------------------- */

/* A word of each page, each time another. */
static inline void
space_touch(struct mapper *mine, vm_offset_t at, unsigned pages)
{
	struct spaces *spaces = mine->world->spaces;

	for (unsigned i = 0; i < pages; i++)
		mine->wrong += !space_store(
		    spaces, at + i * (vm_offset_t)PAGE_SIZE, mine->stamp + i);
}

static inline void
space_map_touch_unmap(struct mapper *mine)
{
	struct spaces *spaces = mine->world->spaces;
	unsigned pages = mine->world->pages;
	vm_offset_t at = space_map(spaces, pages);

	if (at == 0) {
		mine->wrong++;
		return;
	}
	space_touch(mine, at, pages);
	mine->wrong += space_load(spaces, at) != mine->stamp++;
	space_unmap(spaces, at, pages);
}

/* The rest of a struct loop. */
#define SPACE_LOOP(does)                                                       \
	.open = space_world, .close = space_world_close,                       \
	.enter = space_mapper, .leave = space_mapper_leave,                    \
	.rest = space_mapper_rest, .wake = space_mapper_wake, .turn = (does),  \
	.counts = true, .apart = SPACES_APART

#endif /* BENCH_SPACE_H */
