/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of the pmap module stand on: a machine of four CPUs whose
 * frames are all in use, the test itself as CPU 0, and other CPUs played by
 * threads that do one step each time they are told.
 *
 * cmocka's assertions belong to the test's own thread; the others only record.
 */
#ifndef TESTS_PMAP_FIXTURE_H
#define TESTS_PMAP_FIXTURE_H

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "pmap_sim/machine.h"
#include "pmap_sim/panic.h"
#include "pmap_sim/pmap.h"
#include "pmap_sim/pmap_table.h"
#include "pmap_sim/shootdown.h"

#define CPUS   4
#define FRAMES 64
#define VA     ((vm_offset_t)0x400000)
#define RW     (VM_PROT_READ | VM_PROT_WRITE)

struct fixture {
	struct machine *m;
	struct pmap *pmap; /* CPU 0 is loaded with it */
	/* Of the fault handler: */
	unsigned faults;
	vm_prot_t fault_type;
	vm_offset_t fault_va;
	kern_return_t answer;     /* what it refuses with */
	vm_offset_t pa;           /* what it maps, with the rights in prot */
	vm_prot_t prot;           /* NONE: it refuses */
	unsigned long violations; /* that the test has provoked */
};

static inline kern_return_t
fixture_fault(void *vm, void *space, vm_offset_t va, vm_prot_t type)
{
	struct fixture *f = vm;
	struct pmap *pmap = space;

	sync_add(&f->faults, 1);
	sync_store(&f->fault_type, type);
	sync_store(&f->fault_va, va);
	if (f->prot == VM_PROT_NONE)
		return f->answer;
	return pmap_enter(pmap, va, f->pa, f->prot, FALSE);
}

static inline int
fixture_setup(void **state)
{
	static struct fixture f;
	struct machine_config config = { .cpus = CPUS, .frames = FRAMES };

	f = (struct fixture){ .answer = KERN_PROTECTION_FAILURE };
	f.m = machine_create(&config);
	if (f.m == NULL)
		return -1;
	f.m->fault = fixture_fault;
	f.m->fault_vm = &f;
	for (unsigned i = 0; i < FRAMES; i++)
		frame_alloc(f.m, ptoa(i));
	cpu_attach(f.m, 0);
	f.pmap = pmap_create(f.m);
	cpu_switch(curcpu(), f.pmap, f.pmap);
	*state = &f;
	return 0;
}

/* Every test ends with a machine that is as it should be. */
static inline int
fixture_teardown(void **state)
{
	struct fixture *f = *state;
	unsigned bad = pmap_check(f->m);

	if (f->m->stats.violations != f->violations + bad)
		bad++;
	cpu_switch(curcpu(), NULL, NULL);
	pmap_destroy(f->pmap);
	cpu_detach();
	machine_destroy(f->m);
	return bad == 0 ? 0 : -1;
}

/* Frame n. */
static inline vm_offset_t
page(unsigned n)
{
	return ptoa(n);
}

static inline void
enter(struct pmap *pmap, vm_offset_t va, unsigned frame, vm_prot_t prot)
{
	assert_int_equal(
	    pmap_enter(pmap, va, page(frame), prot, FALSE), KERN_SUCCESS);
}

static inline uint64_t
load(vm_offset_t va)
{
	uint64_t value = ~0ul;

	assert_int_equal(cpu_load(va, &value), KERN_SUCCESS);
	return value;
}

static inline void
store(vm_offset_t va, uint64_t value)
{
	assert_int_equal(cpu_store(va, value), KERN_SUCCESS);
}

/* Another CPU. */
struct player {
	struct fixture *f;
	struct pmap *pmap;
	unsigned cpu;
	void (*play)(struct player *player);
	int step;            /* atomic: how far it has been told to go */
	int done;            /* atomic: how far it is; -2 not begun, -1 ended */
	int stop;            /* atomic */
	unsigned long count; /* atomic; whatever it counts */
	uint64_t value;
	kern_return_t answer;
	pthread_t thread;
};

static inline void *
player_main(void *arg)
{
	struct player *player = arg;

	cpu_attach(player->f->m, player->cpu);
	cpu_switch(curcpu(), player->pmap, player->pmap);
	sync_store(&player->done, 0);
	player->play(player);
	cpu_switch(curcpu(), NULL, NULL);
	cpu_detach();
	sync_store(&player->done, -1);
	return NULL;
}

/* Returns when its CPU is loaded. */
static inline void
player_start(struct player *player)
{
	sync_store(&player->done, -2);
	pthread_create(&player->thread, NULL, player_main, player);
	while (sync_load(&player->done) == -2) {
		cpu_poll();
		sched_yield();
	}
}

/* The caller's CPU idles meanwhile: the other may be shooting at it. */
static inline void
player_join(struct player *player)
{
	sync_store(&player->stop, 1);
	cpu_idle_enter();
	pthread_join(player->thread, NULL);
	cpu_idle_exit();
}

/* In a player: deaf and active until the next step. */
static inline void
player_await(struct player *player, int step)
{
	sync_store(&player->done, step - 1);
	while (sync_load(&player->step) < step)
		sched_yield();
}

/* In a player: the same, answering interrupts. */
static inline void
player_await_polling(struct player *player, int step)
{
	sync_store(&player->done, step - 1);
	while (sync_load(&player->step) < step) {
		cpu_poll();
		sched_yield();
	}
}

/* In the test: have it do a step, and polling wait for that. */
static inline void
player_step(struct player *player, int step)
{
	sync_store(&player->step, step);
	while (
	    sync_load(&player->done) < step && sync_load(&player->done) >= 0) {
		cpu_poll();
		sched_yield();
	}
}

#define PLAYER(fixture, number, what)                                          \
	{                                                                      \
		.f = (fixture), .pmap = (fixture)->pmap, .cpu = (number),      \
		.play = (what)                                                 \
	}

/* Long enough for a thread to go wrong in. */
static inline void
a_while(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
}

static inline unsigned long
stat_of(unsigned long *counter)
{
	return sync_load_relaxed(counter);
}

#endif /* TESTS_PMAP_FIXTURE_H */
