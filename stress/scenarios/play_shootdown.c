/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two CPUs in one address space: what one takes away, the other's TLB still
 * has.  They meet in nothing but the shootdown.
 */
#include "stress/scenarios/play.h"

/* CPU 1 runs on CPU 0's space; both have the page in their TLBs. */
static void
shared_make(struct scene *scene)
{
	struct world *w = scene->memory;

	scene->ops->vmspace_free(w->vm, w->space[1]);
	scene->ops->vmspace_reference(w->vm, w->space[0]);
	w->space[1] = w->space[0];
	play_map(scene, 0, PLAY_HERE, 1, MAP_PRIVATE_ | MAP_ANON_);
	play_as(scene, 0);
	play_store(PLAY_HERE, 1);
}

/* --- A page goes, and another comes --------------------------------------- */

static void
unmap_map(struct scene *scene, unsigned cpu)
{
	play_unmap(scene, cpu, PLAY_HERE, 1);
	play_map(scene, cpu, PLAY_HERE, 1, MAP_PRIVATE_ | MAP_ANON_);
	play_store(PLAY_HERE, 2);
	play_expect(scene, PLAY_HERE, 2);
}

/* The old page, none, a new one, what is stored there: in that order. */
static void
unmap_use(struct scene *scene, unsigned cpu)
{
	unsigned before = 0, now;
	uint64_t value;

	(void)scene, (void)cpu;
	for (unsigned i = 0; i < 3; i++) {
		if (cpu_load(PLAY_HERE, &value) != KERN_SUCCESS)
			now = 1;
		else
			now = value == 1 ? 0 : value == 0 ? 2 : 3;
		sched_expect(now >= before);
		before = now;
	}
}

static const struct play play_unmapped = {
	.size = { .frames = 12, .file_pages = 1 },
	.make = shared_make,
	.act = { unmap_map, unmap_use },
};
PLAY(munmap_load, "munmap.load", 2,
    "a page is unmapped and mapped anew while another thread loads it",
    play_unmapped);

/* --- The right to write goes ---------------------------------------------- */

/* Nothing is stored from then on. */
static void
protect_look(struct scene *scene, unsigned cpu)
{
	struct world *w = scene->memory;

	sched_expect(scene->ops->mprotect(w->vm, w->space[cpu], PLAY_HERE,
			 ptoa(1), VM_PROT_READ) == KERN_SUCCESS);
	play_expect(scene, PLAY_HERE, play_load(PLAY_HERE));
}

static void
protect_store(struct scene *scene, unsigned cpu)
{
	(void)scene, (void)cpu;
	for (uint64_t i = 2; i < 5; i++)
		if (cpu_store(PLAY_HERE, i) != KERN_SUCCESS)
			return;
}

static const struct play play_protected = {
	.size = { .frames = 12, .file_pages = 1 },
	.make = shared_make,
	.act = { protect_look, protect_store },
};
PLAY(mprotect_store, "mprotect.store", 2,
    "a page is write-protected while another thread stores to it",
    play_protected);
