/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long a small VM takes to be reset from its snapshot, and that it is the
 * same one afterwards.  Prints nanoseconds; fails on a wrong state only.
 */
#include <time.h>

#include "tests/core/fixture.h"

#define ROUNDS 200000

static double
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void
a_reset_vm_is_as_it_was(void **state)
{
	FIXTURE;
	struct machine_snapshot *s;
	struct vm_statistics before, after;
	vm_object_t o;
	double begin, best = 1e9;

	/* Lay the frames out first: that happens once. */
	o = vm_object_allocate(vm, PAGE_SIZE);
	page_put(vm, o, 0, 1);
	vm_object_deallocate(vm, o);
	before = stats(vm);
	s = machine_snapshot(fx->machine);
	assert_non_null(s);

	o = vm_object_allocate(vm, PAGE_SIZE);
	page_put(vm, o, 0, 1);
	assert_int_not_equal(stats(vm).free_count, before.free_count);
	vm_object_deallocate(vm, o);
	for (unsigned batch = 0; batch < 20; batch++) {
		begin = now_ns();
		for (unsigned i = 0; i < ROUNDS / 20; i++)
			machine_reset(fx->machine, s);
		begin = (now_ns() - begin) / (ROUNDS / 20);
		if (begin < best)
			best = begin;
	}
	after = stats(vm);
	assert_int_equal(after.free_count, before.free_count);
	assert_int_equal(after.object_count, before.object_count);
	assert_int_equal(after.zero_fills, before.zero_fills);
	assert_int_equal(vm_check(vm), 0);
	printf("reset of a VM of %d frames, %zu bytes: %.0f ns\n",
	    FIXTURE_FRAMES, fx->machine->fixed_used, best);
	machine_snapshot_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { FACT(a_reset_vm_is_as_it_was) };

	return cmocka_run_group_tests_name("reset", tests, NULL, NULL);
}
