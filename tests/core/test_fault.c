/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program sees: loads and stores through TLB, page table and
 * vm_fault. */
#include "tests/core/spaces.h"

static void
anonymous_memory_reads_zero_and_keeps_what_is_stored(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 4, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	assert_int_equal(load(HERE + PAGE_SIZE), 0);
	store(HERE + PAGE_SIZE + 8, 42);
	assert_int_equal(load(HERE + PAGE_SIZE + 8), 42);
	assert_int_equal(load(HERE + PAGE_SIZE), 0);
	assert_true(stats(vm).zero_fills > 0);
	space_down(vm, s);
}

static void
an_unmapped_address_is_refused(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	uint64_t value;

	assert_int_equal(cpu_load(HERE, &value), KERN_INVALID_ADDRESS);
	map(vm, s, HERE, 1, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	store(HERE, 1);
	assert_int_equal(OPS->munmap(vm, s, HERE, PAGE_SIZE), KERN_SUCCESS);
	assert_int_equal(cpu_load(HERE, &value), KERN_INVALID_ADDRESS);
	space_down(vm, s);
}

static void
protection_is_enforced_and_given_back(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 2, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	store(HERE, 1);
	assert_int_equal(
	    OPS->mprotect(vm, s, HERE, PAGE_SIZE, VM_PROT_READ), KERN_SUCCESS);
	assert_int_equal(cpu_store(HERE, 2), KERN_PROTECTION_FAILURE);
	assert_int_equal(load(HERE), 1);
	store(HERE + PAGE_SIZE, 3);
	assert_int_equal(
	    OPS->mprotect(vm, s, HERE, PAGE_SIZE, RW), KERN_SUCCESS);
	store(HERE, 4);
	assert_int_equal(load(HERE), 4);
	assert_true(OPS->mapped(vm, s, HERE, ptoa(2), RW));
	assert_false(OPS->mapped(vm, s, HERE, ptoa(3), VM_PROT_READ));
	space_down(vm, s);
}

static void
a_private_file_page_is_read_from_the_file_and_copied_on_write(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	uint64_t word;

	map(vm, s, HERE, FILE_PAGES, RW, MAP_PRIVATE_, &fx->file);
	assert_int_equal(load(HERE + ptoa(2)), 1ul << 32 | 3);
	store(HERE + ptoa(2), 99);
	assert_int_equal(load(HERE + ptoa(2)), 99);
	assert_int_equal(stats(vm).cow_faults, 1);
	space_down(vm, s);
	assert_int_equal(pread(fx->file.fd, &word, 8, (off_t)ptoa(2)), 8);
	assert_int_equal(word, 1ul << 32 | 3);
}

static void
a_shared_file_store_reaches_the_file(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	uint64_t word;

	map(vm, s, HERE, FILE_PAGES, RW, MAP_SHARED_, &fx->file);
	store(HERE + ptoa(3), 77);
	assert_int_equal(OPS->msync(vm, s, HERE, ptoa(8)), KERN_SUCCESS);
	assert_int_equal(pread(fx->file.fd, &word, 8, (off_t)ptoa(3)), 8);
	assert_int_equal(word, 77);
	store(HERE + ptoa(4), 78);
	space_down(vm, s);
	assert_int_equal(pread(fx->file.fd, &word, 8, (off_t)ptoa(4)), 8);
	assert_int_equal(word, 78);
}

static void
a_copy_does_not_see_later_stores_to_the_file(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, FILE_PAGES, RW, MAP_SHARED_, &fx->file);
	map(vm, s, THERE, FILE_PAGES, RW, MAP_COPY_, &fx->file);
	store(HERE, 5);
	assert_int_equal(load(THERE), 1ul << 32 | 1);
	assert_int_equal(load(HERE), 5);
	assert_int_equal(stats(vm).copy_pushes, 1);
	space_down(vm, s);
}

