/* SPDX-License-Identifier: BSD-2-Clause */
/* What children inherit: shared, copied, nothing. */
#include "tests/core/spaces.h"

#define ANON (MAP_PRIVATE_ | MAP_ANON_)

static void
a_child_that_shares_sees_and_is_seen(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *child;

	map(vm, parent, HERE, 2, RW, ANON, NULL);
	store(HERE, 1);
	inherit(vm, parent, HERE, 2, VM_INHERIT_SHARE);
	child = fork_into(vm, parent);
	assert_int_equal(load(HERE), 1);
	store(HERE, 2);
	store(HERE + PAGE_SIZE, 3); /* a page nobody had */
	OPS->vmspace_activate(vm, parent);
	assert_int_equal(load(HERE), 2);
	assert_int_equal(load(HERE + PAGE_SIZE), 3);
	store(HERE, 4);
	OPS->vmspace_activate(vm, child);
	assert_int_equal(load(HERE), 4);
	exit_to(vm, child, parent);
	assert_int_equal(load(HERE), 4);
	space_down(vm, parent);
}

static void
memory_never_touched_is_shared_too(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *child;

	map(vm, parent, HERE, 1, RW, ANON, NULL);
	inherit(vm, parent, HERE, 1, VM_INHERIT_SHARE);
	child = fork_into(vm, parent);
	store(HERE, 5);
	OPS->vmspace_activate(vm, parent);
	assert_int_equal(load(HERE), 5);
	exit_to(vm, child, parent);
	space_down(vm, parent);
}

/* The one case that a share map is there for: the shadow goes on its entry. */
static void
sharers_see_a_copy_on_write_made_by_one_of_them(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *old, *sharer;

	map(vm, parent, HERE, 1, RW, ANON, NULL);
	store(HERE, 1);
	old = OPS->vmspace_fork(vm, parent); /* now it needs a copy */
	assert_non_null(old);
	inherit(vm, parent, HERE, 1, VM_INHERIT_SHARE);
	assert_int_equal(load(HERE), 1);
	sharer = fork_into(vm, parent);
	store(HERE, 2);
	OPS->vmspace_activate(vm, parent);
	assert_int_equal(load(HERE), 2);
	exit_to(vm, sharer, old);
	assert_int_equal(load(HERE), 1);
	exit_to(vm, old, parent);
	space_down(vm, parent);
}

static void
a_copy_of_shared_memory_is_a_snapshot(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *sharer, *copy;

	map(vm, parent, HERE, 3, RW, ANON, NULL);
	inherit(vm, parent, HERE, 3, VM_INHERIT_SHARE);
	sharer = fork_into(vm, parent);
	for (unsigned i = 0; i < 3; i++)
		store(HERE + ptoa(i), i);
	inherit(vm, parent, HERE + PAGE_SIZE, 2, VM_INHERIT_COPY);
	copy = OPS->vmspace_fork(vm, parent);
	assert_non_null(copy);
	for (unsigned i = 0; i < 3; i++)
		store(HERE + ptoa(i), 10 + i); /* the sharer, who had write */
	OPS->vmspace_activate(vm, copy);
	assert_int_equal(load(HERE), 10); /* shared by all three */
	assert_int_equal(load(HERE + ptoa(1)), 1);
	store(HERE + ptoa(2), 20);
	OPS->vmspace_activate(vm, parent);
	assert_int_equal(load(HERE + ptoa(1)), 11);
	assert_int_equal(load(HERE + ptoa(2)), 12);
	exit_to(vm, copy, parent);
	exit_to(vm, sharer, parent);
	space_down(vm, parent);
}

static void
what_is_inherited_by_none_is_not_there(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *child;
	uint64_t value;

	map(vm, parent, HERE, 3, RW, ANON, NULL);
	store(HERE + PAGE_SIZE, 1);
	inherit(vm, parent, HERE + PAGE_SIZE, 1, VM_INHERIT_NONE);
	child = fork_into(vm, parent);
	assert_int_equal(
	    cpu_load(HERE + PAGE_SIZE, &value), KERN_INVALID_ADDRESS);
	assert_int_equal(load(HERE + ptoa(2)), 0);
	exit_to(vm, child, parent);
	assert_int_equal(load(HERE + PAGE_SIZE), 1);
	space_down(vm, parent);
}

