/* SPDX-License-Identifier: BSD-2-Clause */
/* Copies, shadows, collapse, bypass, coalesce; pages of an object. */
#include "tests/core/fixture.h"

/* front -> back, pages as given by bit masks; both of four pages. */
static void
chain(struct vm *vm, unsigned front_pages, unsigned back_pages,
    vm_object_t *front, vm_object_t *back)
{
	vm_offset_t offset = 0;

	*back = *front = vm_object_allocate(vm, ptoa(4));
	assert_int_equal(
	    vm_object_shadow(vm, front, &offset, ptoa(4)), KERN_SUCCESS);
	for (unsigned i = 0; i < 4; i++) {
		if (back_pages & 1u << i)
			page_put(vm, *back, ptoa(i), 100 + i);
		if (front_pages & 1u << i)
			page_put(vm, *front, ptoa(i), 200 + i);
	}
}

static void
collapse(struct vm *vm, vm_object_t object)
{
	vm_object_lock(object);
	vm_object_collapse(vm, object);
	vm_object_unlock(object);
}

static void
copy_file(struct vm *vm, vm_object_t source, vm_object_t *copy)
{
	vm_offset_t offset;
	boolean_t needs_copy;

	assert_int_equal(vm_object_copy(vm, source, 0, source->size, copy,
			     &offset, &needs_copy),
	    KERN_SUCCESS);
	assert_false(needs_copy);
}

static void
shadow_moves_the_reference_and_the_offset(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(4)), source = o;
	vm_offset_t offset = ptoa(1);

	assert_int_equal(
	    vm_object_shadow(vm, &o, &offset, ptoa(2)), KERN_SUCCESS);
	assert_ptr_equal(o->shadow, source);
	assert_int_equal(o->shadow_offset, ptoa(1));
	assert_int_equal(offset, 0);
	assert_int_equal(lk_ref_read(&source->ref), 1);
	vm_object_deallocate(vm, o);
}

static void
copy_of_nothing_is_nothing(void **state)
{
	FIXTURE;
	vm_object_t copy;
	vm_offset_t offset;
	boolean_t needs_copy;

	assert_int_equal(
	    vm_object_copy(vm, NULL, 0, PAGE_SIZE, &copy, &offset, &needs_copy),
	    KERN_SUCCESS);
	assert_null(copy);
	assert_false(needs_copy);
}

static void
copy_of_internal_memory_is_the_object_itself(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(2)), copy;
	vm_offset_t offset;
	boolean_t needs_copy;
	vm_page_t in = page_put(vm, o, PAGE_SIZE, 1);
	vm_page_t out = page_put(vm, o, 0, 1);

	assert_int_equal(vm_object_copy(vm, o, PAGE_SIZE, PAGE_SIZE, &copy,
			     &offset, &needs_copy),
	    KERN_SUCCESS);
	assert_ptr_equal(copy, o);
	assert_true(needs_copy);
	assert_int_equal(offset, PAGE_SIZE);
	assert_int_equal(lk_ref_read(&o->ref), 2);
	assert_true(in->flags & PG_COPYONWRITE);
	assert_false(out->flags & PG_COPYONWRITE);
	vm_object_deallocate(vm, copy);
	vm_object_deallocate(vm, o);
}

static void
copy_of_a_file_is_a_copy_object_over_all_of_it(void **state)
{
	FIXTURE;
	vm_object_t source, copy;

	assert_non_null(vm_pager_allocate(vm, &fx->file, &source));
	copy_file(vm, source, &copy);
	assert_ptr_equal(source->copy, copy);
	assert_ptr_equal(copy->shadow, source);
	assert_int_equal(copy->shadow_offset, 0);
	assert_int_equal(copy->size, source->size);
	assert_int_equal(lk_ref_read(&source->ref), 2);
	vm_object_deallocate(vm, copy);
	vm_object_deallocate(vm, source);
}

static void
an_empty_copy_object_serves_again(void **state)
{
	FIXTURE;
	vm_object_t source, first, second;

	assert_non_null(vm_pager_allocate(vm, &fx->file, &source));
	copy_file(vm, source, &first);
	copy_file(vm, source, &second);
	assert_ptr_equal(first, second);
	assert_int_equal(lk_ref_read(&first->ref), 2);
	vm_object_deallocate(vm, first);
	vm_object_deallocate(vm, second);
	vm_object_deallocate(vm, source);
}

