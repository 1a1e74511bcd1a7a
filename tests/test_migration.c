/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Free threads on several CPUs: they wake wherever there is room, with their
 * address space, and may end at once.
 */
#include "tests/wait_fixture.h"

#define TURNS 4000

static void
body_migrant(void *arg)
{
	struct scene *scene = arg;

	sync_store(&scene->cpu, curcpu()->id);
	sleep_until(&scene->word, 1);
	sync_store(&scene->cpu, curcpu()->id);
	advance(scene->f, &scene->other);
}

/* Has its CPU to itself until the other has run elsewhere. */
static void
body_hog(void *arg)
{
	struct scene *scene = arg;

	advance(scene->f, &scene->word);
	await(sync_load(&scene->other) == 1);
}

static void
a_thread_wakes_on_whichever_cpu_is_free(void **state)
{
	struct fixture *f = *state;
	struct scene scene = { .f = f };
	struct crew crew;
	struct thread *migrant = spawn(f, body_migrant, &scene), *hog;
	unsigned slept_on;

	crew_start(&crew, f, 1);
	await(event_waiters(f->m, &scene.word) == 1);
	slept_on = sync_load(&scene.cpu);
	hog = spawn(f, body_hog, &scene);
	await(sync_load(&scene.word) == 1);
	run_queue_close(f->m);
	cpu_run();
	crew_join(&crew, f);
	assert_int_equal(slept_on, 1);
	assert_int_equal(scene.cpu, 0);
	thread_destroy(migrant);
	thread_destroy(hog);
	cpu_switch(curcpu(), f->pmap, f->pmap);
}

struct citizen {
	struct pmap *pmap;
	uint64_t number;
	unsigned long wrong;
};

/* Reads its own page, wherever it is. */
static void
body_citizen(void *arg)
{
	struct citizen *citizen = arg;
	uint64_t value;

	thread_space(citizen->pmap, citizen->pmap);
	for (unsigned i = 0; i < TURNS; i++) {
		if (cpu_load(VA, &value) != KERN_SUCCESS ||
		    value != citizen->number)
			citizen->wrong++;
		thread_yield();
	}
	thread_space(NULL, NULL);
}

static void
a_thread_takes_its_space_along(void **state)
{
	struct fixture *f = *state;
	struct citizen citizen[5];
	struct thread *thread[5];
	struct crew crew;

	for (unsigned i = 0; i < 5; i++) {
		citizen[i] = (struct citizen){ pmap_create(f->m), i, 0 };
		enter(citizen[i].pmap, VA, i, RW);
		cpu_switch(curcpu(), citizen[i].pmap, NULL);
		store(VA, i);
		thread[i] = spawn(f, body_citizen, &citizen[i]);
	}
	cpu_switch(curcpu(), f->pmap, f->pmap);
	crew_start(&crew, f, 3);
	crew_join(&crew, f);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(citizen[i].wrong, 0);
		thread_destroy(thread[i]);
		pmap_destroy(citizen[i].pmap);
	}
}

static void
body_leaves_its_space(void *arg)
{
	thread_space(arg, arg);
}

static void
a_cpu_lets_go_of_a_thread_and_its_space(void **state)
{
	struct fixture *f = *state;
	struct pmap *pmap = pmap_create(f->m);
	struct thread *thread = spawn(f, body_leaves_its_space, pmap);
	unsigned long using;
	struct crew crew;

	crew_start(&crew, f, 1);
	await(sync_load(&thread->done));
	using = sync_load(&pmap->cpus_using);
	crew_join(&crew, f);
	thread_destroy(thread);
	assert_int_equal(using, 0);
	pmap_destroy(pmap);
}

/* A CPU that has nothing to run is idle: nobody waits for it. */
static void
a_cpu_without_a_thread_is_not_waited_for(void **state)
{
	struct fixture *f = *state;
	struct crew crew;

	enter(f->pmap, VA, 3, RW);
	crew_start(&crew, f, 1);
	await(sync_load(&f->m->cpus[1].idle));
	pmap_remove(f->pmap, VA, VA + PAGE_SIZE);
	crew_join(&crew, f);
}

#define RUNNERS 8

struct runner {
	struct fixture *f;
	unsigned number;
	unsigned long count;
};

static unsigned baton;

