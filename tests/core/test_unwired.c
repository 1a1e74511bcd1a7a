/* SPDX-License-Identifier: BSD-2-Clause */
/* What is wired, and let go of while another is at it. */
#include "tests/core/scene.h"

static struct vmspace *other; /* has the file's first page wired */

static void
wire_the_file_elsewhere(struct fixture *fx)
{
	other = OPS->vmspace_alloc(fx->vm);
	assert_non_null(other);
	map(fx->vm, other, THERE, 1, RW, MAP_SHARED_, &fx->file);
	wire(fx->vm, other, THERE, 1, TRUE);
}

static void
other_lets_go(struct fixture *fx)
{
	wire(fx->vm, other, THERE, 1, FALSE);
}

/* And the daemon comes by before the CPU that copies goes on. */
static void
other_lets_go_and_it_is_paged_out(struct fixture *fx)
{
	vm_object_t object = file_object(fx);
	vm_page_t m = page_at(fx->vm, object, 0);

	other_lets_go(fx);
	deactivate(fx->vm, object, m);
	if (m->queue_flags & PG_INACTIVE)
		pageout(fx->vm, m, TRUE);
	vm_object_deallocate(fx->vm, object);
}

/* Shared by inheritance, then copied: the one who has it wired is no sharer. */
static void
a_fork_copies_what_a_stranger_lets_go_of(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm), *sharer, *child;

	map(vm, s, HERE, 2, RW, MAP_SHARED_, &fx->file);
	inherit(vm, s, HERE, 2, VM_INHERIT_SHARE);
	sharer = OPS->vmspace_fork(vm, s);
	assert_non_null(sharer);
	inherit(vm, s, HERE, 2, VM_INHERIT_COPY);
	wire_the_file_elsewhere(fx);

	act_at(fx, POINT_share_pinned, other_lets_go_and_it_is_paged_out);
	child = fork_into(vm, s);
	assert_true(stage.acted);
	assert_int_equal(load(HERE), 1ul << 32 | 1);
	assert_int_equal(load(HERE + PAGE_SIZE), 1ul << 32 | 2);
	assert_int_equal(stats(vm).wire_count, 0);
	exit_to(vm, child, s);
	OPS->vmspace_free(vm, sharer);
	OPS->vmspace_free(vm, other);
	space_down(vm, s);
}

/* Or no daemon would ever find it. */
static void
a_page_unwired_while_it_is_written_is_queued(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_object_t object;

	map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	wire_the_file_elsewhere(fx);
	store(HERE, 7);
	act_at(fx, POINT_clean_put, other_lets_go);
	assert_int_equal(OPS->msync(vm, s, HERE, PAGE_SIZE), KERN_SUCCESS);
	assert_true(stage.acted);
	object = file_object(fx);
	assert_int_not_equal(page_at(vm, object, 0)->queue_flags, 0);
	vm_object_deallocate(vm, object);
	OPS->vmspace_free(vm, other);
	space_down(vm, s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FACT(a_fork_copies_what_a_stranger_lets_go_of),
		FACT(a_page_unwired_while_it_is_written_is_queued),
	};

	return cmocka_run_group_tests_name("unwired", tests, NULL, NULL);
}
