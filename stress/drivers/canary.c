/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Races that must be reported.
 *
 * A sanitizer that says nothing has perhaps seen nothing: it is not linked, its
 * report is swallowed on the way, or something orders threads that the VM does
 * not.  So here one CPU writes a word and another reads it, again and again in
 * ways that order nothing, though the write always comes first in time:
 *
 *	writer				reader
 *	enters its own lock
 *	canary_X_write
 *	leaves
 *	tells				waits to be told (neither is seen)
 *					enters its own lock
 *					canary_X_read
 *					leaves
 *
 * X is what both stand in: nothing; nothing, after they have slept and woken on
 * the other's CPU; a spin lock each, a mutex each, an RCU section each.  A
 * canary that is missing says what draws an order too many.
 *
 * AddressSanitizer ends the process at its first report: in its build the
 * writer frees, after they have moved, what the reader then uses.
 */
#include <stdlib.h>
#include <string.h>

#include "pmap_sim/cpu.h"
#include "pmap_sim/event.h"
#include "pmap_sim/thread.h"
#include "pmap_sim/unseen.h"
#include "stress/build.h"
#include "stress/stress.h"

#define MOVES 100 /* sleeps, until they have woken elsewhere */

enum { WRITER, READER, WAKER, ACTORS };

struct canary {
	/* volatile: read and written for what the sanitizer thinks of it.  Of
	 * eight bytes it tells of one race only. */
	volatile long plain, moved, spin, mutex, section;
	volatile boolean_t is_freed; /* memory */
	int *memory;
	struct sync_spin spins[2];
	struct sync_mutex mutexes[2];
	char events[2];
	unsigned told;          /* atomic, unseen: steps the writer has done */
	boolean_t has_moved[2]; /* likewise: until the next round */
};

/* --- What nobody sees ---------------------------------------------------- */

UNSEEN_BEGIN

static void
tell(struct canary *canary)
{
	sync_store(&canary->told, canary->told + 1);
}

static void
wait_told(const struct canary *canary, unsigned step)
{
	unsigned spins = 0;

	while (sync_load(&canary->told) < step)
		cpu_relax_after(spins++);
}

static void
say_moved(struct canary *canary, unsigned side)
{
	sync_store(&canary->has_moved[side], TRUE);
}

/* Wake both when both are asleep: each may then get the other's CPU. */
static void
wake_both(struct canary *canary, struct machine *m)
{
	unsigned spins = 0;
	boolean_t moved[2];

	do {
		boolean_t ready = TRUE;

		for (unsigned i = 0; i < 2; i++) {
			moved[i] = sync_load(&canary->has_moved[i]);
			ready = ready &&
				(moved[i] ||
				    event_waiters(m, &canary->events[i]) != 0);
		}
		if (ready) {
			thread_wakeup(m, &canary->events[READER]);
			thread_wakeup(m, &canary->events[WRITER]);
		}
		cpu_relax_after(spins++);
	} while (!moved[WRITER] || !moved[READER]);
}

UNSEEN_END

static void
move(struct canary *canary, unsigned side)
{
	unsigned cpu = curcpu()->id;

	for (unsigned i = 0; i < MOVES && curcpu()->id == cpu; i++) {
		assert_wait(&canary->events[side], FALSE);
		thread_block();
	}
	say_moved(canary, side);
}

/* --- The canaries -------------------------------------------------------- */

#define CANARY(x)                                                              \
	static void canary_##x##_write(struct canary *canary)                  \
	{                                                                      \
		canary->x = 1;                                                 \
	}                                                                      \
	static void canary_##x##_read(struct canary *canary)                   \
	{                                                                      \
		(void)canary->x;                                               \
	}

CANARY(plain)
CANARY(moved)
CANARY(spin)
CANARY(mutex)
CANARY(section)
#undef CANARY

static void
canary_free(struct canary *canary)
{
	free(canary->memory);
	canary->is_freed = TRUE;
}

static void
canary_use(struct canary *canary)
{
	(void)*(volatile int *)canary->memory;
}

/* --- What they stand in -------------------------------------------------- */

static void
nothing(struct canary *canary, unsigned side)
{
	(void)canary;
	(void)side;
}

static void
spin_enter(struct canary *canary, unsigned side)
{
	sync_spin_take(&canary->spins[side]);
}