static void
body_runner(void *arg)
{
	struct runner *runner = arg;

	for (unsigned i = 0; i < TURNS / 2; i++) {
		unsigned mine = i * RUNNERS + runner->number;

		sleep_until(&baton, mine);
		runner->count += sync_load(&baton) == mine;
		advance(runner->f, &baton);
	}
}

static void
eight_threads_on_four_cpus_pass_a_baton(void **state)
{
	struct fixture *f = *state;
	struct runner runner[RUNNERS];
	struct thread *thread[RUNNERS];
	struct crew crew;

	baton = 0;
	for (unsigned i = 0; i < RUNNERS; i++) {
		runner[i] = (struct runner){ f, i, 0 };
		thread[i] = spawn(f, body_runner, &runner[i]);
	}
	crew_start(&crew, f, 3);
	run_queue_close(f->m);
	cpu_run();
	crew_join(&crew, f);
	for (unsigned i = 0; i < RUNNERS; i++) {
		assert_int_equal(runner[i].count, TURNS / 2);
		thread_destroy(thread[i]);
	}
	cpu_switch(curcpu(), f->pmap, f->pmap);
}

static unsigned asserted;

/* The wake-up comes while it asserts, leaves its stack, or sleeps. */
static void
body_listener(void *arg)
{
	struct runner *runner = arg;

	for (unsigned i = 0; i < TURNS; i++) {
		assert_wait_at(&baton, "body_listener");
		sync_store(&asserted, i + 1);
		thread_block();
		runner->count += sync_load(&baton) == i + 1;
	}
}

static void
a_wakeup_may_come_while_a_thread_leaves_its_stack(void **state)
{
	struct fixture *f = *state;
	struct runner runner = { .f = f };
	struct thread *thread = spawn(f, body_listener, &runner);
	struct crew crew;

	baton = asserted = 0;
	crew_start(&crew, f, 2);
	for (unsigned i = 0; i < TURNS; i++) {
		await(sync_load(&asserted) == i + 1);
		advance(f, &baton);
	}
	crew_join(&crew, f);
	assert_int_equal(runner.count, TURNS);
	thread_destroy(thread);
}

static void
body_brief(void *arg)
{
	assert_wait_at(arg, "body_brief");
	sync_add(&asserted, 1);
	thread_block();
}

/* Each is freed as soon as it may be. */
static void
threads_end_as_soon_as_they_are_woken(void **state)
{
	struct fixture *f = *state;
	struct crew crew;

	asserted = 0;
	crew_start(&crew, f, 2);
	for (unsigned i = 0; i < TURNS / 4; i++) {
		struct thread *thread = spawn(f, body_brief, &baton);

		await(sync_load(&asserted) == i + 1);
		thread_wakeup(f->m, &baton);
		await(sync_load(&thread->done));
		thread_destroy(thread);
	}
	crew_join(&crew, f);
}

static void
play_free_threads_again_and_again(struct player *self)
{
	while (!sync_load(&self->stop))
		cpu_run();
}

/* Here who waits for the last to end frees it, on another CPU. */
static void
nothing_of_a_thread_is_touched_after_the_last_has_ended(void **state)
{
	struct fixture *f = *state;
	struct player a = PLAYER(f, 1, play_free_threads_again_and_again);
	char used;

	run_queue_close(f->m);
	player_start(&a);
	for (unsigned i = 0; i < 2 * TURNS; i++) {
		struct thread *thread = spawn(f, body_uses_stack, &used);

		for (unsigned spins = i % 64; spins > 0; spins--)
			cpu_relax();
		cpu_run();
		thread_destroy(thread);
	}
	player_join(&a);
	cpu_switch(curcpu(), f->pmap, f->pmap);
}

#define TEST(fact)                                                             \
	cmocka_unit_test_setup_teardown(fact, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_thread_wakes_on_whichever_cpu_is_free),
		TEST(a_thread_takes_its_space_along),
		TEST(a_cpu_lets_go_of_a_thread_and_its_space),
		TEST(a_cpu_without_a_thread_is_not_waited_for),
		TEST(eight_threads_on_four_cpus_pass_a_baton),
		TEST(a_wakeup_may_come_while_a_thread_leaves_its_stack),
		TEST(threads_end_as_soon_as_they_are_woken),
		TEST(nothing_of_a_thread_is_touched_after_the_last_has_ended),
	};

	return cmocka_run_group_tests_name("migration", tests, NULL, NULL);
}
