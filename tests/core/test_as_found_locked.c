/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exhibits whose window lies inside a lock that the other party does not want.
 * Where all locks are one, nobody gets into it.
 */
/* not under: global */
#include "tests/core/scene.h"

/* Of the scene; new_copy is made in its window. */
static vm_object_t source, old_copy, new_copy;
static vm_page_t page;

static vm_object_t
copy_of(struct vm *vm, vm_object_t object)
{
	vm_object_t copy;
	vm_offset_t offset;
	boolean_t needs_copy;

	assert_int_equal(vm_object_copy(vm, object, 0, object->size, &copy,
			     &offset, &needs_copy),
	    KERN_SUCCESS);
	return copy;
}

static void
collapse(struct vm *vm, vm_object_t object)
{
	vm_object_lock(object);
	vm_object_collapse(vm, object);
	vm_object_unlock(object);
}

static void
collapse_the_old_copy(struct fixture *fx)
{
	collapse(fx->vm, old_copy);
}

static boolean_t
collapse_of_a_copy_that_gets_a_younger_one(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	boolean_t lost;

	source = file_object(fx);
	page_put(vm, source, PAGE_SIZE, 42);
	old_copy = copy_of(vm, source);
	page_put(vm, old_copy, 0, 1);
	act_at(fx, POINT_copy_spliced, collapse_the_old_copy);
	new_copy = copy_of(vm, source);
	assert_true(stage.acted);
	lost = chain_word(vm, old_copy, PAGE_SIZE) != 42;
	if (lost)
		assert_null(old_copy->shadow);
	vm_object_deallocate(vm, new_copy);
	vm_object_deallocate(vm, old_copy);
	vm_object_deallocate(vm, source);
	return lost;
}

static void
copy_the_source(struct fixture *fx)
{
	new_copy = copy_of(fx->vm, source);
}

/* front -> back -> source */
static boolean_t
collapse_above_an_object_that_gets_a_copy(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	vm_object_t front = file_object(fx);
	vm_offset_t offset = 0;

	source = front;
	vm_object_reference(vm, source);
	assert_int_equal(vm_object_shadow(vm, &front, &offset, ptoa(8)), 0);
	page_put(vm, front, 0, 1);
	assert_int_equal(vm_object_shadow(vm, &front, &offset, ptoa(8)), 0);
	act_at(fx, POINT_collapse_page, copy_the_source);
	collapse(vm, front);
	assert_true(stage.acted);
	assert_ptr_equal(front->shadow, source);
	vm_object_deallocate(vm, front);
	vm_object_deallocate(vm, new_copy);
	vm_object_deallocate(vm, source);
	return FALSE;
}

/* It has been used since it was deactivated. */
static void
daemon_reactivates_the_page(struct fixture *fx)
{
	pageout(fx->vm, page, FALSE);
}

static boolean_t
marking_a_page_that_is_reactivated(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	struct vmspace *s = space_up(vm);

	source = file_object(fx);
	map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	store(HERE, 1);
	page = page_at(vm, source, 0);
	deactivate(vm, source, page);
	store(HERE, 2);
	/* Repaired, there is nothing between reading and writing. */
	act_at(fx, AS_FOUND(G1) ? POINT_flags_read : POINT_pmapcopy_page,
	    daemon_reactivates_the_page);
	vm_object_pmap_copy(vm, source, 0, PAGE_SIZE);
	assert_true(stage.acted);
	vm_object_deallocate(vm, source);
	if (vm_check(vm) != 0)
		return TRUE;
	assert_int_equal(page->queue_flags, PG_ACTIVE);
	space_down(vm, s);
	return FALSE;
}

EXHIBIT(D1, collapse_of_a_copy_that_gets_a_younger_one, NULL)
EXHIBIT(
    E1, collapse_above_an_object_that_gets_a_copy, "we collapsed a copy-object")
EXHIBIT(G1, marking_a_page_that_is_reactivated, NULL)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SHOWN(D1, collapse_of_a_copy_that_gets_a_younger_one),
		SHOWN(E1, collapse_above_an_object_that_gets_a_copy),
		SHOWN(G1, marking_a_page_that_is_reactivated),
	};

	return run_exhibits(
	    "as_found_locked", tests, sizeof(tests) / sizeof(tests[0]));
}