static void
a_new_copy_object_goes_between_source_and_old_copy(void **state)
{
	FIXTURE;
	vm_object_t source, old, new;

	assert_non_null(vm_pager_allocate(vm, &fx->file, &source));
	copy_file(vm, source, &old);
	page_put(vm, old, 0, 9);
	copy_file(vm, source, &new);
	assert_ptr_not_equal(old, new);
	assert_ptr_equal(old->shadow, new);
	assert_ptr_equal(new->shadow, source);
	assert_ptr_equal(source->copy, new);
	assert_int_equal(lk_ref_read(&source->ref), 2);
	assert_int_equal(lk_ref_read(&new->ref), 2);
	vm_object_deallocate(vm, old);
	vm_object_deallocate(vm, new);
	vm_object_deallocate(vm, source);
}

static void
collapse_moves_what_the_parent_lacks(void **state)
{
	FIXTURE;
	vm_object_t front, back;

	chain(vm, 0x3, 0x6, &front, &back);
	collapse(vm, front);
	assert_null(front->shadow);
	assert_int_equal(front->resident_page_count, 3);
	assert_int_equal(page_word(vm, page_at(vm, front, ptoa(1))), 201);
	assert_int_equal(page_word(vm, page_at(vm, front, ptoa(2))), 102);
	assert_int_equal(stats(vm).object_collapses, 1);
	assert_int_equal(stats(vm).object_count, 3);
	vm_object_deallocate(vm, front);
}

static void
collapse_drops_pages_outside_the_window(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(4));
	vm_offset_t offset = ptoa(1);

	for (unsigned i = 0; i < 4; i++)
		page_put(vm, o, ptoa(i), i);
	assert_int_equal(
	    vm_object_shadow(vm, &o, &offset, ptoa(2)), KERN_SUCCESS);
	collapse(vm, o);
	assert_int_equal(o->resident_page_count, 2);
	assert_int_equal(page_word(vm, page_at(vm, o, 0)), 1);
	assert_int_equal(page_word(vm, page_at(vm, o, ptoa(1))), 2);
	vm_object_deallocate(vm, o);
}

static void
collapse_takes_the_pager_with_its_bias(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(4)), back = o;
	vm_offset_t offset = ptoa(1);
	vm_pager_t pager = swap_pager_alloc(vm, ptoa(8));

	assert_non_null(pager);
	vm_object_setpager(vm, back, pager, ptoa(3));
	assert_int_equal(
	    vm_object_shadow(vm, &o, &offset, ptoa(2)), KERN_SUCCESS);
	collapse(vm, o);
	assert_ptr_equal(o->pager, pager);
	assert_int_equal(o->paging_offset, ptoa(4));
	vm_object_deallocate(vm, o);
}

static void
collapse_without_a_pager_leaves_the_bias_alone(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(4));
	vm_offset_t offset = ptoa(1);

	assert_int_equal(
	    vm_object_shadow(vm, &o, &offset, ptoa(2)), KERN_SUCCESS);
	collapse(vm, o);
	assert_int_equal(o->paging_offset, 0);
	vm_object_deallocate(vm, o);
}

static void
collapse_leaves_a_shared_backing_object_that_is_needed(void **state)
{
	FIXTURE;
	vm_object_t front, back;

	chain(vm, 0x1, 0x3, &front, &back);
	vm_object_reference(vm, back);
	collapse(vm, front);
	assert_ptr_equal(front->shadow, back);
	assert_int_equal(lk_ref_read(&back->ref), 2);
	vm_object_deallocate(vm, back);
	vm_object_deallocate(vm, front);
}

static void
bypass_steps_over_a_covered_backing_object(void **state)
{
	FIXTURE;
	vm_object_t front, back;

	chain(vm, 0x3, 0x3, &front, &back);
	vm_object_reference(vm, back);
	collapse(vm, front);
	assert_null(front->shadow);
	assert_int_equal(lk_ref_read(&back->ref), 1);
	assert_int_equal(stats(vm).object_bypasses, 1);
	vm_object_deallocate(vm, back);
	vm_object_deallocate(vm, front);
}