static void
fork_gives_the_child_a_snapshot(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *child;

	map(vm, parent, HERE, 4, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	store(HERE, 1);
	store(HERE + PAGE_SIZE, 2);
	child = OPS->vmspace_fork(vm, parent);
	assert_non_null(child);
	store(HERE, 11);
	OPS->vmspace_activate(vm, child);
	assert_int_equal(load(HERE), 1);
	store(HERE + PAGE_SIZE, 22);
	OPS->vmspace_activate(vm, parent);
	assert_int_equal(load(HERE), 11);
	assert_int_equal(load(HERE + PAGE_SIZE), 2);
	OPS->vmspace_free(vm, child);
	store(HERE + PAGE_SIZE, 3); /* collapses the chain */
	assert_int_equal(load(HERE), 11);
	assert_int_equal(load(HERE + PAGE_SIZE), 3);
	space_down(vm, parent);
}

static void
shared_anonymous_memory_is_shared_across_fork(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *child;

	map(vm, parent, HERE, 2, RW, MAP_SHARED_ | MAP_ANON_, NULL);
	store(HERE, 1);
	child = OPS->vmspace_fork(vm, parent);
	assert_non_null(child);
	store(HERE, 2);
	OPS->vmspace_activate(vm, child);
	assert_int_equal(load(HERE), 2);
	store(HERE + PAGE_SIZE, 9);
	OPS->vmspace_activate(vm, parent);
	assert_int_equal(load(HERE + PAGE_SIZE), 9);
	OPS->vmspace_free(vm, child);
	assert_int_equal(load(HERE + PAGE_SIZE), 9);
	space_down(vm, parent);
}

static void
a_chain_of_forks_keeps_every_generation_s_view(void **state)
{
	FIXTURE;
	struct vmspace *s[5];

	s[0] = space_up(vm);
	map(vm, s[0], HERE, 1, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	store(HERE, 100);
	for (unsigned i = 1; i < 5; i++) {
		s[i] = OPS->vmspace_fork(vm, s[i - 1]);
		assert_non_null(s[i]);
		OPS->vmspace_activate(vm, s[i]);
		store(HERE, 100 + i);
	}
	for (unsigned i = 0; i < 5; i++) {
		OPS->vmspace_activate(vm, s[i]);
		assert_int_equal(load(HERE), 100 + i);
	}
	OPS->vmspace_activate(vm, NULL);
	for (unsigned i = 0; i < 5; i++)
		OPS->vmspace_free(vm, s[i]);
}

static void
brk_grows_by_coalescing_and_a_shrunk_heap_reads_zero_again(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	assert_int_equal(OPS->brk(vm, s, HERE, HERE + ptoa(2)), KERN_SUCCESS);
	store(HERE + PAGE_SIZE, 5);
	assert_int_equal(
	    OPS->brk(vm, s, HERE + ptoa(2), HERE + ptoa(6)), KERN_SUCCESS);
	assert_true(stats(vm).coalesces > 0);
	store(HERE + ptoa(5), 6);
	assert_int_equal(
	    OPS->brk(vm, s, HERE + ptoa(6), HERE + ptoa(1)), KERN_SUCCESS);
	assert_int_equal(
	    OPS->brk(vm, s, HERE + ptoa(1), HERE + ptoa(6)), KERN_SUCCESS);
	assert_int_equal(load(HERE + ptoa(5)), 0);
	assert_int_equal(load(HERE + ptoa(1)), 0);
	space_down(vm, s);
}

static void
exec_leaves_nothing(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	uint64_t value;

	map(vm, s, HERE, 2, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	store(HERE, 1);
	assert_int_equal(OPS->exec(vm, &s), KERN_SUCCESS);
	assert_int_equal(cpu_load(HERE, &value), KERN_INVALID_ADDRESS);
	space_down(vm, s);
}

static void
forget_makes_memory_read_zero(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 3, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	store(HERE, 1);
	store(HERE + PAGE_SIZE, 2);
	assert_int_equal(
	    OPS->forget(vm, s, HERE + PAGE_SIZE, PAGE_SIZE), KERN_SUCCESS);
	assert_int_equal(load(HERE), 1);
	assert_int_equal(load(HERE + PAGE_SIZE), 0);
	space_down(vm, s);
}

static void
move_takes_the_contents_along(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_offset_t to = THERE;
	uint64_t value;

	map(vm, s, HERE, 2, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	store(HERE, 1);
	store(HERE + PAGE_SIZE, 2);
	assert_int_equal(
	    OPS->move(vm, s, HERE, ptoa(2), &to, ptoa(4)), KERN_SUCCESS);
	assert_int_equal(load(to), 1);
	assert_int_equal(load(to + PAGE_SIZE), 2);
	assert_int_equal(load(to + ptoa(3)), 0);
	if (to != HERE)
		assert_int_equal(cpu_load(HERE, &value), KERN_INVALID_ADDRESS);
	space_down(vm, s);
}

static void
wired_memory_survives_msync_and_is_given_back(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 4, RW, MAP_SHARED_, &fx->file);
	assert_int_equal(OPS->wire(vm, s, HERE, ptoa(2), TRUE), KERN_SUCCESS);
	assert_int_equal(stats(vm).wire_count, 2);
	store(HERE, 8);
	assert_int_equal(OPS->msync(vm, s, HERE, ptoa(4)), KERN_SUCCESS);
	assert_int_equal(load(HERE), 8);
	assert_int_equal(OPS->wire(vm, s, HERE, ptoa(2), FALSE), KERN_SUCCESS);
	assert_int_equal(stats(vm).wire_count, 0);
	space_down(vm, s);
}

static void
truncation_takes_the_pages_beyond(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	uint64_t value;

	map(vm, s, HERE, FILE_PAGES, RW, MAP_SHARED_, &fx->file);
	assert_int_equal(load(HERE + ptoa(6)), 1ul << 32 | 7);
	OPS->file_setsize(vm, &fx->file, ptoa(4));
	assert_int_equal(
	    cpu_load(HERE + ptoa(6), &value), KERN_PROTECTION_FAILURE);
	assert_int_equal(load(HERE + ptoa(3)), 1ul << 32 | 4);
	space_down(vm, s);
}

static void
more_memory_than_frames_goes_to_swap_and_comes_back(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	unsigned pages = 3 * FIXTURE_FRAMES;

	map(vm, s, HERE, pages, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	for (unsigned i = 0; i < pages; i++)
		store(HERE + ptoa(i), 1000 + i);
	for (unsigned i = 0; i < pages; i++)
		assert_int_equal(load(HERE + ptoa(i)), 1000 + i);
	assert_true(stats(vm).pageouts > 0);
	assert_true(stats(vm).pageins > 0);
	space_down(vm, s);
}

/* Each of the first allocations fails once: the call says so, or has done
 * without, and everything is as it was. */
static void
a_failed_allocation_undoes_the_call(void **state)
{
	struct fixture *fx;
	unsigned long failed = 0;

	assert_int_equal(fixture_down(state), 0);
	for (unsigned long n = 1; n <= 40; n++) {
		struct vm_config config = { .swap_path = fixture_swap(),
			.fail_allocation = n };
		struct vmspace *s, *child = NULL;
		vm_offset_t addr = HERE;

		assert_int_equal(fixture_up_with(state, &config), 0);
		fx = *state;
		s = OPS->vmspace_alloc(fx->vm);
		if (s != NULL) {
			OPS->vmspace_activate(fx->vm, s);
			OPS->mmap(fx->vm, s, &addr, ptoa(2), RW,
			    MAP_PRIVATE_ | MAP_FIXED_, &fx->file, 0);
			(void)cpu_store(HERE, 1);
			addr = THERE;
			OPS->mmap(fx->vm, s, &addr, ptoa(2), RW,
			    MAP_COPY_ | MAP_FIXED_, &fx->file, 0);
			(void)cpu_store(THERE, 1);
			OPS->munmap(fx->vm, s, THERE, PAGE_SIZE);
			child = OPS->vmspace_fork(fx->vm, s);
			(void)cpu_store(HERE, 2);
			OPS->vmspace_activate(fx->vm, NULL);
			if (child != NULL)
				OPS->vmspace_free(fx->vm, child);
			OPS->vmspace_free(fx->vm, s);
		}
		failed += stats(fx->vm).failed_allocations;
		if (n < 40)
			assert_int_equal(fixture_down(state), 0);
	}
	assert_true(failed > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FACT(anonymous_memory_reads_zero_and_keeps_what_is_stored),
		FACT(an_unmapped_address_is_refused),
		FACT(protection_is_enforced_and_given_back),
		FACT(
		    a_private_file_page_is_read_from_the_file_and_copied_on_write),
		FACT(a_shared_file_store_reaches_the_file),
		FACT(a_copy_does_not_see_later_stores_to_the_file),
		FACT(fork_gives_the_child_a_snapshot),
		FACT(shared_anonymous_memory_is_shared_across_fork),
		FACT(a_chain_of_forks_keeps_every_generation_s_view),
		FACT(
		    brk_grows_by_coalescing_and_a_shrunk_heap_reads_zero_again),
		FACT(exec_leaves_nothing),
		FACT(forget_makes_memory_read_zero),
		FACT(move_takes_the_contents_along),
		FACT(wired_memory_survives_msync_and_is_given_back),
		FACT(truncation_takes_the_pages_beyond),
		FACT(more_memory_than_frames_goes_to_swap_and_comes_back),
		FACT(a_failed_allocation_undoes_the_call),
	};

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
