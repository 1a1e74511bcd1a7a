/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of the VM: a machine of a few CPUs and frames, one file, and an
 * operation of the object module on each CPU.
 *
 * Everything is in the arena, machine, VM and file, so a fresh VM is a copy of
 * what was built once; of the frames, which are not, those in use are put back.
 * A CPU is idle before its operation and after it.  At the end every invariant
 * is checked, everything is taken down, and nothing may be left.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/direct.h"
#include "pmap_sim/disk_memory.h"
#include "pmap_sim/machine.h"
#include "pmap_sim/pmap.h"
#include "pmap_sim/sched/arena.h"
#include "stress/scenarios/scenario.h"
#include "stress/scenarios/watch.h"

#define FRAMES     12
#define KEPT       6 /* frames in use at the beginning, at most */
#define FILE_PAGES 1

struct world {
	struct machine *machine;
	struct vm *vm;
	struct vnode file;
	struct vmspace *space[DIRECT_CPUS];
	void *direct;
	char complaint[240];
	unsigned kept;
	unsigned frame[KEPT];
	unsigned char *bytes[KEPT]; /* outside of the arena */
};

struct cast {
	enum direct_op op[DIRECT_CPUS];
};

/* What could not be built is misconfigured: the program ends. */
static void *
there(void *what)
{
	if (what == NULL) {
		fputs("vmrace: the arena is too small for the scenario\n",
		    stderr);
		_Exit(4);
	}
	return what;
}

static void
build_machine(struct world *w, unsigned cpus, const struct scene *scene)
{
	struct machine_config config = {
		.cpus = cpus,
		.frames = FRAMES,
		.tlb_sets = 2,
		.tlb_ways = 2,
		.fixed_bytes = scene->ops->fixed_bytes(FRAMES, cpus),
	};
	struct vm_config vm = { .cache_max = 4, .as_found = scene->as_found };

	w->machine = there(machine_create(&config));
	w->machine->complaint = w->complaint;
	w->machine->complaint_size = sizeof(w->complaint);
	cpu_attach(w->machine, 0);
	w->vm = there(scene->ops->create(w->machine, &vm));
}

/* In use at the beginning: contents are part of it. */
static void
keep_frames(struct world *w)
{
	for (unsigned i = 0; i < frame_count(w->machine); i++) {
		if (!w->machine->frames[i].in_use || w->kept == KEPT)
			continue;
		w->frame[w->kept] = i;
		w->bytes[w->kept] = there(arena_outside(PAGE_SIZE));
		memcpy(w->bytes[w->kept], frame_bytes(w->machine, ptoa(i)),
		    PAGE_SIZE);
		w->kept++;
	}
}

static void
setup(struct scene *scene)
{
	const struct cast *cast = scene->scenario->data;
	const struct vm_direct *direct = scene->ops->direct;
	unsigned cpus = scene->scenario->tasks;
	struct world *w = scene->memory;
	int fd;

	build_machine(w, cpus, scene);
	fd = disk_memory_file(w->machine, ptoa(FILE_PAGES));
	vnode_init(&w->file, fd, 1, ptoa(FILE_PAGES));
	for (unsigned i = 0; i < cpus; i++)
		w->space[i] = there(scene->ops->vmspace_alloc(w->vm));
	w->direct = there(arena_zeroed(1, direct->scene_size));
	direct->make(w->vm, w->direct, &w->file, w->space, cast->op, cpus);
	for (unsigned i = 0; i < cpus; i++) {
		cpu_detach();
		cpu_attach(w->machine, i);
		scene->ops->vmspace_activate(w->vm, w->space[i]);
	}
	cpu_detach();
	keep_frames(w);
}

static void
restore(struct scene *scene)
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

static void
task(struct scene *scene, unsigned i)
{
	const struct cast *cast = scene->scenario->data;
	struct world *w = scene->memory;

	cpu_idle_exit();
	scene->ops->direct->run(w->vm, w->direct, cast->op[i], i);
	cpu_idle_enter();
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
	for (unsigned i = 0; i < scene->scenario->tasks; i++)
		scene->ops->vmspace_free(w->vm, w->space[i]);
	scene->ops->destroy(w->vm, left);
	cpu_detach();
}

static void
check(struct scene *scene)
{
	struct world *w = scene->memory;
	struct vm_census left;

	cpu_attach(w->machine, 0);
	if (scene->ops->check(w->vm) + pmap_check(w->machine) != 0) {
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

static void
watch_told(void *watch, const char *name, const volatile void *at, size_t size,
    const char *value)
{
	if (value != NULL)
		watch_words(watch, name, at, "%s", value);
	else
		watch_name(watch, name, at, size);
}

static void
watch(const struct scene *scene, struct watch *watch)
{
	const struct world *w = scene->memory;
	char name[] = "cpu 0";

	for (unsigned i = 0; i < scene->scenario->tasks; i++) {
		name[4] = (char)('0' + i);
		watch_name(watch, name, &w->machine->cpus[i],
		    sizeof(w->machine->cpus[i]));
	}
	watch_name(watch, "file", &w->file, sizeof(w->file));
	scene->ops->direct->watch(w->vm, watch_told, watch);
}

#define VM_SCENARIO(symbol, title, count, ...)                                 \
	static const struct cast cast_##symbol = { { __VA_ARGS__ } };          \
	const struct scenario scenario_##symbol = {                            \
		.name = title,                                                 \
		.story = "one CPU each, on one file's object",                 \
		.tasks = (count),                                              \
		.memory = sizeof(struct world),                                \
		.setup = setup,                                                \
		.restore = restore,                                            \
		.watch = watch,                                                \
		.task = task,                                                  \
		.check = check,                                                \
		.data = &cast_##symbol,                                        \
		.has_vm = TRUE,                                                \
	};
#define PAIR(a, b) VM_SCENARIO(a##_##b, #a "." #b, 2, DIRECT_##a, DIRECT_##b)
#define TRIPLE(a, b, c)                                                        \
	VM_SCENARIO(a##_##b##_##c, #a "." #b "." #c, 3, DIRECT_##a,            \
	    DIRECT_##b, DIRECT_##c)
#include "stress/scenarios/vm.def"
