/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts under the scheduler: they come at every point at which they may,
 * and at no other; the shootdown is sound whenever they come, and each of its
 * steps that is left out is missed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pmap_sim/shootdown.h"
#include "stress/scenarios/world.h"
#include "stress/search/stage.h"

#define RUNS 20000

/* --- Searching ------------------------------------------------------------ */

static struct sched_policy *
policy_of(struct stage *stage, const char *name, unsigned bound)
{
	const struct scene *scene = stage_scene(stage);
	struct sched_policy_config config = {
		.tasks = scenario_tasks(scene->scenario, scene->ops),
		.lines = scenario_lines(scene->scenario),
		.bound = bound,
		.profile = stage_profile(stage),
	};
	const char *why;
	struct sched_policy *policy =
	    sched_policy_create(sched_policy_find(name), &config, &why);

	assert_non_null(policy);
	return policy;
}

/* The first verdict but sound, of so many executions or of all.  after, if not
 * NULL, is called after each that is. */
static struct sched_result
search(const struct scenario *scenario, const char *name, unsigned bound,
    uint64_t runs, void (*after)(void *memory))
{
	struct stage *stage = stage_create(scenario,
	    scenario->has_vm ? vm_strategy_find("original") : NULL, 0, 0);
	struct sched_policy *policy;
	struct sched_result result = { 0 };

	assert_non_null(stage);
	policy = policy_of(stage, name, bound);
	for (uint64_t seed = 1; seed <= runs; seed++) {
		const struct sched_result *one = stage_run(stage, policy, seed);

		if (one == NULL)
			break;
		result = *one;
		if (one->verdict != SCHED_SOUND)
			break;
		if (after != NULL)
			after(stage_memory(stage));
	}
	sched_policy_destroy(policy);
	stage_destroy(stage);
	return result;
}

/* --- A program that is interrupted once ----------------------------------- */

#define STORES 3

struct once {
	struct sync_spin lock;
	int line; /* something to name it by */
	int armed, word, seen, guarded;
};

static void
once_interrupt(struct scene *scene, unsigned i)
{
	struct once *o = scene->memory;

	assert_int_equal(i, 0);
	assert_int_equal(sched_self(), 0);
	o->seen = sync_load(&o->word);
}

/* Task 0 can be interrupted from its first store to its last. */
static void
once_task(struct scene *scene, unsigned i)
{
	struct once *o = scene->memory;

	if (i == 1) {
		if (sync_load(&o->armed))
			sched_line(0, true, &o->line);
		return;
	}
	o->seen = -1;
	sync_store(&o->armed, 1);
	for (int n = 1; n <= STORES; n++)
		sync_store(&o->word, n);
	sync_store(&o->armed, 0);
	sched_line(0, false, &o->line);
}

static const struct scenario once = {
	.name = "once",
	.story = "a task is interrupted once",
	.tasks = 2,
	.memory = sizeof(struct once),
	.task = once_task,
	.interrupt = once_interrupt,
};

static unsigned seen_at; /* bit n: after n stores; bit 31: not at all */

static void
once_after(void *memory)
{
	const struct once *o = memory;

	seen_at |= 1u << (o->seen < 0 ? 31 : o->seen);
}

static void
an_interrupt_comes_at_every_point(void **state)
{
	(void)state;
	seen_at = 0;
	assert_int_equal(
	    search(&once, "bound", 2, RUNS, once_after).verdict, SCHED_SOUND);
	assert_int_equal(seen_at, 1u << 31 | ((1u << (STORES + 1)) - 1));
	for (unsigned i = 0; sched_policies[i] != NULL; i++) {
		const struct sched_policy_ops *ops = sched_policies[i];

		if (!ops->draws)
			continue;
		seen_at = 0;
		assert_int_equal(
		    search(&once, ops->name, 0, RUNS, once_after).verdict,
		    SCHED_SOUND);
		assert_true((seen_at & 1u << 31) != 0);
		assert_true((seen_at & ~(1u << 31)) != 0);
	}
}

/* --- Locks ---------------------------------------------------------------- */

static void
lock_interrupt(struct scene *scene, unsigned i)
{
	struct once *o = scene->memory;

	(void)i;
	sync_store(&o->seen, 1);
	sync_store(&o->seen, 2);
}

/* Whoever waits for the lock may be interrupted meanwhile; the lock is dropped
 * meanwhile, too. */
static void
lock_task(struct scene *scene, unsigned i)
{
	struct once *o = scene->memory;

	if (i == 2) {
		if (sync_load(&o->armed))
			sched_line(0, true, &o->line);
		return;
	}
	if (i == 0)
		sync_store(&o->armed, 1);
	sync_spin_take(&o->lock);
	sched_expect(o->guarded++ == 0);
	sync_store(&o->word, (int)i);
	sched_expect(--o->guarded == 0);
	sync_spin_drop(&o->lock);
	if (i == 0) {
		sync_store(&o->armed, 0);
		sched_line(0, false, &o->line);
	}
}

static void
own_interrupt(struct scene *scene, unsigned i)
{
	struct once *o = scene->memory;

	(void)i;
	sync_spin_take(&o->lock);
	sync_spin_drop(&o->lock);
}

