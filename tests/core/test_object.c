/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects: references, the pager hash, the cache, death. */
#include "tests/core/fixture.h"

static void
init_makes_the_kernels_two_objects(void **state)
{
	FIXTURE;
	assert_int_equal(lk_ref_read(&vm->kernel_object->ref), 1);
	assert_int_equal(lk_ref_read(&vm->kmem_object->ref), 1);
	assert_int_equal(stats(vm).object_count, 2);
}

static void
allocate_gives_one_reference_and_an_internal_object(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(4));

	assert_int_equal(lk_ref_read(&o->ref), 1);
	assert_int_equal(o->flags, OBJ_INTERNAL);
	assert_int_equal(o->size, ptoa(4));
	assert_null(o->pager);
	assert_null(o->shadow);
	assert_null(o->copy);
	vm_object_deallocate(vm, o);
}

static void
reference_adds_one_and_null_is_nothing(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(1));

	vm_object_reference(vm, NULL);
	vm_object_reference(vm, o);
	assert_int_equal(lk_ref_read(&o->ref), 2);
	vm_object_deallocate(vm, o);
	vm_object_deallocate(vm, o);
}

static void
last_reference_frees_and_no_earlier_one_does(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(1));

	vm_object_reference(vm, o);
	vm_object_deallocate(vm, o);
	assert_int_equal(stats(vm).object_count, 3);
	vm_object_deallocate(vm, o);
	assert_int_equal(stats(vm).object_count, 2);
	vm_object_deallocate(vm, NULL);
}

static void
termination_frees_the_pages(void **state)
{
	FIXTURE;
	unsigned before = stats(vm).free_count;
	vm_object_t o = vm_object_allocate(vm, ptoa(2));

	page_put(vm, o, 0, 1);
	page_put(vm, o, PAGE_SIZE, 2);
	assert_int_equal(stats(vm).free_count, before - 2);
	vm_object_deallocate(vm, o);
	assert_int_equal(stats(vm).free_count, before);
}

static void
termination_goes_down_the_chain(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(1));
	vm_offset_t offset = 0;

	for (int i = 0; i < 5; i++)
		assert_int_equal(
		    vm_object_shadow(vm, &o, &offset, ptoa(1)), KERN_SUCCESS);
	assert_int_equal(stats(vm).object_count, 8);
	vm_object_deallocate(vm, o);
	assert_int_equal(stats(vm).object_count, 2);
}

static void
termination_clears_its_source_s_copy_pointer(void **state)
{
	FIXTURE;
	vm_object_t source, copy;
	vm_offset_t at;
	boolean_t needs_copy;

	assert_non_null(vm_pager_allocate(vm, &fx->file, &source));
	assert_int_equal(
	    vm_object_copy(vm, source, 0, ptoa(8), &copy, &at, &needs_copy),
	    KERN_SUCCESS);
	assert_ptr_equal(source->copy, copy);
	vm_object_deallocate(vm, copy);
	assert_null(source->copy);
	vm_object_deallocate(vm, source);
}

static void
termination_writes_dirty_pages_of_an_external_object(void **state)
{
	FIXTURE;
	vm_object_t o;
	uint64_t word = 0;

	assert_non_null(vm_pager_allocate(vm, &fx->file, &o));
	page_put(vm, o, PAGE_SIZE, 0x7777);
	pager_cache(vm, o, FALSE);
	assert_int_equal(stats(vm).object_count, 2);
	assert_int_equal(
	    pread(fx->file.fd, &word, sizeof(word), PAGE_SIZE), sizeof(word));
	assert_int_equal(word, 0x7777);
}

static void
a_persistent_object_is_cached_at_its_last_reference(void **state)
{
	FIXTURE;
	vm_object_t o;

	assert_non_null(vm_pager_allocate(vm, &fx->file, &o));
	vm_object_deallocate(vm, o);
	assert_int_equal(stats(vm).cached_count, 1);
	assert_int_equal(lk_ref_read(&o->ref), 0);
	assert_int_equal(stats(vm).object_count, 3);
}

