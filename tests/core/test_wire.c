/* SPDX-License-Identifier: BSD-2-Clause */
/* Wired memory, and address spaces that change shape. */
#include "tests/core/spaces.h"

static void
a_child_gets_a_copy_of_wired_memory_at_once(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *child;

	map(vm, parent, HERE, 2, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	store(HERE, 1);
	assert_int_equal(
	    OPS->wire(vm, parent, HERE, ptoa(2), TRUE), KERN_SUCCESS);
	child = OPS->vmspace_fork(vm, parent);
	assert_non_null(child);
	assert_int_equal(stats(vm).wire_count, 2); /* the child's is not */
	store(HERE, 2);
	OPS->vmspace_activate(vm, child);
	assert_int_equal(load(HERE), 1);
	OPS->vmspace_activate(vm, parent);
	OPS->vmspace_free(vm, child);
	assert_int_equal(
	    OPS->wire(vm, parent, HERE, ptoa(2), FALSE), KERN_SUCCESS);
	space_down(vm, parent);
}

/* Pages wired for reading may be others', too. */
static void
wired_memory_that_may_now_be_written_is_wired_anew(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *child;

	map(vm, parent, HERE, 2, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	map(vm, parent, THERE, 1, VM_PROT_READ, MAP_PRIVATE_, &fx->file);
	store(HERE, 1);
	child = OPS->vmspace_fork(vm, parent);
	assert_non_null(child);
	assert_int_equal(OPS->mprotect(vm, parent, HERE, ptoa(2), VM_PROT_READ),
	    KERN_SUCCESS);
	wire(vm, parent, HERE, 2, TRUE);
	wire(vm, parent, THERE, 1, TRUE);
	assert_int_equal(
	    OPS->mprotect(vm, parent, HERE, ptoa(2), RW), KERN_SUCCESS);
	assert_int_equal(
	    OPS->mprotect(vm, parent, THERE, PAGE_SIZE, RW), KERN_SUCCESS);
	store(HERE, 2);
	store(THERE, 3);
	assert_int_equal(stats(vm).wire_count, 3);
	OPS->vmspace_activate(vm, child);
	assert_int_equal(load(HERE), 1);
	assert_int_equal(load(THERE), 1ul << 32 | 1);
	exit_to(vm, child, parent);
	wire(vm, parent, HERE, 2, FALSE);
	wire(vm, parent, THERE, 1, FALSE);
	assert_int_equal(stats(vm).wire_count, 0);
	space_down(vm, parent);
}

static void
a_child_gets_a_copy_of_what_is_wired_below_the_top(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *child;

	map(vm, parent, HERE, 2, VM_PROT_READ, MAP_PRIVATE_, &fx->file);
	wire(vm, parent, HERE, 2, TRUE);
	child = OPS->vmspace_fork(vm, parent);
	assert_non_null(child);
	assert_int_equal(
	    OPS->mprotect(vm, parent, HERE, ptoa(2), RW), KERN_SUCCESS);
	store(HERE, 5);
	OPS->vmspace_activate(vm, child);
	assert_int_equal(load(HERE), 1ul << 32 | 1);
	assert_int_equal(load(HERE + PAGE_SIZE), 1ul << 32 | 2);
	exit_to(vm, child, parent);
	wire(vm, parent, HERE, 2, FALSE);
	space_down(vm, parent);
}

/* A page of a file that one has wired is others' to read, until they get a copy
 * of it. */
static void
a_wired_page_does_not_show_in_a_copy(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	wire(vm, s, HERE, 1, TRUE);
	map(vm, s, THERE, 1, RW, MAP_COPY_, &fx->file);
	assert_int_equal(load(THERE), 1ul << 32 | 1);
	store(HERE, 5);
	assert_int_equal(load(THERE), 1ul << 32 | 1);
	wire(vm, s, HERE, 1, FALSE);
	space_down(vm, s);
}

/* Wired, though it cannot be written, it is a copy's own. */
static void
a_wired_copy_is_not_a_page_of_its_source(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	map(vm, s, THERE, 1, VM_PROT_READ, MAP_COPY_, &fx->file);
	wire(vm, s, THERE, 1, TRUE);
	store(HERE, 5);
	assert_int_equal(load(THERE), 1ul << 32 | 1);
	assert_int_not_equal(cpu_store(THERE, 6), KERN_SUCCESS);
	wire(vm, s, THERE, 1, FALSE);
	space_down(vm, s);
}

static void
wired_memory_is_not_forgotten(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 1, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	store(HERE, 1);
	wire(vm, s, HERE, 1, TRUE);
	assert_int_equal(
	    OPS->forget(vm, s, HERE, PAGE_SIZE), KERN_INVALID_ARGUMENT);
	assert_int_equal(load(HERE), 1);
	space_down(vm, s);
}

static void
wired_memory_is_given_back_when_it_is_unmapped(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 3, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	assert_int_equal(OPS->wire(vm, s, HERE, ptoa(3), TRUE), KERN_SUCCESS);
	assert_int_equal(OPS->munmap(vm, s, HERE, ptoa(1)), KERN_SUCCESS);
	assert_int_equal(stats(vm).wire_count, 2);
	space_down(vm, s);
	assert_int_equal(stats(vm).wire_count, 0);
}

static void
wiring_a_private_file_mapping_copies_it(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 2, RW, MAP_PRIVATE_, &fx->file);
	assert_int_equal(OPS->wire(vm, s, HERE, ptoa(2), TRUE), KERN_SUCCESS);
	assert_int_equal(load(HERE), 1ul << 32 | 1);
	store(HERE, 9);
	assert_int_equal(stats(vm).wire_count, 2);
	space_down(vm, s);
}

static void
wiring_what_is_not_mapped_is_refused(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 1, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	assert_int_not_equal(
	    OPS->wire(vm, s, HERE, ptoa(2), TRUE), KERN_SUCCESS);
	assert_int_equal(stats(vm).wire_count, 0);
	space_down(vm, s);
}

/* The second page is beyond the file: its fault fails, the first is undone. */
static void
wiring_that_fails_half_way_is_undone(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, FILE_PAGES + 1, VM_PROT_READ, MAP_SHARED_, &fx->file);
	assert_int_not_equal(
	    OPS->wire(vm, s, HERE + ptoa(FILE_PAGES - 1), ptoa(2), TRUE),
	    KERN_SUCCESS);
	assert_int_equal(stats(vm).wire_count, 0);
	space_down(vm, s);
}

