/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Free threads: who runs where, who sleeps, and what is left of them.
 */
#include <stdio.h>

#include "pmap_sim/context.h"
#include "pmap_sim/run_queue.h"
#include "tests/wait_fixture.h"

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
	};

	return cmocka_run_group_tests_name("thread", tests, NULL, NULL);
}