static void
caching_deactivates_the_pages(void **state)
{
	FIXTURE;
	vm_object_t o;
	vm_page_t m;

	assert_non_null(vm_pager_allocate(vm, &fx->file, &o));
	m = page_put(vm, o, 0, 5);
	assert_int_equal(m->queue_flags & PG_ACTIVE, PG_ACTIVE);
	vm_object_deallocate(vm, o);
	assert_int_equal(m->queue_flags & PG_INACTIVE, PG_INACTIVE);
	assert_int_equal(m->queue_flags & PG_LAUNDRY, PG_LAUNDRY);
}

static void
lookup_revives_a_cached_object(void **state)
{
	FIXTURE;
	vm_object_t o, again;
	vm_pager_t pager = vm_pager_allocate(vm, &fx->file, &o);

	vm_object_deallocate(vm, o);
	again = vm_object_lookup(vm, pager);
	assert_ptr_equal(again, o);
	assert_int_equal(lk_ref_read(&o->ref), 1);
	assert_int_equal(stats(vm).cached_count, 0);
	assert_int_equal(stats(vm).cache_revivals, 1);
	vm_object_deallocate(vm, o);
}

static void
lookup_adds_a_reference_to_a_live_object(void **state)
{
	FIXTURE;
	vm_object_t o;
	vm_pager_t pager = vm_pager_allocate(vm, &fx->file, &o);

	assert_ptr_equal(vm_object_lookup(vm, pager), o);
	assert_int_equal(lk_ref_read(&o->ref), 2);
	vm_object_deallocate(vm, o);
	vm_object_deallocate(vm, o);
}

static void
lookup_of_an_unknown_pager_is_null(void **state)
{
	FIXTURE;
	struct vm_pager stranger = { 0 };

	assert_null(vm_object_lookup(vm, &stranger));
	assert_null(vm_object_lookup(vm, NULL));
}

static void
enter_refuses_a_second_object_for_one_pager(void **state)
{
	FIXTURE;
	vm_object_t o, other = vm_object_allocate(vm, ptoa(1));
	vm_pager_t pager = vm_pager_allocate(vm, &fx->file, &o);

	assert_false(vm_object_enter(vm, other, pager));
	assert_false(vm_object_enter(vm, NULL, pager));
	assert_false(vm_object_enter(vm, other, NULL));
	assert_ptr_equal(vm_object_lookup(vm, pager), o);
	vm_object_deallocate(vm, o);
	vm_object_deallocate(vm, o);
	vm_object_deallocate(vm, other);
}

static void
remove_takes_only_its_own_object_s_entry(void **state)
{
	FIXTURE;
	vm_object_t o, other = vm_object_allocate(vm, ptoa(1));
	vm_pager_t pager = vm_pager_allocate(vm, &fx->file, &o);

	lk_identity_enter(&vm->lk, pager);
	vm_object_remove(vm, other, pager);
	vm_object_remove(vm, o, NULL);
	lk_identity_exit(&vm->lk, pager);
	assert_ptr_equal(vm_object_lookup(vm, pager), o);
	vm_object_deallocate(vm, o);
	vm_object_deallocate(vm, o);
	vm_object_deallocate(vm, other);
}

static void
setpager_sets_both(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(4));
	struct vm_pager pager = { 0 };

	vm_object_setpager(vm, o, &pager, ptoa(3));
	assert_ptr_equal(o->pager, &pager);
	assert_int_equal(o->paging_offset, ptoa(3));
	vm_object_setpager(vm, o, NULL, 0);
	vm_object_deallocate(vm, o);
}

static void
an_object_without_a_pager_is_never_cached(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(1));

	o->flags |= OBJ_CANPERSIST;
	vm_object_deallocate(vm, o);
	assert_int_equal(stats(vm).cached_count, 0);
	assert_int_equal(stats(vm).object_count, 2);
}

