/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/scenarios/play.h"

#include <stdio.h>
#include <string.h>

#include "pmap_sim/disk_memory.h"

void
play_setup(struct scene *scene)
{
	const struct play *play = scene->scenario->data;
	struct world *w = scene->memory;
	unsigned char *bytes;

	world_make(w, scene, &play->size);
	bytes = disk_memory_bytes(w->machine, w->file.fd);
	for (unsigned i = 0; i < play->size.file_pages; i++) {
		uint64_t word = PLAY_FILE(i);

		memcpy(bytes + ptoa(i), &word, sizeof(word));
	}
	for (unsigned i = 0; i < scene->scenario->tasks; i++)
		w->space[i] = world_there(scene->ops->vmspace_alloc(w->vm));
	play->make(scene);
	scene->ops->vmspace_activate(w->vm, NULL);
	world_start(w, scene);
}

static void
play_act(struct scene *scene, unsigned cpu)
{
	const struct play *play = scene->scenario->data;

	play->act[cpu](scene, cpu);
}

void
play_task(struct scene *scene, unsigned i)
{
	world_task(scene, i, play_act);
}

void
play_as(struct scene *scene, unsigned cpu)
{
	struct world *w = scene->memory;

	scene->ops->vmspace_activate(w->vm, w->space[cpu]);
}

void
play_map(struct scene *scene, unsigned cpu, vm_offset_t at, unsigned pages,
    int flags)
{
	struct world *w = scene->memory;

	sched_expect(
	    scene->ops->mmap(w->vm, w->space[cpu], &at, ptoa(pages),
		VM_PROT_READ | VM_PROT_WRITE, flags | MAP_FIXED_,
		flags & MAP_ANON_ ? NULL : &w->file, 0) == KERN_SUCCESS);
}

void
play_unmap(struct scene *scene, unsigned cpu, vm_offset_t at, unsigned pages)
{
	struct world *w = scene->memory;

	sched_expect(scene->ops->munmap(w->vm, w->space[cpu], at,
			 ptoa(pages)) == KERN_SUCCESS);
}

void
play_heap(struct scene *scene, unsigned cpu, unsigned from, unsigned to)
{
	struct world *w = scene->memory;

	sched_expect(
	    scene->ops->brk(w->vm, w->space[cpu], PLAY_HERE + ptoa(from),
		PLAY_HERE + ptoa(to)) == KERN_SUCCESS);
}

void
play_store(vm_offset_t at, uint64_t value)
{
	sched_expect(cpu_store(at, value) == KERN_SUCCESS);
}

uint64_t
play_load(vm_offset_t at)
{
	uint64_t value = 0;

	sched_expect(cpu_load(at, &value) == KERN_SUCCESS);
	return value;
}

void
play_expect(struct scene *scene, vm_offset_t at, uint64_t value)
{
	struct world *w = scene->memory;
	uint64_t found = play_load(at);

	if (found == value)
		return;
	snprintf(w->complaint, sizeof(w->complaint),
	    "the program reads %#lx at %#lx: expected %#lx",
	    (unsigned long)found, (unsigned long)at, (unsigned long)value);
	sched_fail(SCHED_INVARIANT, w->complaint);
}