static void
bypass_ignores_a_page_at_the_very_end(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(4)), back = o;
	vm_offset_t offset = 0;

	page_put(vm, back, ptoa(2), 1);
	assert_int_equal(
	    vm_object_shadow(vm, &o, &offset, ptoa(2)), KERN_SUCCESS);
	vm_object_reference(vm, back);
	collapse(vm, o);
	assert_null(o->shadow);
	vm_object_deallocate(vm, back);
	vm_object_deallocate(vm, o);
}

static void
collapse_leaves_files_copy_objects_and_paging_alone(void **state)
{
	FIXTURE;
	vm_object_t source, copy, front, back;
	vm_offset_t offset = 0;

	assert_non_null(vm_pager_allocate(vm, &fx->file, &source));
	copy_file(vm, source, &copy);
	collapse(vm, copy); /* its backing object is a file's */
	assert_ptr_equal(copy->shadow, source);

	front = copy;
	assert_int_equal(
	    vm_object_shadow(vm, &front, &offset, ptoa(8)), KERN_SUCCESS);
	collapse(vm, front); /* its backing object is a copy object */
	assert_ptr_equal(front->shadow, copy);
	vm_object_deallocate(vm, front);
	vm_object_deallocate(vm, source);

	chain(vm, 0, 0, &front, &back);
	vm_object_lock(back);
	vm_object_paging_begin(back);
	vm_object_unlock(back);
	collapse(vm, front);
	assert_ptr_equal(front->shadow, back);
	vm_object_lock(back);
	vm_object_paging_end(vm, back);
	vm_object_unlock(back);
	vm_object_deallocate(vm, front);
}

static void
collapse_is_not_hindered_by_somebody_else_s_copy(void **state)
{
	FIXTURE;
	vm_object_t source, copy, back, front;
	vm_offset_t offset = 0;

	/* front -> back -> source, and source has a copy of its own. */
	assert_non_null(vm_pager_allocate(vm, &fx->file, &source));
	vm_object_reference(vm, source);
	back = source;
	assert_int_equal(
	    vm_object_shadow(vm, &back, &offset, ptoa(8)), KERN_SUCCESS);
	front = back;
	assert_int_equal(
	    vm_object_shadow(vm, &front, &offset, ptoa(8)), KERN_SUCCESS);
	copy_file(vm, source, &copy);
	collapse(vm, front);
	assert_ptr_equal(front->shadow, source);
	vm_object_deallocate(vm, front);
	vm_object_deallocate(vm, copy);
	vm_object_deallocate(vm, source);
}

static void
coalesce_grows_and_purges(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(2));

	page_put(vm, o, ptoa(1), 7); /* left by an earlier shrink */
	assert_true(vm_object_coalesce(vm, o, NULL, 0, 0, PAGE_SIZE, ptoa(3)));
	assert_int_equal(o->size, ptoa(4));
	assert_int_equal(o->resident_page_count, 0);
	assert_true(vm_object_coalesce(vm, NULL, NULL, 0, 0, 0, PAGE_SIZE));
	assert_false(vm_object_coalesce(vm, o, o, 0, 0, 0, PAGE_SIZE));
	vm_object_deallocate(vm, o);
}

static void
coalesce_refuses_what_others_may_use(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(1)), front, back;

	vm_object_reference(vm, o);
	assert_false(
	    vm_object_coalesce(vm, o, NULL, 0, 0, PAGE_SIZE, PAGE_SIZE));
	vm_object_deallocate(vm, o);

	vm_object_lock(o);
	vm_object_paging_begin(o);
	vm_object_unlock(o);
	assert_false(/* F1 */
	    vm_object_coalesce(vm, o, NULL, 0, 0, PAGE_SIZE, PAGE_SIZE));
	vm_object_lock(o);
	vm_object_paging_end(vm, o);
	vm_object_unlock(o);
	vm_object_deallocate(vm, o);

	chain(vm, 0, 0x1, &front, &back);
	vm_object_reference(vm, back);
	assert_false(
	    vm_object_coalesce(vm, front, NULL, 0, 0, ptoa(4), PAGE_SIZE));
	vm_object_deallocate(vm, back);
	vm_object_deallocate(vm, front);
}

