/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a reset leaves of a machine that has slept and run: nothing.
 */
#include "tests/wait_fixture.h"

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
		TEST(a_reset_leaves_the_machine_able_to_sleep_and_run),
		TEST(fixed_memory_is_zeroed_after_a_reset_too),
	};

	return cmocka_run_group_tests_name("reset", tests, NULL, NULL);
}