static void
exec_in_a_shared_space_leaves_it_to_the_others(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm), *mine = s;
	uint64_t value;

	map(vm, s, HERE, 1, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	store(HERE, 5);
	OPS->vmspace_reference(vm, s);
	assert_int_equal(OPS->exec(vm, &mine), KERN_SUCCESS);
	assert_ptr_not_equal(mine, s);
	assert_int_equal(cpu_load(HERE, &value), KERN_INVALID_ADDRESS);
	OPS->vmspace_activate(vm, s);
	assert_int_equal(load(HERE), 5);
	OPS->vmspace_activate(vm, NULL);
	OPS->vmspace_free(vm, mine);
	OPS->vmspace_free(vm, s);
}

static void
a_mapping_without_an_address_finds_a_hole(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_offset_t first = HERE, second = HERE, third = HERE;

	assert_int_equal(OPS->mmap(vm, s, &first, ptoa(2), RW,
			     MAP_PRIVATE_ | MAP_ANON_, NULL, 0),
	    KERN_SUCCESS);
	assert_int_equal(OPS->mmap(vm, s, &second, ptoa(2), RW,
			     MAP_SHARED_ | MAP_ANON_, NULL, 0),
	    KERN_SUCCESS);
	assert_int_equal(first, HERE);
	assert_int_equal(second, HERE + ptoa(2));
	assert_int_equal(OPS->munmap(vm, s, first, ptoa(1)), KERN_SUCCESS);
	assert_int_equal(OPS->mmap(vm, s, &third, ptoa(1), RW,
			     MAP_PRIVATE_ | MAP_ANON_, NULL, 0),
	    KERN_SUCCESS);
	assert_int_equal(third, HERE);
	space_down(vm, s);
}