static void
page_clean_writes_dirty_pages_of_the_range(void **state)
{
	FIXTURE;
	vm_object_t o;
	vm_page_t in, out;
	uint64_t word[2];

	assert_non_null(vm_pager_allocate(vm, &fx->file, &o));
	in = page_put(vm, o, ptoa(1), 11);
	out = page_put(vm, o, ptoa(2), 22);
	vm_object_lock(o);
	assert_true(vm_object_page_clean(vm, o, ptoa(1), ptoa(2), FALSE));
	vm_object_unlock(o);
	assert_int_equal(pread(fx->file.fd, &word[0], 8, PAGE_SIZE), 8);
	assert_int_equal(pread(fx->file.fd, &word[1], 8, 2 * PAGE_SIZE), 8);
	assert_int_equal(word[0], 11);
	assert_int_not_equal(word[1], 22);
	assert_true(in->flags & PG_CLEAN);
	assert_true(in->queue_flags & PG_ACTIVE);
	assert_false(out->flags & PG_CLEAN);
	vm_object_lock(o);
	assert_true(vm_object_page_clean(vm, o, 0, 0, TRUE));
	vm_object_unlock(o);
	assert_int_equal(out->queue_flags, 0);
	pager_cache(vm, o, FALSE);
}

static void
page_clean_reports_what_it_could_not_write(void **state)
{
	FIXTURE;
	vm_object_t o;

	assert_non_null(vm_pager_allocate(vm, &fx->file, &o));
	page_put(vm, o, ptoa(FILE_PAGES + 3), 1); /* beyond the file */
	vm_object_lock(o);
	assert_false(vm_object_page_clean(vm, o, 0, 0, FALSE));
	vm_object_unlock(o);
	pager_cache(vm, o, FALSE);
}

static void
page_remove_frees_the_range_and_keeps_wired_pages(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(4));
	vm_page_t wired;

	page_put(vm, o, 0, 1);
	page_put(vm, o, ptoa(1), 1);
	wired = page_put(vm, o, ptoa(2), 1);
	vm_object_lock(o);
	vm_page_lock_queues();
	vm_page_wire(vm, wired);
	vm_page_unlock_queues();
	vm_object_page_remove(vm, o, ptoa(1), ptoa(4));
	vm_object_unlock(o);
	assert_non_null(page_at(vm, o, 0));
	assert_null(page_at(vm, o, ptoa(1)));
	assert_ptr_equal(page_at(vm, o, ptoa(2)), wired);
	vm_object_lock(o);
	vm_page_lock_queues();
	vm_page_unwire(vm, wired);
	vm_page_unlock_queues();
	vm_object_unlock(o);
	vm_object_deallocate(vm, o);
}

static void
deactivate_pages_empties_the_active_queue(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(2));

	page_put(vm, o, 0, 1);
	page_put(vm, o, ptoa(1), 1);
	vm_object_lock(o);
	vm_object_deactivate_pages(vm, o);
	vm_object_unlock(o);
	assert_int_equal(stats(vm).active_count, 0);
	assert_int_equal(stats(vm).inactive_count, 2);
	vm_object_deallocate(vm, o);
}

static void
pmap_copy_and_remove_reach_every_mapping(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(1));
	vm_page_t m = page_put(vm, o, 0, 1);
	struct pmap *pmap = pmap_create(fx->machine);
	vm_offset_t pa;
	vm_prot_t prot;

	assert_int_equal(pmap_enter(pmap, ptoa(16), VM_PAGE_TO_PHYS(m),
			     VM_PROT_READ | VM_PROT_WRITE, FALSE),
	    KERN_SUCCESS);
	vm_object_pmap_copy(vm, o, 0, PAGE_SIZE);
	assert_true(pmap_extract_ok(pmap, ptoa(16), &pa, &prot));
	assert_int_equal(prot, VM_PROT_READ);
	assert_true(m->flags & PG_COPYONWRITE);
	vm_object_pmap_remove(vm, o, 0, PAGE_SIZE);
	assert_false(pmap_extract_ok(pmap, ptoa(16), &pa, &prot));
	vm_object_pmap_copy(vm, NULL, 0, PAGE_SIZE);
	vm_object_pmap_remove(vm, NULL, 0, PAGE_SIZE);
	pmap_destroy(pmap);
	vm_object_deallocate(vm, o);
}

