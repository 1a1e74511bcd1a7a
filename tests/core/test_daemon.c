/* SPDX-License-Identifier: BSD-2-Clause */
/* The pageout daemon on a CPU of its own, asynchronous swap, and their ends. */
/* not under: busted */
#include <pthread.h>

#include "tests/core/spaces.h"

static void *
daemon_body(void *arg)
{
	struct fixture *fx = arg;

	cpu_attach(fx->machine, 1);
	OPS->pageout(fx->vm);
	cpu_detach();
	return NULL;
}

static void
fill_and_read_back(struct vm *vm, unsigned pages)
{
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, pages, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < pages; i++)
			store(HERE + ptoa(i), 1000 * round + i);
		for (unsigned i = 0; i < pages; i++)
			assert_int_equal(
			    load(HERE + ptoa(i)), 1000 * round + i);
	}
	space_down(vm, s);
}

static void
with_daemon(struct fixture *fx, void (*fn)(struct fixture *fx))
{
	pthread_t daemon;

	assert_int_equal(pthread_create(&daemon, NULL, daemon_body, fx), 0);
	fn(fx);
	OPS->stop(fx->vm);
	cpu_idle_enter();
	pthread_join(daemon, NULL);
	cpu_idle_exit();
}

static void
fill_three_times_memory(struct fixture *fx)
{
	fill_and_read_back(fx->vm, 3 * FIXTURE_FRAMES);
}

static void
the_daemon_frees_what_faults_want(void **state)
{
	FIXTURE;
	with_daemon(fx, fill_three_times_memory);
	assert_true(stats(vm).pageouts > 0);
	assert_true(stats(vm).pageins > 0);
	assert_true(stats(vm).pageout_frees > 0);
}

static void
asynchronous_writes_are_reaped(void **state)
{
	struct fixture *fx;
	struct vm_config config = { .swap_path = fixture_swap(),
		.swap_async = TRUE };

	assert_int_equal(fixture_down(state), 0);
	assert_int_equal(fixture_up_with(state, &config), 0);
	fx = *state;
	with_daemon(fx, fill_three_times_memory);
	assert_true(stats(fx->vm).pageouts > 0);
	assert_int_equal(vm_pager_pending(fx->vm), 0);
}

static void
read_a_file_larger_than_memory(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	struct vmspace *s = space_up(vm);
	struct vnode file;
	unsigned pages = 3 * FIXTURE_FRAMES;

	assert_int_equal(fixture_file(&file, 7, pages), 0);
	map(vm, s, HERE, pages, RW, MAP_SHARED_, &file);
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < pages; i++) {
			assert_int_equal(load(HERE + ptoa(i)) & 0xffffffff,
			    round == 0 ? i + 1 : i + 2);
			store(HERE + ptoa(i), 7ul << 32 | (i + 2 + round));
			if (round == 0)
				continue;
			assert_int_equal(
			    load(HERE + ptoa(i)), 7ul << 32 | (i + 3));
		}
	space_down(vm, s);
	close(file.fd);
}

static void
dirty_file_pages_go_to_the_file_and_come_back(void **state)
{
	FIXTURE;
	with_daemon(fx, read_a_file_larger_than_memory);
	assert_true(stats(vm).pageouts > 0);
}

static void
a_vm_without_swap_keeps_what_it_has(void **state)
{
	struct fixture *fx;
	struct vm_config config = { 0 };
	struct vmspace *s;

	assert_int_equal(fixture_down(state), 0);
	assert_int_equal(fixture_up_with(state, &config), 0);
	fx = *state;
	assert_null(swap_pager_alloc(fx->vm, ptoa(1)));
	s = space_up(fx->vm);
	map(fx->vm, s, HERE, FIXTURE_FRAMES / 2, RW, MAP_PRIVATE_ | MAP_ANON_,
	    NULL);
	for (unsigned i = 0; i < FIXTURE_FRAMES / 2; i++)
		store(HERE + ptoa(i), i);
	for (unsigned i = 0; i < FIXTURE_FRAMES / 2; i++)
		assert_int_equal(load(HERE + ptoa(i)), i);
	space_down(fx->vm, s);
}

static void
fill_beyond_swap(struct fixture *fx)
{
	fill_and_read_back(fx->vm, FIXTURE_FRAMES + 10);
}

/* Room for 40 pages in swap: enough for what does not fit, and no more. */
static void
a_nearly_full_swap_file_still_serves(void **state)
{
	struct fixture *fx;
	struct vm_config config = { .swap_path = fixture_swap(),
		.swap_pages = 40 };

	assert_int_equal(fixture_down(state), 0);
	assert_int_equal(fixture_up_with(state, &config), 0);
	fx = *state;
	with_daemon(fx, fill_beyond_swap);
}

/* A thread that holds a page may be kept from running for as long as you
 * like. */
static void
pages_in_hand_are_not_exhaustion(void **state)
{
	struct vm_pageout_pass pass = { .skipped = 1 };
	struct vmspace *s;
	unsigned vain = 0;
	FIXTURE;

	s = space_up(vm);
	map(vm, s, HERE, FIXTURE_FRAMES, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	for (unsigned i = 0; vm_page_free_count(vm) > vm->cnt.v_free_reserved;
	     i++)
		store(HERE + ptoa(i), i);
	for (unsigned passes = 0; passes < 200000; passes++)
		vain = vm_pageout_vain(vm, &pass, vain);
	assert_true(vain > 0);
	space_down(vm, s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FACT(the_daemon_frees_what_faults_want),
		FACT(asynchronous_writes_are_reaped),
		FACT(dirty_file_pages_go_to_the_file_and_come_back),
		FACT(a_vm_without_swap_keeps_what_it_has),
		FACT(a_nearly_full_swap_file_still_serves),
		FACT(pages_in_hand_are_not_exhaustion),
	};

	return cmocka_run_group_tests_name("daemon", tests, NULL, NULL);
}