static void
what_cannot_be_mapped_is_refused(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_offset_t addr = HERE;

	assert_int_equal(
	    OPS->mmap(vm, s, &addr, 0, RW, MAP_PRIVATE_ | MAP_ANON_, NULL, 0),
	    KERN_INVALID_ARGUMENT);
	assert_int_equal(
	    OPS->mmap(vm, s, &addr, ptoa(1), RW, MAP_PRIVATE_, NULL, 0),
	    KERN_INVALID_ARGUMENT);
	addr = VM_MAX_ADDRESS - PAGE_SIZE;
	assert_int_equal(OPS->mmap(vm, s, &addr, ptoa(2), RW,
			     MAP_PRIVATE_ | MAP_ANON_ | MAP_FIXED_, NULL, 0),
	    KERN_INVALID_ADDRESS);
	assert_int_equal(
	    OPS->munmap(vm, s, HERE, ~(vm_size_t)0), KERN_INVALID_ADDRESS);
	assert_int_equal(
	    OPS->msync(vm, s, ~PAGE_MASK, 2 * PAGE_SIZE), KERN_INVALID_ADDRESS);
	assert_false(OPS->mapped(vm, s, HERE, ~(vm_size_t)0, VM_PROT_NONE));
	addr = 0;
	assert_int_equal(OPS->mmap(vm, s, &addr, ptoa(1), RW,
			     MAP_PRIVATE_ | MAP_ANON_ | MAP_FIXED_, NULL, 0),
	    KERN_INVALID_ADDRESS);
	assert_int_equal(
	    OPS->mprotect(vm, s, HERE, ptoa(1), RW), KERN_INVALID_ADDRESS);
	assert_int_equal(
	    OPS->msync(vm, s, HERE, ptoa(1)), KERN_INVALID_ADDRESS);
	space_down(vm, s);
}

static void
move_shrinks_in_place_and_grows_a_file_by_the_file(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_offset_t to = HERE;
	uint64_t value;

	map(vm, s, HERE, 2, VM_PROT_READ, MAP_SHARED_, &fx->file);
	assert_int_equal(
	    OPS->move(vm, s, HERE, ptoa(2), &to, ptoa(4)), KERN_SUCCESS);
	assert_int_equal(load(HERE + ptoa(3)), 1ul << 32 | 4);
	assert_int_equal(
	    OPS->move(vm, s, HERE, ptoa(4), &to, ptoa(1)), KERN_SUCCESS);
	assert_int_equal(load(HERE), 1ul << 32 | 1);
	assert_int_equal(
	    cpu_load(HERE + ptoa(1), &value), KERN_INVALID_ADDRESS);
	space_down(vm, s);
}

static void
a_written_private_file_grows_by_the_file(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_offset_t to = THERE;

	map(vm, s, HERE, 2, RW, MAP_PRIVATE_, &fx->file);
	store(HERE, 6);
	assert_int_equal(
	    OPS->move(vm, s, HERE, ptoa(2), &to, ptoa(4)), KERN_SUCCESS);
	assert_int_equal(load(THERE), 6);
	assert_int_equal(load(THERE + ptoa(3)), 1ul << 32 | 4);
	store(THERE + ptoa(3), 7);
	assert_int_equal(load(THERE + ptoa(2)), 1ul << 32 | 3);
	map(vm, s, HERE, 4, RW, MAP_SHARED_, &fx->file);
	assert_int_equal(load(HERE + ptoa(3)), 1ul << 32 | 4);
	space_down(vm, s);
}