static void
a_lock_is_nobodys_while_its_waiter_is_interrupted(void **state)
{
	struct scenario locks = { .name = "locks",
		.tasks = 3,
		.memory = sizeof(struct once),
		.task = lock_task,
		.interrupt = lock_interrupt };

	(void)state;
	assert_int_equal(
	    search(&locks, "bound", 3, RUNS * 100, NULL).verdict, SCHED_SOUND);
	/* A handler that wants what it has interrupted. */
	locks.interrupt = own_interrupt;
	assert_int_equal(
	    search(&locks, "bound", 3, RUNS, NULL).verdict, SCHED_DEADLOCK);
}

/* --- The shootdown -------------------------------------------------------- */

/* mach, but the initiator goes on at once. */
static void
begin_hasty(
    struct cpu *self, struct pmap *pmap, vm_offset_t start, vm_offset_t end)
{
	struct machine *m = pmap->machine;

	for (unsigned i = 0; i < m->ncpus; i++) {
		struct cpu_mailbox *box = &m->cpus[i].mailbox;

		if (&m->cpus[i] == self ||
		    (sync_load(&pmap->cpus_using) >> i & 1) == 0)
			continue;
		sync_spin_take(&box->lock);
		box->flush_all = TRUE;
		sync_store(&box->update_needed, 1);
		cpu_line(&m->cpus[i]);
		sync_spin_drop(&box->lock);
	}
	tlb_flush_range(&self->tlb, start, end);
}

/* mach, but the responder forgets nothing. */
static void
interrupt_lazy(struct cpu *self)
{
	sync_spin_take(&self->mailbox.lock);
	self->mailbox.count = 0;
	self->mailbox.flush_all = FALSE;
	sync_spin_drop(&self->mailbox.lock);
	shootdown_mach.interrupt(self);
}

/* mach, but the responder does not wait until the table is changed. */
static void
interrupt_unparked(struct cpu *self)
{
	sync_ack(&self->active);
	sync_spin_take(&self->mailbox.lock);
	self->mailbox.count = 0;
	self->mailbox.flush_all = FALSE;
	sync_store(&self->mailbox.update_needed, 0);
	sync_spin_drop(&self->mailbox.lock);
	tlb_flush(&self->tlb);
	sync_store(&self->active, 1);
}

static struct shootdown scheme; /* of the next stage */

static void
scheme_setup(struct scene *scene)
{
	struct world *w = scene->memory;

	scenario_find(scene->scenario->name)->setup(scene);
	w->machine->shootdown = &scheme;
}

/* What becomes of a play by that scheme. */
static struct sched_result
played(const char *name, const char *policy)
{
	struct scenario scenario = *scenario_find(name);

	scenario.setup = scheme_setup;
	return search(&scenario, policy, 0, RUNS, NULL);
}

/* Somebody used what he should have forgotten, or still has it at the end; or a
 * program saw a store that came too late. */
static void
convicted(const char *name, const char *policy)
{
	struct sched_result result = played(name, policy);

	if (strstr(result.text, "TLB") == NULL &&
	    strstr(result.text, "the program reads") == NULL)
		fail_msg("%s, %s: %s", name, policy, result.text);
}

static void
a_shootdown_is_sound_whenever_it_is_answered(void **state)
{
	(void)state;
	scheme = shootdown_mach;
	for (unsigned i = 0; sched_policies[i] != NULL; i++)
		if (sched_policies[i]->draws) {
			const char *policy = sched_policies[i]->name;

			assert_int_equal(
			    played("munmap.load", policy).verdict, SCHED_SOUND);
			assert_int_equal(
			    played("mprotect.store", policy).verdict,
			    SCHED_SOUND);
		}
}

static void
each_step_of_a_shootdown_is_missed(void **state)
{
	static const char *const policies[] = { "random", "pos" };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		scheme = shootdown_mach;
		scheme.begin = begin_hasty;
		convicted("munmap.load", policies[i]);
		convicted("mprotect.store", policies[i]);
		scheme = shootdown_mach;
		scheme.interrupt = interrupt_lazy;
		convicted("munmap.load", policies[i]);
		convicted("mprotect.store", policies[i]);
		scheme = shootdown_mach;
		scheme.interrupt = interrupt_unparked;
		convicted("munmap.load", policies[i]);
		convicted("mprotect.store", policies[i]);
	}
}

/* --- The daemon ----------------------------------------------------------- */

static struct vm_statistics daemon_did; /* of all executions together */

static void
daemon_check(struct scene *scene)
{
	struct world *w = scene->memory;
	struct vm_statistics s;

	scene->ops->statistics(w->vm, &s);
	daemon_did.pageouts += s.pageouts;
	daemon_did.pageins += s.pageins;
	daemon_did.memory_waits += s.memory_waits;
	daemon_did.page_waits += s.page_waits;
	world_check(scene);
}

/* Pages go and come back, programs wait for frames, and for pages in the
 * daemon's hands. */
static void
the_daemon_is_at_work(void **state)
{
	struct scenario scenario = *scenario_find("store.daemon");

	(void)state;
	scenario.check = daemon_check;
	assert_int_equal(
	    search(&scenario, "random", 0, 500, NULL).verdict, SCHED_SOUND);
	assert_true(daemon_did.pageouts > 500 && daemon_did.pageins > 500);
	assert_true(daemon_did.memory_waits > 0 && daemon_did.page_waits > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interrupt_comes_at_every_point),
		cmocka_unit_test(
		    a_lock_is_nobodys_while_its_waiter_is_interrupted),
		cmocka_unit_test(each_step_of_a_shootdown_is_missed),
		cmocka_unit_test(a_shootdown_is_sound_whenever_it_is_answered),
		cmocka_unit_test(the_daemon_is_at_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