static void
a_wired_page_can_still_be_read_after_pmap_remove(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(1));
	vm_page_t m = page_put(vm, o, 0, 1);
	struct pmap *pmap = pmap_create(fx->machine);
	vm_offset_t pa;
	vm_prot_t prot;

	vm_object_lock(o);
	vm_page_lock_queues();
	vm_page_wire(vm, m);
	vm_page_unlock_queues();
	vm_object_unlock(o);
	assert_int_equal(pmap_enter(pmap, ptoa(16), VM_PAGE_TO_PHYS(m),
			     VM_PROT_READ | VM_PROT_WRITE, TRUE),
	    KERN_SUCCESS);
	vm_object_pmap_remove(vm, o, 0, PAGE_SIZE);
	assert_true(pmap_extract_ok(pmap, ptoa(16), &pa, &prot));
	assert_int_equal(prot, VM_PROT_READ);
	pmap_remove(pmap, ptoa(16), ptoa(17));
	pmap_destroy(pmap);
	vm_object_deallocate(vm, o); /* settles the count of wired pages */
	assert_int_equal(stats(vm).wire_count, 0);
}

static void
pageout_and_pagein_bring_the_contents_back(void **state)
{
	FIXTURE;
	vm_object_t o = vm_object_allocate(vm, ptoa(1));
	vm_pager_t pager = swap_pager_alloc(vm, ptoa(1));
	vm_page_t m;

	assert_non_null(pager);
	vm_object_setpager(vm, o, pager, 0);
	m = page_put(vm, o, 0, 0xabcd);
	vm_object_lock(o);
	vm_object_page_clean(vm, o, 0, 0, FALSE);
	vm_object_page_remove(vm, o, 0, PAGE_SIZE);
	m = vm_page_alloc(vm, o, 0);
	vm_object_paging_begin(o);
	vm_object_unlock(o);
	assert_int_equal(vm_pager_get(vm, pager, m), VM_PAGER_OK);
	assert_int_equal(page_word(vm, m), 0xabcd);
	vm_object_lock(o);
	m->flags &= ~PG_FAKE;
	vm_fault_release_page(vm, m);
	vm_object_paging_end(vm, o);
	vm_object_unlock(o);
	vm_object_deallocate(vm, o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FACT(shadow_moves_the_reference_and_the_offset),
		FACT(copy_of_nothing_is_nothing),
		FACT(copy_of_internal_memory_is_the_object_itself),
		FACT(copy_of_a_file_is_a_copy_object_over_all_of_it),
		FACT(an_empty_copy_object_serves_again),
		FACT(a_new_copy_object_goes_between_source_and_old_copy),
		FACT(collapse_moves_what_the_parent_lacks),
		FACT(collapse_drops_pages_outside_the_window),
		FACT(collapse_takes_the_pager_with_its_bias),
		FACT(collapse_without_a_pager_leaves_the_bias_alone),
		FACT(collapse_leaves_a_shared_backing_object_that_is_needed),
		FACT(bypass_steps_over_a_covered_backing_object),
		FACT(bypass_ignores_a_page_at_the_very_end),
		FACT(collapse_leaves_files_copy_objects_and_paging_alone),
		FACT(collapse_is_not_hindered_by_somebody_else_s_copy),
		FACT(coalesce_grows_and_purges),
		FACT(coalesce_refuses_what_others_may_use),
		FACT(page_clean_writes_dirty_pages_of_the_range),
		FACT(page_clean_reports_what_it_could_not_write),
		FACT(page_remove_frees_the_range_and_keeps_wired_pages),
		FACT(deactivate_pages_empties_the_active_queue),
		FACT(pmap_copy_and_remove_reach_every_mapping),
		FACT(a_wired_page_can_still_be_read_after_pmap_remove),
		FACT(pageout_and_pagein_bring_the_contents_back),
	};

	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