/* Whichever allocation fails, all is as it was. */
static void
a_mapping_call_that_fails_has_changed_nothing(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	unsigned failed = 0;

	map(vm, s, HERE, 3, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	map(vm, s, THERE, 3, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	for (unsigned n = 1; n < 5; n++) {
		vm_offset_t at = HERE + PAGE_SIZE, to = THERE + PAGE_SIZE;
		kern_return_t result;

		store(at, n);
		store(to, 10 + n);
		vm->allocations = 0;
		vm->config.fail_allocation = n;
		result = OPS->mmap(vm, s, &at, PAGE_SIZE, RW,
		    MAP_SHARED_ | MAP_FIXED_, &fx->file, 0);
		vm->config.fail_allocation = 0;
		if (result == KERN_SUCCESS)
			break;
		failed++;
		assert_int_equal(load(at), n);

		vm->allocations = 0;
		vm->config.fail_allocation = n;
		result = OPS->move(vm, s, at, PAGE_SIZE, &to, ptoa(2));
		vm->config.fail_allocation = 0;
		if (result == KERN_SUCCESS)
			break;
		failed++;
		assert_int_equal(load(at), n);
		assert_int_equal(load(to), 10 + n);
	}
	assert_true(failed > 2);
	space_down(vm, s);
}

static void
wired_memory_may_move_and_lose_its_rights(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_offset_t to = THERE;

	map(vm, s, HERE, 2, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	store(HERE, 4);
	assert_int_equal(OPS->wire(vm, s, HERE, ptoa(2), TRUE), KERN_SUCCESS);
	assert_int_equal(
	    OPS->move(vm, s, HERE, ptoa(2), &to, ptoa(2)), KERN_SUCCESS);
	assert_int_equal(load(THERE), 4);
	assert_int_equal(OPS->wire(vm, s, THERE, ptoa(2), TRUE), KERN_SUCCESS);
	assert_int_equal(
	    OPS->mprotect(vm, s, THERE, ptoa(2), VM_PROT_NONE), KERN_SUCCESS);
	assert_int_equal(stats(vm).wire_count, 0);
	space_down(vm, s);
}

static void
only_one_mapping_can_be_moved(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_offset_t to = THERE;

	map(vm, s, THERE, 2, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	store(THERE, 1);
	assert_int_equal(OPS->move(vm, s, HERE, PAGE_SIZE, &to, PAGE_SIZE),
	    KERN_INVALID_ADDRESS); /* nothing there */
	map(vm, s, HERE, 1, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	map(vm, s, HERE + PAGE_SIZE, 1, RW, MAP_PRIVATE_, &fx->file);
	assert_int_equal(OPS->move(vm, s, HERE, ptoa(2), &to, ptoa(2)),
	    KERN_INVALID_ADDRESS); /* two */
	assert_int_equal(load(THERE), 1);
	/* One, though it is in pieces here. */
	map(vm, s, HERE, 3, RW, MAP_PRIVATE_, &fx->file);
	store(HERE + PAGE_SIZE, 2);
	assert_int_equal(
	    OPS->mprotect(vm, s, HERE + PAGE_SIZE, PAGE_SIZE, VM_PROT_READ),
	    KERN_SUCCESS);
	assert_int_equal(OPS->mprotect(vm, s, HERE + PAGE_SIZE, PAGE_SIZE, RW),
	    KERN_SUCCESS);
	assert_int_equal(
	    OPS->move(vm, s, HERE, ptoa(3), &to, ptoa(3)), KERN_SUCCESS);
	assert_int_equal(load(THERE + PAGE_SIZE), 2);
	assert_int_equal(load(THERE + ptoa(2)), 1ul << 32 | 3);
	space_down(vm, s);
}

static void
memory_that_a_move_adds_reads_zero(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm), *child;
	vm_offset_t to = HERE;

	map(vm, s, HERE, 2, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	store(HERE, 1);
	store(HERE + PAGE_SIZE, 77);
	assert_int_equal(
	    OPS->munmap(vm, s, HERE + PAGE_SIZE, PAGE_SIZE), KERN_SUCCESS);
	child = OPS->vmspace_fork(vm, s);
	assert_non_null(child);
	assert_int_equal(
	    OPS->move(vm, s, HERE, ptoa(1), &to, ptoa(2)), KERN_SUCCESS);
	assert_int_equal(load(HERE + PAGE_SIZE), 0);
	to = VM_MAX_ADDRESS - PAGE_SIZE;
	assert_int_equal(OPS->move(vm, s, HERE, ptoa(2), &to, ptoa(2)),
	    KERN_INVALID_ADDRESS);
	OPS->vmspace_free(vm, child);
	space_down(vm, s);
}

static void
a_page_in_swap_is_not_pushed_twice(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_object_t file, copy;
	vm_pager_t pager;

	map(vm, s, HERE, FILE_PAGES, RW, MAP_SHARED_, &fx->file);
	map(vm, s, THERE, FILE_PAGES, RW, MAP_COPY_, &fx->file);
	file = vm_object_lookup(vm, fx->file.v_vmdata);
	assert_non_null(file);
	store(HERE, 5); /* pushes page 0 */
	copy = file->copy;
	assert_non_null(copy);
	pager = swap_pager_alloc(vm, copy->size);
	assert_non_null(pager);
	vm_object_setpager(vm, copy, pager, 0);
	vm_object_lock(copy);
	vm_object_page_clean(vm, copy, 0, 0, FALSE);
	vm_object_page_remove(vm, copy, 0, PAGE_SIZE);
	vm_object_unlock(copy);
	assert_int_equal(OPS->msync(vm, s, HERE, PAGE_SIZE), KERN_SUCCESS);
	store(HERE, 6); /* asks the copy's pager, which has it */
	assert_int_equal(stats(vm).copy_pushes, 1);
	assert_int_equal(load(THERE), 1ul << 32 | 1); /* from swap */
	store(HERE + PAGE_SIZE, 7);                   /* has not */
	assert_int_equal(stats(vm).copy_pushes, 2);
	assert_int_equal(load(THERE + PAGE_SIZE), 1ul << 32 | 2);
	vm_object_deallocate(vm, file);
	space_down(vm, s);
}

static void
uncache_ends_an_object_nobody_uses(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 1, VM_PROT_READ, MAP_PRIVATE_, &fx->file);
	assert_int_equal(load(HERE), 1ul << 32 | 1);
	space_down(vm, s);
	assert_int_equal(stats(vm).cached_count, 1);
	OPS->file_uncache(vm, &fx->file);
	assert_int_equal(stats(vm).cached_count, 0);
	assert_null(fx->file.v_vmdata);
	OPS->file_uncache(vm, &fx->file);
}

static void
explain_tells_of_mapped_and_unmapped_addresses(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 1, RW, MAP_PRIVATE_, &fx->file);
	store(HERE, 1);
	OPS->explain(vm, s, HERE);
	OPS->explain(vm, s, THERE);
	space_down(vm, s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FACT(a_child_gets_a_copy_of_wired_memory_at_once),
		FACT(wired_memory_that_may_now_be_written_is_wired_anew),
		FACT(a_child_gets_a_copy_of_what_is_wired_below_the_top),
		FACT(a_wired_page_does_not_show_in_a_copy),
		FACT(a_wired_copy_is_not_a_page_of_its_source),
		FACT(wired_memory_is_not_forgotten),
		FACT(wired_memory_is_given_back_when_it_is_unmapped),
		FACT(wiring_a_private_file_mapping_copies_it),
		FACT(wiring_what_is_not_mapped_is_refused),
		FACT(wiring_that_fails_half_way_is_undone),
		FACT(exec_in_a_shared_space_leaves_it_to_the_others),
		FACT(a_mapping_without_an_address_finds_a_hole),
		FACT(what_cannot_be_mapped_is_refused),
		FACT(move_shrinks_in_place_and_grows_a_file_by_the_file),
		FACT(a_written_private_file_grows_by_the_file),
		FACT(a_mapping_call_that_fails_has_changed_nothing),
		FACT(wired_memory_may_move_and_lose_its_rights),
		FACT(only_one_mapping_can_be_moved),
		FACT(memory_that_a_move_adds_reads_zero),
		FACT(a_page_in_swap_is_not_pushed_twice),
		FACT(uncache_ends_an_object_nobody_uses),
		FACT(explain_tells_of_mapped_and_unmapped_addresses),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
