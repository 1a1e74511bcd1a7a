/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Free threads: who runs where, who sleeps, and what is left of them.
 */
#include <stdio.h>

#include "pmap_sim/context.h"
#include "pmap_sim/run_queue.h"
#include "tests/wait_fixture.h"

#define TURNS 4000

/* CPUs 1, 2, ... that run free threads. */
struct crew {
	struct player player[CPUS];
	unsigned cpus;
};

static void
crew_start(struct crew *crew, struct fixture *f, unsigned cpus)
{
	crew->cpus = cpus;
	for (unsigned i = 1; i <= cpus; i++) {
		crew->player[i] =
		    (struct player)PLAYER(f, i, play_free_threads);
		player_start(&crew->player[i]);
	}
}

static void
crew_join(struct crew *crew, struct fixture *f)
{
	run_queue_close(f->m);
	for (unsigned i = 1; i <= crew->cpus; i++)
		player_join(&crew->player[i]);
}

/* What bodies share. */
struct scene {
	struct fixture *f;
	char written[64]; /* one CPU: in the order of running */
	unsigned length;
	unsigned word, other; /* atomic, and events */
	unsigned cpu;         /* atomic */
};

static void
write_down(struct scene *scene, char what)
{
	scene->written[scene->length++] = what;
}

/* --- One CPU ------------------------------------------------------------- */

static void
body_a(void *arg)
{
	write_down(arg, 'a');
	thread_yield();
	write_down(arg, 'A');
}

static void
body_b(void *arg)
{
	write_down(arg, 'b');
	thread_yield();
	write_down(arg, 'B');
}

static void
body_c(void *arg)
{
	write_down(arg, 'c');
}

/* Start the bodies, run them on CPU 1, and bury them. */
static void
play_scene(struct scene *scene, void (*bodies[])(void *arg), unsigned count)
{
	struct crew crew;
	struct thread *thread[4];

	for (unsigned i = 0; i < count; i++)
		thread[i] = spawn(scene->f, bodies[i], scene);
	crew_start(&crew, scene->f, 1);
	crew_join(&crew, scene->f);
	for (unsigned i = 0; i < count; i++) {
		assert_true(sync_load(&thread[i]->done));
		thread_destroy(thread[i]);
	}
}

static void
first_come_is_first_served(void **state)
{
	struct scene scene = { .f = *state };

	play_scene(
	    &scene, (void (*[])(void *)){ body_c, body_a, body_c, body_b }, 4);
	assert_string_equal(scene.written, "cacbAB");
}

static void
a_yield_with_nobody_waiting_goes_on(void **state)
{
	struct scene scene = { .f = *state };

	play_scene(&scene, (void (*[])(void *)){ body_a }, 1);
	assert_string_equal(scene.written, "aA");
}

static void
a_bound_thread_that_yields_goes_on(void **state)
{
	struct fixture *f = *state;
	struct thread *thread = spawn(f, body_c, NULL);
	struct thread *self = current_thread();

	thread_yield();
	assert_ptr_equal(current_thread(), self);
	assert_true(run_queue_waiting(f->m));
	thread->body = body_c;
	thread->arg = &(struct scene){ .f = f };
	run_queue_close(f->m);
	cpu_run();
	thread_destroy(thread);
}

static void
body_sleeper(void *arg)
{
	struct scene *scene = arg;

	write_down(scene, 's');
	sleep_until(&scene->word, 1);
	write_down(scene, 'S');
}

static void
body_waker(void *arg)
{
	struct scene *scene = arg;

	write_down(scene, 'w');
	advance(scene->f, &scene->word);
	write_down(scene, 'W');
}

static void
a_sleeper_frees_its_cpu(void **state)
{
	struct scene scene = { .f = *state };

	play_scene(&scene, (void (*[])(void *)){ body_sleeper, body_waker }, 2);
	assert_string_equal(scene.written, "swWS");
	assert_int_equal(scene.f->m->stats.sleeps, 1);
}

static void
body_woken_before(void *arg)
{
	struct scene *scene = arg;

	assert_wait_at(&scene->word, "body_woken_before");
	thread_wakeup(scene->f->m, &scene->word);
	thread_block();
	write_down(scene, 'w');
}

