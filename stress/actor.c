/* SPDX-License-Identifier: BSD-2-Clause */
/* What an actor of a stress driver does: calls, loads and stores,
 * complaints. */
#include <stdarg.h>
#include <stdio.h>

#include "pmap_sim/cpu.h"
#include "pmap_sim/panic.h"
#include "stress/stress.h"

void
actor_count(struct actor *actor)
{
	sync_count_own(&actor->ops);
}

uint64_t
actor_random(struct actor *actor, uint64_t bound)
{
	return random_below(&actor->random, bound);
}

void
actor_on(struct actor *actor, struct vmspace *space)
{
	actor->on = space;
	actor->run->ops->vmspace_activate(actor->run->vm, space);
}

boolean_t
actor_map(struct actor *actor, struct vmspace *space, vm_offset_t at,
    unsigned pages, int flags, struct vnode *file)
{
	struct stress_run *run = actor->run;

	return run->ops->mmap(run->vm, space, &at, ptoa(pages), STRESS_RW,
		   flags | MAP_FIXED_ | (file == NULL ? MAP_ANON_ : 0), file,
		   0) == KERN_SUCCESS;
}

void
actor_unmap(
    struct actor *actor, struct vmspace *space, vm_offset_t at, unsigned pages)
{
	struct stress_run *run = actor->run;

	(void)run->ops->munmap(run->vm, space, at, ptoa(pages));
}

struct vmspace *
actor_fork(struct actor *actor, struct vmspace *parent)
{
	return actor->run->ops->vmspace_fork(actor->run->vm, parent);
}

void
actor_exit(struct actor *actor, struct vmspace *space)
{
	if (space == NULL)
		return;
	if (actor->on == space)
		actor_on(actor, NULL);
	actor->run->ops->vmspace_free(actor->run->vm, space);
}

boolean_t
actor_load(struct actor *actor, vm_offset_t va, uint64_t *value)
{
	struct vm_inside was =
	    window_enter(&actor->run->windows, HALF_touch, actor->on, NULL);
	kern_return_t result = cpu_load(va, value);

	window_leave(&was);
	return result == KERN_SUCCESS;
}

boolean_t
actor_store(struct actor *actor, vm_offset_t va, uint64_t value)
{
	struct vm_inside was =
	    window_enter(&actor->run->windows, HALF_touch, actor->on, NULL);
	kern_return_t result = cpu_store(va, value);

	window_leave(&was);
	return result == KERN_SUCCESS;
}

void
actors_open(
    struct stress_run *run, unsigned pages, int flags, struct vnode *file)
{
	for (unsigned i = 0; i < run->count; i++) {
		struct actor *actor = &run->actors[i];

		if (actor->space != NULL)
			continue;
		actor->space = run->ops->vmspace_alloc(run->vm);
		if (actor->space == NULL ||
		    (pages != 0 && !actor_map(actor, actor->space, STRESS_HERE,
				       pages, flags, file))) {
			sync_store(&run->asked, TRUE);
			return;
		}
	}
}

void
actors_close(struct stress_run *run, struct actor *first)
{
	for (unsigned i = 0; i < run->count; i++)
		actor_exit(first, run->actors[i].space);
}

void
actor_wrong(struct actor *actor, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	violation(actor->run->rig->machine, "%s: actor %u, round %lu: %s",
	    actor->run->driver->name, actor->number, actor->run->round, text);
}