static void
spin_leave(struct canary *canary, unsigned side)
{
	sync_spin_drop(&canary->spins[side]);
}

static void
mutex_enter(struct canary *canary, unsigned side)
{
	sync_mutex_take(&canary->mutexes[side]);
}

static void
mutex_leave(struct canary *canary, unsigned side)
{
	sync_mutex_drop(&canary->mutexes[side]);
}

static void
section_enter(struct canary *canary, unsigned side)
{
	(void)canary;
	(void)side;
	sync_rcu_enter();
}

static void
section_leave(struct canary *canary, unsigned side)
{
	(void)canary;
	(void)side;
	sync_rcu_exit();
}

struct step {
	void (*enter)(struct canary *canary, unsigned side);
	void (*by[2])(struct canary *canary);
	void (*leave)(struct canary *canary, unsigned side);
};

static const struct step before_moving[] = {
	{ nothing, { canary_plain_write, canary_plain_read }, nothing },
};

static const struct step after_moving[] = {
	{ nothing, { canary_moved_write, canary_moved_read }, nothing },
	{ spin_enter, { canary_spin_write, canary_spin_read }, spin_leave },
	{ mutex_enter, { canary_mutex_write, canary_mutex_read }, mutex_leave },
	{ section_enter, { canary_section_write, canary_section_read },
	    section_leave },
};

static const struct step use_after_free = { nothing,
	{ canary_free, canary_use }, nothing };

/* The count of steps so far, with this one. */
static unsigned
step_do(const struct step *step, struct canary *canary, unsigned side,
    unsigned steps)
{
	if (side == READER)
		wait_told(canary, steps + 1);
	step->enter(canary, side);
	step->by[side](canary);
	step->leave(canary, side);
	if (side == WRITER)
		tell(canary);
	return steps + 1;
}

/* --- The driver ---------------------------------------------------------- */

static void
canary_begin(struct stress_run *run, struct actor *first)
{
	struct canary *canary = run->state;

	(void)first;
	if (run->round == 1)
		for (unsigned i = 0; i < 2; i++) {
			sync_spin_init(&canary->spins[i]);
			sync_mutex_init(&canary->mutexes[i]);
		}
	canary->told = 0;
	canary->has_moved[WRITER] = canary->has_moved[READER] = FALSE;
	canary->is_freed = FALSE;
	canary->memory = malloc(sizeof(*canary->memory));
}

static void
canary_play(struct canary *canary, unsigned side)
{
	unsigned steps = 0;

	steps = step_do(before_moving, canary, side, steps);
	move(canary, side);
	if (strcmp(BUILD_SANITIZER, "address") == 0) {
		(void)step_do(&use_after_free, canary, side, steps);
		return;
	}
	for (unsigned i = 0; i < sizeof(after_moving) / sizeof(after_moving[0]);
	     i++)
		steps = step_do(&after_moving[i], canary, side, steps);
}

static void
canary_act(struct stress_run *run, struct actor *actor)
{
	/* With fewer, one would wait for another that has no CPU. */
	if (run->config->cpus >= ACTORS) {
		if (actor->number == WAKER)
			wake_both(run->state, run->rig->machine);
		else if (actor->number < WAKER)
			canary_play(run->state, actor->number);
	}
	actor_count(actor);
}

static void
canary_end(struct stress_run *run, struct actor *first)
{
	struct canary *canary = run->state;

	(void)first;
	if (!canary->is_freed)
		free(canary->memory);
}

static void
canary_down(struct stress_run *run, struct actor *first)
{
	struct canary *canary = run->state;

	(void)first;
	for (unsigned i = 0; i < 2; i++) {
		sync_spin_fini(&canary->spins[i]);
		sync_mutex_fini(&canary->mutexes[i]);
	}
}

const struct stress stress_canary = {
	.name = "canary",
	.hunts = "races, or a use after free, that are there to be reported",
	.oracle = "the sanitizer",
	.blind = "to everything; with fewer than three CPUs to its own races",
	.hazards = "",
	.canary = "thread address",
	.frames = 64,
	.state_size = sizeof(struct canary),
	.begin = canary_begin,
	.act = canary_act,
	.end = canary_end,
	.down = canary_down,
};
