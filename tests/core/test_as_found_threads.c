/* SPDX-License-Identifier: BSD-2-Clause */
/* Exhibits that take a second thread, since the repair is that it waits. */
/* not under: busted */
#include "tests/core/scene.h"

static vm_object_t object, copy; /* of the scene */

/* --- A6 ------------------------------------------------------------------ */

static struct vmspace *other;
static uint64_t seen;

static void
map_the_file_and_read(struct fixture *fx)
{
	other = space_up(fx->vm);
	map(fx->vm, other, HERE, 1, RW, MAP_SHARED_, &fx->file);
	seen = load(HERE);
	OPS->vmspace_activate(fx->vm, NULL);
}

static void
other_program_maps(struct fixture *fx)
{
	second_start(fx, map_the_file_and_read, fx->file.v_vmdata);
}

/* The last mapping goes, and its page is about to be written. */
static boolean_t
mapping_a_file_whose_object_is_dying(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	store(HERE, 99);
	act_at(fx, POINT_clean_put, other_program_maps);
	space_down(vm, s);
	assert_true(stage.acted);
	second_join();
	if (seen != 99)
		return TRUE;
	OPS->vmspace_free(vm, other);
	return FALSE;
}

/* --- C2 ------------------------------------------------------------------ */

static void
wait_for_paging(struct fixture *fx)
{
	struct vm *vm = fx->vm;

	vm_object_lock(object);
	vm_object_paging_wait(vm, object);
	vm_object_unlock(object);
}

static boolean_t
waiting_for_the_end_of_paging(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	boolean_t asleep;

	object = vm_object_allocate(vm, ptoa(1));
	vm_object_lock(object);
	vm_object_paging_begin(object);
	vm_object_unlock(object);
	second_start(fx, wait_for_paging, object);
	vm_object_lock(object);
	vm_object_paging_end(vm, object);
	asleep = event_waiters(fx->machine, object) != 0;
	vm_object_unlock(object);
	if (asleep)
		return TRUE;
	second_join();
	vm_object_deallocate(vm, object);
	return FALSE;
}

/* --- C7 ------------------------------------------------------------------ */

static void
remove_the_page(struct fixture *fx)
{
	struct vm *vm = fx->vm;

	vm_object_lock(object);
	vm_object_page_remove(vm, object, 0, PAGE_SIZE);
	vm_object_unlock(object);
}

static void
other_program_removes(struct fixture *fx)
{
	second_start(fx, remove_the_page, page_at(fx->vm, object, 0));
}

static boolean_t
removing_a_page_that_is_being_read_in(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	object = file_object(fx);
	vm_object_deallocate(vm, object); /* the mapping keeps it */
	act_at(fx, POINT_fault_pagein, other_program_removes);
	(void)load(HERE);
	assert_true(stage.acted);
	second_join();
	if (vm_check(vm) != 0)
		return TRUE;
	space_down(vm, s);
	return FALSE;
}

/* --- D2 ------------------------------------------------------------------ */

static void
copy_the_object(struct fixture *fx)
{
	vm_offset_t offset;
	boolean_t needs_copy;

	assert_int_equal(vm_object_copy(fx->vm, object, 0, object->size, &copy,
			     &offset, &needs_copy),
	    KERN_SUCCESS);
}

static void
other_program_copies(struct fixture *fx)
{
	second_start(fx, copy_the_object, page_at(fx->vm, object, 0));
}

/* A write fault is about to enter its mapping. */
static boolean_t
copying_while_a_fault_is_in_flight(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	struct vmspace *s = space_up(vm);
	uint64_t copied;

	object = file_object(fx);
	map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	act_at(fx, POINT_fault_pre_enter, other_program_copies);
	assert_int_equal(
	    vm_fault(vm, &s->vm_map, HERE, VM_PROT_WRITE, FALSE), KERN_SUCCESS);
	assert_true(stage.acted);
	second_join();
	store(HERE, 99);
	copied = chain_word(vm, copy, 0);
	space_down(vm, s);
	vm_object_deallocate(vm, copy);
	vm_object_deallocate(vm, object);
	return copied == 99;
}

/* --- F1 ------------------------------------------------------------------ */

static struct vmspace *heap;
static vm_page_t page;

static void
grow_the_heap(struct fixture *fx)
{
	assert_int_equal(OPS->brk(fx->vm, heap, HERE + ptoa(1), HERE + ptoa(2)),
	    KERN_SUCCESS);
}

static void
program_grows_its_heap(struct fixture *fx)
{
	second_start(fx, grow_the_heap, page);
}

/* What an earlier shrink has left is paged out; its pager is being made. */
static boolean_t
coalescing_while_a_page_goes_out(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	vm_map_entry_t e;
	boolean_t foreign;

	heap = space_up(vm);
	assert_int_equal(OPS->brk(vm, heap, HERE, HERE + ptoa(2)), 0);
	store(HERE + ptoa(1), 7);
	assert_true(vm_map_lookup_entry(&heap->vm_map, HERE, &e));
	object = e->object;
	assert_int_equal(OPS->brk(vm, heap, HERE + ptoa(2), HERE + ptoa(1)), 0);
	page = page_at(vm, object, ptoa(1));
	deactivate(vm, object, page);
	act_at(fx, POINT_pageout_pageralloc, program_grows_its_heap);
	pageout(vm, page, TRUE);
	assert_true(stage.acted);
	second_join();
	foreign = load(HERE + ptoa(1)) != 0;
	space_down(vm, heap);
	return foreign;
}

EXHIBIT(A6, mapping_a_file_whose_object_is_dying, NULL)
EXHIBIT(C2, waiting_for_the_end_of_paging, NULL)
EXHIBIT(C7, removing_a_page_that_is_being_read_in, NULL)
EXHIBIT(D2, copying_while_a_fault_is_in_flight, NULL)
EXHIBIT(F1, coalescing_while_a_page_goes_out, NULL)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SHOWN(A6, mapping_a_file_whose_object_is_dying),
		SHOWN(C2, waiting_for_the_end_of_paging),
		SHOWN(C7, removing_a_page_that_is_being_read_in),
		SHOWN(D2, copying_while_a_fault_is_in_flight),
		SHOWN(F1, coalescing_while_a_page_goes_out),
	};

	return run_exhibits(
	    "as_found_threads", tests, sizeof(tests) / sizeof(tests[0]));
}
