/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages that are written, paged out, removed and freed while programs use them.
 * The pageout daemon's pass is a call of one CPU's.
 */
#include "stress/scenarios/play.h"

static void
pageout(struct scene *scene, boolean_t urgent)
{
	struct world *w = scene->memory;

	scene->ops->direct->pageout(w->vm, urgent);
}

/* A pass that spares no page; and one that spares those in use. */
static void
pageout_all(struct scene *scene, unsigned cpu)
{
	(void)cpu;
	pageout(scene, TRUE);
}

static void
pageout_some(struct scene *scene, unsigned cpu)
{
	(void)cpu;
	pageout(scene, FALSE);
}

/* --- A6: the last user of a file goes, the next comes --------------------- */

static void
remap_make(struct scene *scene)
{
	play_map(scene, 0, PLAY_HERE, 1, MAP_SHARED_);
	play_as(scene, 0);
	play_store(PLAY_HERE, 1);
}

static void
remap_last(struct scene *scene, unsigned cpu)
{
	play_unmap(scene, cpu, PLAY_HERE, 1);
}

static void
remap_next(struct scene *scene, unsigned cpu)
{
	play_map(scene, cpu, PLAY_HERE, 1, MAP_SHARED_);
	play_expect(scene, PLAY_HERE, 1);
}

static const struct play play_remap = {
	.size = { .frames = 12, .file_pages = 1, .places = TRUE },
	.make = remap_make,
	.act = { remap_last, remap_next },
};
PLAY(munmap_mmap, "munmap.mmap", 2,
    "a file that was written is unmapped by its last user, mapped by the next",
    play_remap);

/* --- C7: a file shrinks under a fault ------------------------------------- */

static void
shrink_make(struct scene *scene)
{
	play_map(scene, 0, PLAY_HERE, 2, MAP_SHARED_);
}

/* Beyond the end it may be refused. */
static void
shrink_use(struct scene *scene, unsigned cpu)
{
	uint64_t value;

	(void)scene, (void)cpu;
	if (cpu_load(PLAY_HERE + ptoa(1), &value) == KERN_SUCCESS)
		sched_expect(value == PLAY_FILE(1) || value == 0);
}

static void
shrink_cut(struct scene *scene, unsigned cpu)
{
	struct world *w = scene->memory;

	(void)cpu;
	scene->ops->file_setsize(w->vm, &w->file, ptoa(1));
	scene->ops->file_setsize(w->vm, &w->file, ptoa(2));
}

static const struct play play_shrink = {
	.size = { .frames = 12, .file_pages = 2, .places = TRUE },
	.make = shrink_make,
	.act = { shrink_use, shrink_cut },
};
PLAY(fault_setsize, "fault.setsize", 2,
    "a file is cut and grows again while a page of it is read", play_shrink);

/* --- F1: a heap grows over what is being paged out ------------------------ */

/* Page 1 is beyond the end, dirty and inactive. */
static void
grow_make(struct scene *scene)
{
	play_heap(scene, 0, 0, 2);
	play_as(scene, 0);
	play_store(PLAY_HERE + ptoa(1), 1);
	play_heap(scene, 0, 2, 1);
	pageout(scene, TRUE);
}

static void
grow_heap(struct scene *scene, unsigned cpu)
{
	play_heap(scene, cpu, 1, 2);
	play_expect(scene, PLAY_HERE + ptoa(1), 0);
}

static const struct play play_grow = {
	.size = { .frames = 12,
	    .file_pages = 1,
	    .swap_pages = 4,
	    .places = TRUE },
	.make = grow_make,
	.act = { grow_heap, pageout_all },
};
PLAY(brk_pageout, "brk.pageout", 2,
    "a heap grows over a page of its own that is being paged out", play_grow);

/* --- G1: flags of two locks ----------------------------------------------- */

/* The page is inactive, and in use. */
static void
flags_make(struct scene *scene)
{
	play_map(scene, 0, PLAY_HERE, 1, MAP_PRIVATE_ | MAP_ANON_);
	play_as(scene, 0);
	play_store(PLAY_HERE, 1);
	pageout(scene, FALSE);
	(void)play_load(PLAY_HERE);
}

static void
flags_fork(struct scene *scene, unsigned cpu)
{
	struct world *w = scene->memory;

	w->space[scene->scenario->tasks] =
	    scene->ops->vmspace_fork(w->vm, w->space[cpu]);
	play_expect(scene, PLAY_HERE, 1);
}

static const struct play play_flags = {
	.size = { .frames = 12,
	    .file_pages = 1,
	    .swap_pages = 4,
	    .places = TRUE },
	.make = flags_make,
	.act = { flags_fork, pageout_some },
};
PLAY(fork_pageout, "fork.pageout", 2,
    "a program forks while the pageout daemon looks at its page", play_flags);

/* --- G2: a clean page is written as it goes ------------------------------- */