static void
rights_and_holes_are_each_space_s_own(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *child;

	map(vm, parent, HERE, 3, RW, ANON, NULL);
	inherit(vm, parent, HERE, 3, VM_INHERIT_SHARE);
	child = fork_into(vm, parent);
	assert_int_equal(OPS->munmap(vm, child, HERE, PAGE_SIZE), KERN_SUCCESS);
	assert_int_equal(
	    OPS->mprotect(vm, child, HERE + ptoa(2), PAGE_SIZE, VM_PROT_READ),
	    KERN_SUCCESS);
	store(HERE + PAGE_SIZE, 6);
	assert_int_equal(cpu_store(HERE, 1), KERN_INVALID_ADDRESS);
	assert_int_equal(cpu_store(HERE + ptoa(2), 1), KERN_PROTECTION_FAILURE);
	OPS->vmspace_activate(vm, parent);
	store(HERE, 7);
	assert_int_equal(load(HERE + PAGE_SIZE), 6);
	store(HERE + ptoa(2), 8);
	OPS->vmspace_activate(vm, child);
	assert_int_equal(load(HERE + ptoa(2)), 8);
	exit_to(vm, child, parent);
	space_down(vm, parent);
}

static void
a_grandchild_shares_with_all(void **state)
{
	FIXTURE;
	struct vmspace *a = space_up(vm), *b, *c;

	map(vm, a, HERE, 2, RW, MAP_SHARED_ | MAP_ANON_, NULL);
	b = fork_into(vm, a);
	c = fork_into(vm, b);
	store(HERE, 9);
	OPS->vmspace_activate(vm, a);
	OPS->vmspace_free(vm, b);
	assert_int_equal(load(HERE), 9);
	store(HERE + PAGE_SIZE, 10);
	OPS->vmspace_activate(vm, c);
	OPS->vmspace_free(vm, a);
	assert_int_equal(load(HERE + PAGE_SIZE), 10);
	space_down(vm, c);
}

static void
shared_memory_moves_and_grows(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *child;
	vm_offset_t to = THERE;

	map(vm, parent, HERE, 2, RW, MAP_SHARED_, &fx->file);
	child = fork_into(vm, parent);
	assert_int_equal(
	    OPS->move(vm, child, HERE, ptoa(2), &to, ptoa(3)), KERN_SUCCESS);
	store(THERE + PAGE_SIZE, 11);
	assert_int_equal(load(THERE + ptoa(2)), 1ul << 32 | 3);
	OPS->vmspace_activate(vm, parent);
	assert_int_equal(load(HERE + PAGE_SIZE), 11);
	exit_to(vm, child, parent);
	space_down(vm, parent);
}

static void
msync_writes_a_file_through_a_share_map(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *child;
	uint64_t word = 0;

	map(vm, parent, HERE, 2, RW, MAP_SHARED_, &fx->file);
	child = fork_into(vm, parent);
	store(HERE + PAGE_SIZE, 12);
	assert_int_equal(OPS->msync(vm, child, HERE, ptoa(2)), KERN_SUCCESS);
	assert_int_equal(
	    pread(fx->file.fd, &word, sizeof(word), PAGE_SIZE), sizeof(word));
	assert_int_equal(word, 12);
	exit_to(vm, child, parent);
	space_down(vm, parent);
}

/* The wired page must be the one that sharers go on writing. */
static void
a_wired_sharer_sees_what_others_write(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *old, *sharer;

	map(vm, parent, HERE, 1, RW, ANON, NULL);
	store(HERE, 1);
	old = OPS->vmspace_fork(vm, parent);
	inherit(vm, parent, HERE, 1, VM_INHERIT_SHARE);
	sharer = fork_into(vm, parent);
	OPS->vmspace_activate(vm, parent);
	assert_int_equal(
	    OPS->mprotect(vm, parent, HERE, PAGE_SIZE, VM_PROT_READ),
	    KERN_SUCCESS);
	wire(vm, parent, HERE, 1, TRUE);
	OPS->vmspace_activate(vm, sharer);
	store(HERE, 2);
	OPS->vmspace_activate(vm, parent);
	assert_int_equal(load(HERE), 2);
	wire(vm, parent, HERE, 1, FALSE);
	assert_int_equal(stats(vm).wire_count, 0);
	exit_to(vm, sharer, old);
	assert_int_equal(load(HERE), 1);
	exit_to(vm, old, parent);
	space_down(vm, parent);
}

