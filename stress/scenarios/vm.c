/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scenarios of the object module: one file, and an operation on its object on
 * each CPU.
 */
#include "pmap_sim/sched/arena.h"
#include "stress/scenarios/world.h"

#define FRAMES     12
#define FILE_PAGES 1

struct direct_world {
	struct world world;
	void *direct;
};

struct cast {
	enum direct_op op[DIRECT_CPUS];
};

static void
setup(struct scene *scene)
{
	static const struct world_size size = { .frames = FRAMES,
		.file_pages = FILE_PAGES };
	const struct cast *cast = scene->scenario->data;
	const struct vm_direct *direct = scene->ops->direct;
	unsigned cpus = scene->scenario->tasks;
	struct direct_world *d = scene->memory;
	struct world *w = &d->world;

	world_make(w, scene, &size);
	for (unsigned i = 0; i < cpus; i++)
		w->space[i] = world_there(scene->ops->vmspace_alloc(w->vm));
	d->direct = world_there(arena_zeroed(1, direct->scene_size));
	direct->make(w->vm, d->direct, &w->file, w->space, cast->op, cpus);
	world_start(w, scene);
}

static void
act(struct scene *scene, unsigned cpu)
{
	const struct cast *cast = scene->scenario->data;
	struct direct_world *d = scene->memory;

	scene->did[cpu] =
	    scene->ops->direct->run(d->world.vm, d->direct, cast->op[cpu], cpu);
}

static const char *
part(const struct scenario *scenario, unsigned i, const char **sentence)
{
	static const char *const parts[][2] = {
#define DIRECT(name, wants, did, sentence) { #name, sentence },
#include "core/direct.def"
#undef DIRECT
	};
	const struct cast *cast = scenario->data;

	*sentence = parts[cast->op[i]][1];
	return parts[cast->op[i]][0];
}

static void
task(struct scene *scene, unsigned i)
{
	world_task(scene, i, act);
}

#define VM_SCENARIO(symbol, title, count, ...)                                 \
	static const struct cast cast_##symbol = { { __VA_ARGS__ } };          \
	const struct scenario scenario_##symbol = {                            \
		.name = title,                                                 \
		.story = "one CPU each, on one file's object",                 \
		.tasks = (count),                                              \
		.memory = sizeof(struct direct_world),                         \
		.setup = setup,                                                \
		.restore = world_restore,                                      \
		.watch = world_watch,                                          \
		.task = task,                                                  \
		.check = world_check,                                          \
		.part = part,                                                  \
		.data = &cast_##symbol,                                        \
		.has_vm = TRUE,                                                \
	};
#define PAIR(a, b) VM_SCENARIO(a##_##b, #a "." #b, 2, DIRECT_##a, DIRECT_##b)
#define TRIPLE(a, b, c)                                                        \
	VM_SCENARIO(a##_##b##_##c, #a "." #b "." #c, 3, DIRECT_##a,            \
	    DIRECT_##b, DIRECT_##c)
#include "stress/scenarios/vm.def"