static void
a_wakeup_before_the_block_keeps_the_cpu(void **state)
{
	struct scene scene = { .f = *state };

	play_scene(
	    &scene, (void (*[])(void *)){ body_woken_before, body_c }, 2);
	assert_string_equal(scene.written, "wc");
	assert_int_equal(scene.f->m->stats.sleeps, 0);
}

/* Queued once, for the yield; the wake-up is remembered. */
static void
body_yields_asserted(void *arg)
{
	struct scene *scene = arg;

	assert_wait_at(&scene->word, "body_yields_asserted");
	write_down(scene, 'y');
	thread_yield();
	thread_block();
	write_down(scene, 'Y');
}

static void
a_yield_between_assert_and_block_loses_no_wakeup(void **state)
{
	struct scene scene = { .f = *state };

	play_scene(&scene,
	    (void (*[])(void *)){ body_yields_asserted, body_waker }, 2);
	assert_string_equal(scene.written, "ywWY");
}

/* --- Ends ---------------------------------------------------------------- */

static void
cpu_run_returns_when_closed_and_all_have_ended(void **state)
{
	struct fixture *f = *state;
	struct scene scene = { .f = f };
	struct player late = PLAYER(f, 2, play_free_threads);
	struct crew crew;
	struct thread *thread = spawn(f, body_sleeper, &scene);
	int early;

	crew_start(&crew, f, 1);
	await(event_waiters(f->m, &scene.word) == 1);
	run_queue_close(f->m);
	player_start(&late);
	a_while();
	early = sync_load(&crew.player[1].done) + sync_load(&late.done);
	advance(f, &scene.word);
	crew_join(&crew, f);
	player_join(&late);
	assert_int_equal(early, 0);
	assert_string_equal(scene.written, "sS");
	thread_destroy(thread);
}

static void
cpu_run_waits_for_threads_until_closed(void **state)
{
	struct fixture *f = *state;
	struct scene scene = { .f = f };
	struct crew crew;
	struct thread *thread;
	int early;

	crew_start(&crew, f, 1);
	a_while();
	thread = spawn(f, body_c, &scene);
	await(sync_load(&thread->done));
	early = sync_load(&crew.player[1].done);
	crew_join(&crew, f);
	thread_destroy(thread);
	assert_int_equal(early, 0);
}

static unsigned
stacks(struct fixture *f)
{
	unsigned count = 0;

	for (struct context *c = f->m->run_queue->stacks; c != NULL;
	     c = c->next)
		count++;
	return count;
}

/* Kilobytes of address space. */
static unsigned long
process_size(void)
{
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	assert_non_null(file);
	assert_int_equal(fscanf(file, "%lu", &pages), 1);
	fclose(file);
	return pages * 4;
}

static void
body_uses_stack(void *arg)
{
	char room[100];
	char *volatile escape = room;

	*escape = 'u';
	*(char *)arg = room[0];
}

static void
threads_one_after_the_other_use_one_stack(void **state)
{
	struct fixture *f = *state;
	struct crew crew;
	unsigned long before = 0, grown;
	char used;

	crew_start(&crew, f, 1);
	for (unsigned i = 0; i < 200; i++) {
		struct thread *thread = spawn(f, body_uses_stack, &used);

		await(sync_load(&thread->done));
		thread_destroy(thread);
		if (i == 20)
			before = process_size();
	}
	grown = process_size() - before;
	crew_join(&crew, f);
	assert_true(grown < 100ul << 10);
	assert_int_equal(stacks(f), 1);
}

static void
a_thread_never_started_leaves_its_stack(void **state)
{
	struct fixture *f = *state;

	thread_destroy(thread_create(f->m, "test", body_c, NULL));
	assert_int_equal(stacks(f), 1);
	thread_destroy(thread_create(f->m, "test", body_c, NULL));
	assert_int_equal(stacks(f), 1);
}

static void
a_thread_that_is_done_may_outlive_its_machine(void **state)
{
	struct machine_config config = { .cpus = 1 };
	char used;
	struct fixture other = { .m = machine_create(&config) };
	struct thread *thread = spawn(&other, body_uses_stack, &used);

	cpu_detach();
	cpu_attach(other.m, 0);
	run_queue_close(other.m);
	cpu_run();
	cpu_detach();
	machine_destroy(other.m);
	thread_destroy(thread);
	cpu_attach(((struct fixture *)*state)->m, 0);
}