static void
pager_cache_false_ends_persistence_and_a_reference(void **state)
{
	FIXTURE;
	vm_object_t o;

	assert_non_null(vm_pager_allocate(vm, &fx->file, &o));
	assert_int_equal(pager_cache(vm, NULL, TRUE), KERN_INVALID_ARGUMENT);
	assert_int_equal(pager_cache(vm, o, FALSE), KERN_SUCCESS);
	assert_int_equal(stats(vm).object_count, 2);
	assert_null(fx->file.v_vmdata);
}

static void
trim_terminates_the_oldest_beyond_the_limit(void **state)
{
	FIXTURE;
	struct vnode files[3];
	vm_object_t o[3];

	vm->vm_cache_max = 2;
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(fixture_file(&files[i], 10 + i, 1), 0);
		assert_non_null(vm_pager_allocate(vm, &files[i], &o[i]));
	}
	for (unsigned i = 0; i < 3; i++)
		vm_object_deallocate(vm, o[i]);
	assert_int_equal(stats(vm).cached_count, 2);
	assert_null(files[0].v_vmdata);
	assert_non_null(files[1].v_vmdata);
	vm_object_cache_clear(vm);
	for (unsigned i = 0; i < 3; i++)
		close(files[i].fd);
}

static void
clear_empties_the_cache(void **state)
{
	FIXTURE;
	vm_object_t o;

	assert_non_null(vm_pager_allocate(vm, &fx->file, &o));
	vm_object_deallocate(vm, o);
	vm_object_cache_clear(vm);
	assert_int_equal(stats(vm).cached_count, 0);
	assert_int_equal(stats(vm).object_count, 2);
}

static void
shutdown_takes_every_pager_away(void **state)
{
	FIXTURE;
	vm_object_t o;

	assert_non_null(vm_pager_allocate(vm, &fx->file, &o));
	vm_object_shutdown(vm);
	assert_null(o->pager);
	assert_null(fx->file.v_vmdata);
	vm_object_deallocate(vm, o);
}

static void
paging_end_wakes_only_at_zero(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(1));

	vm_object_lock(o);
	vm_object_paging_begin(o);
	vm_object_paging_begin(o);
	vm_object_paging_end(vm, o);
	assert_int_equal(o->paging_in_progress, 1);
	vm_object_paging_end(vm, o);
	vm_object_paging_wait(vm, o);
	vm_object_unlock(o);
	assert_int_equal(stats(vm).pip_waits, 0);
	vm_object_deallocate(vm, o);
}

static void
print_tells_the_object_and_its_pages(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(1));

	page_put(vm, o, 0, 1);
	vm_object_print(vm, o, TRUE);
	vm_object_print(vm, NULL, FALSE);
	vm_object_deallocate(vm, o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FACT(init_makes_the_kernels_two_objects),
		FACT(allocate_gives_one_reference_and_an_internal_object),
		FACT(reference_adds_one_and_null_is_nothing),
		FACT(last_reference_frees_and_no_earlier_one_does),
		FACT(termination_frees_the_pages),
		FACT(termination_goes_down_the_chain),
		FACT(termination_clears_its_source_s_copy_pointer),
		FACT(termination_writes_dirty_pages_of_an_external_object),
		FACT(a_persistent_object_is_cached_at_its_last_reference),
		FACT(caching_deactivates_the_pages),
		FACT(lookup_revives_a_cached_object),
		FACT(lookup_adds_a_reference_to_a_live_object),
		FACT(lookup_of_an_unknown_pager_is_null),
		FACT(enter_refuses_a_second_object_for_one_pager),
		FACT(remove_takes_only_its_own_object_s_entry),
		FACT(setpager_sets_both),
		FACT(an_object_without_a_pager_is_never_cached),
		FACT(pager_cache_false_ends_persistence_and_a_reference),
		FACT(trim_terminates_the_oldest_beyond_the_limit),
		FACT(clear_empties_the_cache),
		FACT(shutdown_takes_every_pager_away),
		FACT(paging_end_wakes_only_at_zero),
		FACT(print_tells_the_object_and_its_pages),
	};

	return cmocka_run_group_tests_name("object", tests, NULL, NULL);
}
