/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A play: programs on a whole machine, a few calls each, and what they must
 * read.  A scenario whose memory is a struct world and whose data is this.
 */
#ifndef STRESS_SCENARIOS_PLAY_H
#define STRESS_SCENARIOS_PLAY_H

#include "stress/scenarios/world.h"

#define PLAY_HERE  ptoa(16)
#define PLAY_THERE ptoa(32)
#define PLAY_FILE(i)                                                           \
	((uint64_t)0xf11e00 + (i)) /* what file page i begins with */

struct play {
	struct world_size size;
	/* Each CPU of the scenario has an empty space; the main stack plays
	 * CPU 0, on no space. */
	void (*make)(struct scene *scene);
	void (*act[DIRECT_CPUS])(struct scene *scene, unsigned cpu);
};

void play_setup(struct scene *scene);
void play_task(struct scene *scene, unsigned i);

/* In make(): the main stack runs on that CPU's space. */
void play_as(struct scene *scene, unsigned cpu);

/* Calls on the space of that CPU, which the caller plays; what cannot fail and
 * does is an assertion. */
void play_map(struct scene *scene, unsigned cpu, vm_offset_t at, unsigned pages,
    int flags);
void
play_unmap(struct scene *scene, unsigned cpu, vm_offset_t at, unsigned pages);
/* The heap is [PLAY_HERE, +to) from now on, and was [PLAY_HERE, +from). */
void play_heap(struct scene *scene, unsigned cpu, unsigned from, unsigned to);
void play_store(vm_offset_t at, uint64_t value);
uint64_t play_load(vm_offset_t at);
/* It reads that, or the execution is a violation. */
void play_expect(struct scene *scene, vm_offset_t at, uint64_t value);

/* A scenario of so many CPUs. */
#define PLAY(symbol, title, cpus, sentence, play)                              \
	const struct scenario scenario_##symbol = {                            \
		.name = title,                                                 \
		.story = sentence,                                             \
		.tasks = (cpus),                                               \
		.memory = sizeof(struct world),                                \
		.setup = play_setup,                                           \
		.restore = world_restore,                                      \
		.task = play_task,                                             \
		.interrupt = world_interrupt,                                  \
		.check = world_check,                                          \
		.watch = world_watch,                                          \
		.data = &(play),                                               \
		.has_vm = TRUE,                                                \
	}

#endif /* STRESS_SCENARIOS_PLAY_H */