static void
body_forgets_its_wait(void *arg)
{
	assert_wait_at(arg, "body_forgets_its_wait");
}

static void
the_end_of_a_thread_that_waits_is_a_panic(void **state)
{
	struct fixture *f = *state;
	unsigned word;
	struct crew crew;
	struct thread *thread = spawn(f, body_forgets_its_wait, &word);

	crew_start(&crew, f, 1);
	crew_join(&crew, f);
	assert_panics(
	    f, thread_destroy(thread), "still waits (body_forgets_its_wait)");
	thread_wakeup(f->m, &word);
	thread->wait_where = NULL;
	thread_destroy(thread);
}

/* --- Several CPUs -------------------------------------------------------- */

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

/* --- Reset --------------------------------------------------------------- */

static void
a_reset_leaves_the_machine_able_to_sleep_and_run(void **state)
{
	struct fixture *f = *state;
	struct machine_snapshot *snapshot = machine_snapshot(f->m);
	struct scene scene = { .f = f };
	struct crew crew;
	struct thread *thread[2];

	crew_start(&crew, f, 1);
	for (unsigned i = 0; i < 2; i++) {
		thread[i] = spawn(f, body_sleeper, &scene);
		await(event_waiters(f->m, &scene.word) == 1);
		advance(f, &scene.word);
		await(sync_load(&thread[i]->done));
		machine_reset(f->m, snapshot);
		sync_store(&scene.word, 0);
	}
	f->pmap = pmap_create(f->m);
	crew_join(&crew, f);
	assert_string_equal(scene.written, "sSsS");
	thread_destroy(thread[0]);
	thread_destroy(thread[1]);
	machine_snapshot_free(snapshot);
	cpu_switch(curcpu(), f->pmap, f->pmap);
}

static void
fixed_memory_is_zeroed_after_a_reset_too(void **state)
{
	struct fixture *f = *state;
	struct machine_snapshot *snapshot = machine_snapshot(f->m);
	char *before = machine_fixed(f->m, 100), *after;

	assert_non_null(before);
	memset(before, 7, 100);
	machine_reset(f->m, snapshot);
	after = machine_fixed(f->m, 100);
	assert_ptr_equal(before, after);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(after[i], 0);
	machine_snapshot_free(snapshot);
	f->pmap = pmap_create(f->m);
	cpu_switch(curcpu(), f->pmap, f->pmap);
}

#define TEST(fact)                                                             \
	cmocka_unit_test_setup_teardown(fact, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_come_is_first_served),
		TEST(a_yield_with_nobody_waiting_goes_on),
		TEST(a_bound_thread_that_yields_goes_on),
		TEST(a_sleeper_frees_its_cpu),
		TEST(a_wakeup_before_the_block_keeps_the_cpu),
		TEST(a_yield_between_assert_and_block_loses_no_wakeup),
		TEST(cpu_run_returns_when_closed_and_all_have_ended),
		TEST(cpu_run_waits_for_threads_until_closed),
		TEST(threads_one_after_the_other_use_one_stack),
		TEST(a_thread_never_started_leaves_its_stack),
		TEST(a_thread_that_is_done_may_outlive_its_machine),
		TEST(the_end_of_a_thread_that_waits_is_a_panic),
		TEST(a_thread_wakes_on_whichever_cpu_is_free),
		TEST(a_thread_takes_its_space_along),
		TEST(a_cpu_lets_go_of_a_thread_and_its_space),
		TEST(a_cpu_without_a_thread_is_not_waited_for),
		TEST(eight_threads_on_four_cpus_pass_a_baton),
		TEST(a_wakeup_may_come_while_a_thread_leaves_its_stack),
		TEST(threads_end_as_soon_as_they_are_woken),
		TEST(nothing_of_a_thread_is_touched_after_the_last_has_ended),
		TEST(a_reset_leaves_the_machine_able_to_sleep_and_run),
		TEST(fixed_memory_is_zeroed_after_a_reset_too),
	};

	return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