/* The page is in swap, clean, inactive, and mapped writable. */
static void
dirty_make(struct scene *scene)
{
	play_map(scene, 0, PLAY_HERE, 1, MAP_PRIVATE_ | MAP_ANON_);
	play_as(scene, 0);
	play_store(PLAY_HERE, 1);
	pageout(scene, TRUE);
	pageout(scene, TRUE);
	(void)play_load(PLAY_HERE);
	pageout(scene, TRUE);
}

static void
dirty_store(struct scene *scene, unsigned cpu)
{
	(void)cpu;
	play_store(PLAY_HERE, 2);
	play_expect(scene, PLAY_HERE, 2);
}

static const struct play play_dirty = {
	.size = { .frames = 12,
	    .file_pages = 1,
	    .swap_pages = 4,
	    .places = TRUE },
	.make = dirty_make,
	.act = { dirty_store, pageout_all },
};
PLAY(store_pageout, "store.pageout", 2,
    "a clean page is stored to while it is paged out", play_dirty);

/* --- The daemon at work --------------------------------------------------- */

#define DAEMON_USERS 2
#define DAEMON_PAGES 3

static void
daemon_make(struct scene *scene)
{
	for (unsigned i = 0; i < DAEMON_USERS; i++)
		play_map(scene, i, PLAY_HERE, DAEMON_PAGES,
		    MAP_PRIVATE_ | MAP_ANON_);
}

/* More than there are frames for, all users together.  The last one to end
 * lets the daemon end. */
static void
daemon_user(struct scene *scene, unsigned cpu)
{
	struct world *w = scene->memory;

	for (unsigned i = 0; i < DAEMON_PAGES; i++)
		play_store(PLAY_HERE + ptoa(i), 10 * cpu + i);
	for (unsigned i = 0; i < DAEMON_PAGES; i++)
		play_expect(scene, PLAY_HERE + ptoa(i), 10 * cpu + i);
	if (__atomic_add_fetch(&w->users, 1, __ATOMIC_RELAXED) == DAEMON_USERS)
		scene->ops->stop(w->vm);
}

static void
daemon_run(struct scene *scene, unsigned cpu)
{
	struct world *w = scene->memory;

	(void)cpu;
	scene->ops->pageout(w->vm);
}

static const struct play play_daemon = {
	.size = { .frames = 7, .file_pages = 1, .swap_pages = 16 },
	.make = daemon_make,
	.act = { daemon_user, daemon_user, daemon_run },
};
PLAY(store_daemon, "store.daemon", 3,
    "two programs want more than there is, and the pageout daemon is a CPU",
    play_daemon);

/* --- E2: what was paged out is collapsed twice ---------------------------- */

#define CHAIN_PAGES 5

/*
 * CPU 0's memory is a chain of three: the lowest object is in swap, and its
 * first page is cut off between the second and the first.  Two children hold
 * the chain; the second has a page that the first lacks, or it were bypassed.
 */
static void
chain_make(struct scene *scene)
{
	struct world *w = scene->memory;
	unsigned child = scene->scenario->tasks;

	play_map(scene, 0, PLAY_HERE, CHAIN_PAGES, MAP_PRIVATE_ | MAP_ANON_);
	play_as(scene, 0);
	for (unsigned i = 0; i < CHAIN_PAGES; i++)
		play_store(PLAY_HERE + ptoa(i), 10 + i);
	for (unsigned pass = 0; pass < 3; pass++)
		pageout(scene, TRUE);
	w->space[child] =
	    world_there(scene->ops->vmspace_fork(w->vm, w->space[0]));
	play_store(PLAY_HERE + ptoa(3), 23);
	play_store(PLAY_HERE + ptoa(4), 24);
	w->space[child + 1] =
	    world_there(scene->ops->vmspace_fork(w->vm, w->space[0]));
	play_unmap(scene, 0, PLAY_HERE, 1);
	play_store(PLAY_HERE + ptoa(3), 33);
}

static void
chain_use(struct scene *scene, unsigned cpu)
{
	(void)cpu;
	play_store(PLAY_HERE + ptoa(1), 31);
	play_expect(scene, PLAY_HERE + ptoa(2), 12);
	play_expect(scene, PLAY_HERE + ptoa(3), 33);
}

static void
chain_release(struct scene *scene, unsigned cpu)
{
	struct world *w = scene->memory;
	unsigned child = scene->scenario->tasks;

	(void)cpu;
	for (unsigned i = child; i < child + 2; i++) {
		scene->ops->vmspace_free(w->vm, w->space[i]);
		w->space[i] = NULL;
	}
}

static const struct play play_chain = {
	.size = { .frames = 12,
	    .file_pages = 1,
	    .swap_pages = 8,
	    .places = TRUE },
	.make = chain_make,
	.act = { chain_use, chain_release },
};
PLAY(collapse_pagein, "collapse.pagein", 2,
    "a chain that was paged out collapses twice and is paged in", play_chain);
