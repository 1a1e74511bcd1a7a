/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/scenarios/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pmap_sim/disk_memory.h"
#include "pmap_sim/pmap.h"
#include "pmap_sim/sched/arena.h"
#include "stress/scenarios/watch.h"

void *
world_there(void *what)
{
	if (what == NULL) {
		fputs("vmrace: the arena is too small for the scenario\n",
		    stderr);
		_Exit(4);
	}
	return what;
}

/* --- Points at named places ----------------------------------------------- */

static void
places_enter(const struct vm_probe *probe, struct vm_inside *was, const void *a,
    const void *b)
{
	(void)probe, (void)was, (void)a, (void)b;
}

static void
places_leave(const struct vm_probe *probe, const struct vm_inside *was)
{
	(void)probe, (void)was;
}

static void
places_also(const struct vm_probe *probe, enum vm_half half, const void *b)
{
	(void)probe, (void)half, (void)b;
}

static void
places_point(const struct vm_probe *probe, enum vm_point point)
{
	(void)probe, (void)point;
	sched_point_at(SCHED_PLACE, arena_base(), __builtin_return_address(0));
}

static const struct vm_probe places = {
	.enter = places_enter,
	.leave = places_leave,
	.also = places_also,
	.point = places_point,
};

/* --- Made and unmade ------------------------------------------------------ */

void
world_make(struct world *w, struct scene *scene, const struct world_size *size)
{
	unsigned cpus = scene->scenario->tasks;
	struct machine_config config = {
		.cpus = cpus,
		.frames = size->frames,
		.tlb_sets = 2,
		.tlb_ways = 2,
		.interrupts = scene->scenario->interrupt != NULL,
		.fixed_bytes = scene->ops->fixed_bytes(size->frames, cpus),
	};
	struct vm_config vm = {
		.cache_max = 4,
		.as_found = scene->as_found,
		.came_up = scene->came_up,
		.swap_path = size->swap_pages > 0 ? "swap" : NULL,
		.swap_pages = size->swap_pages,
		.probe = size->places ? &places : NULL,
	};
	int fd;

	w->machine = world_there(machine_create(&config));
	w->machine->complaint = w->complaint;
	w->machine->complaint_size = sizeof(w->complaint);
	cpu_attach(w->machine, 0);
	w->vm = world_there(scene->ops->create(w->machine, &vm));
	fd = disk_memory_file(w->machine, ptoa(size->file_pages));
	vnode_init(&w->file, fd, 1, ptoa(size->file_pages));
}

/* In use at the beginning: contents are part of it. */
static void
keep_frames(struct world *w)
{
	for (unsigned i = 0; i < frame_count(w->machine); i++) {
		if (!w->machine->frames[i].in_use)
			continue;
		if (w->kept == WORLD_KEPT)
			(void)world_there(NULL);
		w->frame[w->kept] = i;
		w->bytes[w->kept] = world_there(arena_outside(PAGE_SIZE));
		memcpy(w->bytes[w->kept], frame_bytes(w->machine, ptoa(i)),
		    PAGE_SIZE);
		w->kept++;
	}
}

void
world_start(struct world *w, const struct scene *scene)
{
	for (unsigned i = 0; i < scene->scenario->tasks; i++) {
		cpu_detach();
		cpu_attach(w->machine, i);
		scene->ops->vmspace_activate(w->vm, w->space[i]);
	}
	cpu_detach();
	keep_frames(w);
}

void
world_restore(struct scene *scene)
{
	struct world *w = scene->memory;

	for (unsigned i = 0; i < w->kept; i++) {
		void *to = frame_bytes(w->machine, ptoa(w->frame[i]));
		const void *from = w->bytes[i];
		size_t size = PAGE_SIZE;

		__asm__ volatile("rep movsb"
				 : "+D"(to), "+S"(from), "+c"(size)
				 :
				 : "memory");
	}
}

void
world_task(struct scene *scene, unsigned i,
    void (*act)(struct scene *scene, unsigned cpu))
{
	cpu_idle_exit();
	act(scene, i);
	cpu_idle_enter();
}

void
world_interrupt(struct scene *scene, unsigned i)
{
	struct world *w = scene->memory;

	cpu_interrupt(&w->machine->cpus[i]);
}

/* Take it down: what is left was not given back. */
static void
end(struct scene *scene, struct vm_census *left)
{
	struct world *w = scene->memory;

	for (unsigned i = 0; i < scene->scenario->tasks; i++) {
		cpu_attach(w->machine, i);
		scene->ops->vmspace_activate(w->vm, NULL);
		if (i + 1 < scene->scenario->tasks)
			cpu_detach();
	}
	for (unsigned i = 0; i < WORLD_SPACES; i++)
		if (w->space[i] != NULL)
			scene->ops->vmspace_free(w->vm, w->space[i]);
	scene->ops->destroy(w->vm, left);
	cpu_detach();
}

void
world_check(struct scene *scene)
{
	struct world *w = scene->memory;
	struct vm_census left;

	cpu_attach(w->machine, 0);
	if (scene->ops->check(w->vm) + pmap_check(w->machine) != 0 ||
	    w->complaint[0] != '\0') {
		sched_fail(SCHED_INVARIANT, w->complaint);
		return;
	}
	cpu_detach();
	end(scene, &left);
	if (left.objects + left.hash_entries + left.pagers + left.maps +
		left.entries !=
	    0) {
		snprintf(w->complaint, sizeof(w->complaint),
		    "left: %ld objects, %ld hash entries, %ld pagers, %ld "
		    "maps, %ld entries",
		    left.objects, left.hash_entries, left.pagers, left.maps,
		    left.entries);
		sched_fail(SCHED_LEAK, w->complaint);
	}
}

void
world_watch(const struct scene *scene, struct watch *watch)
{
	const struct world *w = scene->memory;

	watch_name(watch, "file", &w->file, sizeof(w->file));
	watch_name(
	    watch, "file lock", &w->file.interlock, sizeof(w->file.interlock));
	watch_name(watch, "file.size", &w->file.size, sizeof(w->file.size));
	scene->ops->direct->watch(w->vm, watch_told, watch);
}