static void
wired_shared_memory_is_copied_at_once(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *sharer, *copy;

	map(vm, parent, HERE, 2, RW, ANON, NULL);
	inherit(vm, parent, HERE, 2, VM_INHERIT_SHARE);
	sharer = fork_into(vm, parent);
	store(HERE, 1);
	OPS->vmspace_activate(vm, parent);
	wire(vm, parent, HERE, 2, TRUE);
	inherit(vm, parent, HERE, 2, VM_INHERIT_COPY);
	copy = OPS->vmspace_fork(vm, parent);
	assert_non_null(copy);
	store(HERE, 2);
	OPS->vmspace_activate(vm, sharer);
	assert_int_equal(load(HERE), 2);
	store(HERE + PAGE_SIZE, 3);
	OPS->vmspace_activate(vm, copy);
	assert_int_equal(load(HERE), 1);
	assert_int_equal(load(HERE + PAGE_SIZE), 0);
	exit_to(vm, copy, parent);
	exit_to(vm, sharer, parent);
	space_down(vm, parent);
	assert_int_equal(stats(vm).wire_count, 0);
}

/* One has wired a page, another is copied. */
static void
a_copy_leaves_what_any_sharer_has_wired_where_it_is(void **state)
{
	FIXTURE;
	struct vmspace *wirer = space_up(vm), *sharer, *copy;

	map(vm, wirer, HERE, 3, RW, ANON, NULL);
	inherit(vm, wirer, HERE, 3, VM_INHERIT_SHARE);
	sharer = OPS->vmspace_fork(vm, wirer);
	assert_non_null(sharer);
	store(HERE + PAGE_SIZE, 1);
	wire(vm, wirer, HERE + PAGE_SIZE, 1, TRUE);
	OPS->vmspace_activate(vm, sharer);
	store(HERE + ptoa(2), 5);
	inherit(vm, sharer, HERE, 3, VM_INHERIT_COPY);
	copy = OPS->vmspace_fork(vm, sharer);
	assert_non_null(copy);
	store(HERE + PAGE_SIZE, 2);
	store(HERE + ptoa(2), 6);
	OPS->vmspace_activate(vm, wirer);
	assert_int_equal(load(HERE + PAGE_SIZE), 2);
	store(HERE + PAGE_SIZE, 3);
	wire(vm, wirer, HERE + PAGE_SIZE, 1, FALSE);
	assert_int_equal(stats(vm).wire_count, 0);
	OPS->vmspace_activate(vm, copy);
	assert_int_equal(load(HERE + PAGE_SIZE), 1);
	assert_int_equal(load(HERE + ptoa(2)), 5);
	exit_to(vm, copy, sharer);
	assert_int_equal(load(HERE + PAGE_SIZE), 3);
	exit_to(vm, sharer, wirer);
	space_down(vm, wirer);
}

/* Whichever allocation of the fork fails, the parent is as it was. */
static void
a_fork_that_fails_leaves_the_parent_alone(void **state)
{
	FIXTURE;
	struct vmspace *parent = space_up(vm), *sharer, *child;
	unsigned failed = 0;

	map(vm, parent, HERE, 2, RW, ANON, NULL);
	map(vm, parent, THERE, 2, RW, ANON, NULL);
	inherit(vm, parent, HERE, 2, VM_INHERIT_SHARE);
	store(HERE, 1);
	store(THERE, 2);
	sharer = OPS->vmspace_fork(vm, parent);
	inherit(vm, parent, HERE + PAGE_SIZE, 1, VM_INHERIT_COPY);
	inherit(vm, parent, THERE, 1, VM_INHERIT_SHARE);
	for (unsigned n = 1; n < 12; n++) {
		vm->allocations = 0;
		vm->config.fail_allocation = n;
		child = OPS->vmspace_fork(vm, parent);
		vm->config.fail_allocation = 0;
		failed += child == NULL;
		if (child != NULL)
			OPS->vmspace_free(vm, child);
		assert_int_equal(load(HERE), 1);
		assert_int_equal(load(THERE), 2);
		store(HERE, 1);
		store(THERE, 2);
		assert_int_equal(vm_check(vm), 0);
	}
	assert_true(failed > 3);
	OPS->vmspace_free(vm, sharer);
	space_down(vm, parent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FACT(a_child_that_shares_sees_and_is_seen),
		FACT(memory_never_touched_is_shared_too),
		FACT(sharers_see_a_copy_on_write_made_by_one_of_them),
		FACT(a_copy_of_shared_memory_is_a_snapshot),
		FACT(what_is_inherited_by_none_is_not_there),
		FACT(rights_and_holes_are_each_space_s_own),
		FACT(a_grandchild_shares_with_all),
		FACT(shared_memory_moves_and_grows),
		FACT(msync_writes_a_file_through_a_share_map),
		FACT(a_wired_sharer_sees_what_others_write),
		FACT(wired_shared_memory_is_copied_at_once),
		FACT(a_copy_leaves_what_any_sharer_has_wired_where_it_is),
		FACT(a_fork_that_fails_leaves_the_parent_alone),
	};

	return cmocka_run_group_tests_name("share", tests, NULL, NULL);
}
