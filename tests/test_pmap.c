/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pmap's contract, line by line (substrate.md section 7).
 *
 * One CPU: what others must be told is in test_shootdown.c.
 */
#include <string.h>

#include "tests/pmap_fixture.h"

static vm_prot_t
rights(struct pmap *pmap, vm_offset_t va)
{
	vm_offset_t pa;
	vm_prot_t prot;

	return pmap_extract_ok(pmap, va, &pa, &prot) ? prot : -1;
}

/* --- pmap_enter ---------------------------------------------------------- */

static void
enter_translates_with_exactly_the_rights_given(void **state)
{
	struct fixture *f = *state;

	for (vm_prot_t prot = VM_PROT_NONE; prot <= VM_PROT_ALL; prot++) {
		enter(f->pmap, VA, 3, prot);
		assert_int_equal(pmap_extract(f->pmap, VA), page(3));
		assert_int_equal(rights(f->pmap, VA), prot);
	}
	assert_int_equal(f->pmap->resident_count, 1);
}

static void
enter_of_another_frame_removes_the_first(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, RW);
	store(VA, 33);
	enter(f->pmap, VA, 4, RW);
	store(VA, 44);
	assert_int_equal(pmap_mappings(f->m, page(3)), 0);
	assert_int_equal(pmap_mappings(f->m, page(4)), 1);
	assert_true(pmap_is_modified(f->m, page(3)));
	assert_int_equal(*(uint64_t *)frame_bytes(f->m, page(3)), 33);
	assert_int_equal(*(uint64_t *)frame_bytes(f->m, page(4)), 44);
	assert_int_equal(f->pmap->resident_count, 1);
}

static void
enter_of_the_same_frame_keeps_what_is_known_of_it(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, RW);
	store(VA, 1);
	enter(f->pmap, VA, 3, VM_PROT_READ);
	assert_true(pmap_is_modified(f->m, page(3)));
	assert_int_equal(pmap_mappings(f->m, page(3)), 1);
	assert_int_equal(f->pmap->resident_count, 1);
}

static void
enter_with_fewer_rights_is_felt_by_the_next_store(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, RW);
	store(VA, 1);
	enter(f->pmap, VA, 3, VM_PROT_READ);
	assert_int_equal(cpu_store(VA, 2), KERN_PROTECTION_FAILURE);
	assert_int_equal(load(VA), 1);
}

static void
enter_with_more_rights_is_felt_by_the_next_store(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, VM_PROT_READ);
	load(VA);
	enter(f->pmap, VA, 3, RW);
	store(VA, 2);
	assert_int_equal(f->faults, 0);
}

static void
enter_without_memory_for_the_table_is_a_shortage(void **state)
{
	struct fixture *f = *state;
	struct pool *nodes = &f->m->pv_pool->nodes;
	vm_offset_t va = VA;
	kern_return_t rv;

	nodes->budget = 0;
	while (
	    (rv = pmap_enter(f->pmap, va, page(3), RW, FALSE)) == KERN_SUCCESS)
		va += (vm_offset_t)1 << 30;
	assert_int_equal(rv, KERN_RESOURCE_SHORTAGE);
	assert_int_equal(pmap_extract(f->pmap, va), 0);
	assert_int_equal(pmap_check(f->m), 0);
	nodes->budget = 1;
	enter(f->pmap, va, 3, RW);
}

static void
enter_without_memory_for_the_reverse_map_is_a_shortage(void **state)
{
	struct fixture *f = *state;

	f->m->pv_pool->entries.budget = 0;
	enter(f->pmap, VA, 3, RW);
	enter(f->pmap, VA + PAGE_SIZE, 4, RW);
	assert_int_equal(
	    pmap_enter(f->pmap, VA + PAGE_SIZE, page(3), RW, FALSE),
	    KERN_RESOURCE_SHORTAGE);
	assert_int_equal(pmap_extract(f->pmap, VA + PAGE_SIZE), 0);
	assert_int_equal(pmap_mappings(f->m, page(4)), 0);
	f->m->pv_pool->entries.budget = 1;
	enter(f->pmap, VA + PAGE_SIZE, 3, RW);
	assert_int_equal(pmap_mappings(f->m, page(3)), 2);
}

static void
enter_of_no_frame_or_no_address_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(pmap_enter(f->pmap, VA, page(FRAMES), RW, FALSE),
	    KERN_INVALID_ARGUMENT);
	assert_int_equal(pmap_enter(f->pmap, PMAP_VA_END, page(3), RW, FALSE),
	    KERN_INVALID_ARGUMENT);
	assert_int_equal(f->pmap->resident_count, 0);
}

static void
both_ends_of_the_address_space_translate(void **state)
{
	struct fixture *f = *state;
	vm_offset_t last = PMAP_VA_END - PAGE_SIZE;

	enter(f->pmap, 0, 3, RW);
	enter(f->pmap, last, 4, RW);
	store(0, 7);
	store(last + PAGE_SIZE - 8, 8);
	assert_int_equal(load(0), 7);
	assert_int_equal(load(last + PAGE_SIZE - 8), 8);
	pmap_remove(f->pmap, 0, ~(vm_offset_t)0);
	assert_int_equal(f->pmap->resident_count, 0);
}

/* --- pmap_remove --------------------------------------------------------- */

static void
remove_ends_what_lies_in_the_range_and_no_more(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 8; i++) {
		enter(f->pmap, VA + page(i), i, RW);
		store(VA + page(i), i);
	}
	pmap_remove(f->pmap, VA + page(2), VA + page(5));
	for (unsigned i = 0; i < 8; i++) {
		uint64_t value;
		boolean_t out = i >= 2 && i < 5;

		assert_int_equal(cpu_load(VA + page(i), &value),
		    out ? KERN_PROTECTION_FAILURE : KERN_SUCCESS);
		assert_int_equal(pmap_mappings(f->m, page(i)), !out);
	}
	assert_int_equal(f->pmap->resident_count, 5);
}

static void
remove_of_no_pmap_is_nothing(void **state)
{
	(void)state;
	pmap_remove(NULL, 0, PMAP_VA_END);
	pmap_protect(NULL, 0, PMAP_VA_END, VM_PROT_READ);
	pmap_destroy(NULL);
}

static void
remove_keeps_what_the_mapping_knew(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, RW);
	enter(f->pmap, VA + PAGE_SIZE, 4, RW);
	store(VA, 1);
	load(VA + PAGE_SIZE);
	pmap_remove(f->pmap, VA, VA + 2 * PAGE_SIZE);
	assert_true(pmap_is_modified(f->m, page(3)));
	assert_true(pmap_is_referenced(f->m, page(3)));
	assert_false(pmap_is_modified(f->m, page(4)));
	assert_true(pmap_is_referenced(f->m, page(4)));
}

static void
remove_finds_the_few_pages_of_a_huge_range(void **state)
{
	struct fixture *f = *state;
	const vm_offset_t vas[] = { 0, page(511), page(512), VA,
		(vm_offset_t)1 << 30, ((vm_offset_t)1 << 39) - PAGE_SIZE,
		(vm_offset_t)1 << 39, PMAP_VA_END - PAGE_SIZE };

	for (unsigned i = 0; i < 8; i++)
		enter(f->pmap, vas[i], i, RW);
	for (unsigned i = 1; i < 7; i++) {
		pmap_remove(f->pmap, vas[i - 1] + PAGE_SIZE, vas[i + 1]);
		assert_int_equal(pmap_extract(f->pmap, vas[i]), 0);
		assert_int_equal(f->pmap->resident_count, 7);
		enter(f->pmap, vas[i], i, RW);
	}
	pmap_remove(f->pmap, 0, PMAP_VA_END);
	assert_int_equal(f->pmap->resident_count, 0);
}

/* --- pmap_protect -------------------------------------------------------- */

static void
protect_leaves_at_most_the_rights_given(void **state)
{
	struct fixture *f = *state;

	for (vm_prot_t had = VM_PROT_NONE; had <= VM_PROT_ALL; had++)
		for (vm_prot_t prot = 1; prot <= VM_PROT_ALL; prot++) {
			enter(f->pmap, VA, 3, had);
			pmap_protect(f->pmap, VA, VA + PAGE_SIZE, prot);
			assert_int_equal(rights(f->pmap, VA),
			    prot & VM_PROT_WRITE ? had : had & prot);
		}
}

static void
protect_to_nothing_removes(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, RW);
	pmap_protect(f->pmap, VA, VA + PAGE_SIZE, VM_PROT_NONE);
	assert_int_equal(f->pmap->resident_count, 0);
	assert_int_equal(pmap_mappings(f->m, page(3)), 0);
}

static void
protect_is_felt_by_the_next_store(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 3; i++) {
		enter(f->pmap, VA + page(i), i, RW);
		store(VA + page(i), i);
	}
	pmap_protect(f->pmap, VA + page(1), VA + page(2), VM_PROT_READ);
	store(VA, 10);
	assert_int_equal(cpu_store(VA + page(1), 11), KERN_PROTECTION_FAILURE);
	store(VA + page(2), 12);
	assert_int_equal(load(VA + page(1)), 1);
}

/* --- pmap_page_protect --------------------------------------------------- */

static void
page_protect_does_what_each_protection_asks(void **state)
{
	struct fixture *f = *state;
	struct pmap *other = pmap_create(f->m);

	for (vm_prot_t prot = VM_PROT_NONE; prot <= VM_PROT_ALL; prot++) {
		vm_prot_t left = VM_PROT_ALL & ~VM_PROT_WRITE;

		if ((prot & RW) == RW)
			left = VM_PROT_ALL;
		else if ((prot & VM_PROT_READ) == 0)
			left = -1;
		enter(f->pmap, VA, 3, VM_PROT_ALL);
		enter(other, 2 * VA, 3, VM_PROT_ALL);
		pmap_page_protect(f->m, page(3), prot);
		assert_int_equal(rights(f->pmap, VA), left);
		assert_int_equal(rights(other, 2 * VA), left);
		assert_int_equal(
		    pmap_mappings(f->m, page(3)), left == -1 ? 0 : 2);
	}
	pmap_destroy(other);
}

static void
wired_mappings_can_be_spared(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, RW);
	enter(f->pmap, 2 * VA, 3, RW);
	pmap_change_wiring(f->pmap, VA, TRUE);
	pmap_page_spare_wired(f->m, page(3));
	assert_int_equal(rights(f->pmap, VA), VM_PROT_READ);
	assert_int_equal(rights(f->pmap, 2 * VA), -1);
	assert_int_equal(pmap_mappings(f->m, page(3)), 1);
}

static void
page_protect_is_felt_by_the_next_access(void **state)
{
	struct fixture *f = *state;
	uint64_t value;

	enter(f->pmap, VA, 3, RW);
	store(VA, 1);
	pmap_page_protect(f->m, page(3), VM_PROT_READ);
	assert_int_equal(cpu_store(VA, 2), KERN_PROTECTION_FAILURE);
	assert_int_equal(load(VA), 1);
	pmap_page_protect(f->m, page(3), VM_PROT_NONE);
	assert_int_equal(cpu_load(VA, &value), KERN_PROTECTION_FAILURE);
}

static void
page_protect_reaches_more_mappings_than_it_notes_at_once(void **state)
{
	struct fixture *f = *state;
	const unsigned n = 100;

	for (unsigned i = 0; i < n; i++)
		enter(f->pmap, VA + page(i), 3, RW);
	assert_int_equal(pmap_mappings(f->m, page(3)), n);
	pmap_page_protect(f->m, page(3), VM_PROT_READ);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(rights(f->pmap, VA + page(i)), VM_PROT_READ);
	pmap_page_protect(f->m, page(3), VM_PROT_NONE);
	assert_int_equal(pmap_mappings(f->m, page(3)), 0);
	assert_int_equal(f->pmap->resident_count, 0);
}

static void
calls_about_no_frame_are_nothing(void **state)
{
	struct fixture *f = *state;
	vm_offset_t pa = page(FRAMES);

	pmap_page_protect(f->m, pa, VM_PROT_NONE);
	pmap_clear_modify(f->m, pa);
	pmap_clear_reference(f->m, pa);
	assert_false(pmap_is_modified(f->m, pa));
	assert_false(pmap_is_referenced(f->m, pa));
	assert_int_equal(pmap_mappings(f->m, pa), 0);
}

/* --- Referenced and modified --------------------------------------------- */

static void
a_load_references_and_a_store_modifies(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, RW);
	assert_false(pmap_is_referenced(f->m, page(3)));
	load(VA);
	assert_true(pmap_is_referenced(f->m, page(3)));
	assert_false(pmap_is_modified(f->m, page(3)));
	store(VA, 1);
	assert_true(pmap_is_modified(f->m, page(3)));
}

static void
a_store_after_clear_modify_is_seen(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, RW);
	for (unsigned i = 0; i < 3; i++) {
		store(VA, i);
		assert_true(pmap_is_modified(f->m, page(3)));
		pmap_clear_modify(f->m, page(3));
		assert_false(pmap_is_modified(f->m, page(3)));
		load(VA);
		assert_false(pmap_is_modified(f->m, page(3)));
	}
}

static void
a_load_after_clear_reference_is_seen(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, RW);
	for (unsigned i = 0; i < 3; i++) {
		load(VA);
		assert_true(pmap_is_referenced(f->m, page(3)));
		pmap_clear_reference(f->m, page(3));
		assert_false(pmap_is_referenced(f->m, page(3)));
	}
}

static void
clearing_reaches_dead_and_living_mappings(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < 40; i++) {
		enter(f->pmap, VA + page(i), 3, RW);
		store(VA + page(i), i);
	}
	pmap_remove(f->pmap, VA, VA + page(20));
	pmap_clear_modify(f->m, page(3));
	pmap_clear_reference(f->m, page(3));
	assert_false(pmap_is_modified(f->m, page(3)));
	assert_false(pmap_is_referenced(f->m, page(3)));
	pmap_page_protect(f->m, page(3), VM_PROT_NONE);
	assert_false(pmap_is_modified(f->m, page(3)));
}

/* --- The rest of the interface ------------------------------------------- */

static void
extract_keeps_the_offset_and_tells_frame_nought_from_none(void **state)
{
	struct fixture *f = *state;
	vm_offset_t pa = 1;
	vm_prot_t prot;

	enter(f->pmap, VA, 3, RW);
	assert_int_equal(pmap_extract(f->pmap, VA + 0x123), page(3) + 0x123);
	assert_int_equal(pmap_extract(f->pmap, VA + PAGE_SIZE), 0);
	assert_int_equal(pmap_extract(f->pmap, PMAP_VA_END), 0);
	enter(f->pmap, VA, 0, VM_PROT_READ);
	assert_true(pmap_extract_ok(f->pmap, VA, &pa, &prot));
	assert_int_equal(pa, 0);
	assert_int_equal(prot, VM_PROT_READ);
	assert_false(pmap_extract_ok(f->pmap, VA + PAGE_SIZE, &pa, &prot));
}

static void
change_wiring_changes_nothing_else(void **state)
{
	struct fixture *f = *state;
	pt_entry_t before;

	enter(f->pmap, VA, 3, RW);
	store(VA, 1);
	before = *pmap_walk(f->pmap, VA);
	pmap_change_wiring(f->pmap, VA, TRUE);
	assert_int_equal(*pmap_walk(f->pmap, VA), before | PTE_WIRED);
	pmap_change_wiring(f->pmap, VA, FALSE);
	assert_int_equal(*pmap_walk(f->pmap, VA), before);
}

static void
zero_page_and_copy_page_touch_whole_frames(void **state)
{
	struct fixture *f = *state;
	unsigned char *a = frame_bytes(f->m, page(3));
	unsigned char *b = frame_bytes(f->m, page(4));

	memset(a - PAGE_SIZE, 0xaa, 4 * PAGE_SIZE);
	pmap_zero_page(f->m, page(3));
	for (unsigned i = 0; i < PAGE_SIZE; i++)
		assert_int_equal(a[i], 0);
	assert_int_equal(a[-1], 0xaa);
	assert_int_equal(b[0], 0xaa);
	pmap_copy_page(f->m, page(4), page(3));
	assert_memory_equal(a, b, PAGE_SIZE);
}

static void
a_pmap_lives_until_its_last_reference(void **state)
{
	struct fixture *f = *state;
	struct pmap *pmap = pmap_create(f->m);

	enter(pmap, VA, 3, RW);
	pmap_reference(pmap);
	pmap_destroy(pmap);
	assert_int_equal(pmap_extract(pmap, VA), page(3));
	pmap_destroy(pmap);
	assert_int_equal(pmap_mappings(f->m, page(3)), 0);
}

static void
a_pmap_that_is_used_again_is_empty_and_has_a_new_name(void **state)
{
	struct fixture *f = *state;
	struct pmap *pmap = pmap_create(f->m), *again;
	unsigned serial = pmap->serial;

	for (unsigned i = 0; i < 30; i++)
		enter(pmap, (vm_offset_t)i << 35, 3, RW);
	pmap_destroy(pmap);
	again = pmap_create(f->m);
	assert_ptr_equal(again, pmap);
	assert_int_not_equal(again->serial, serial);
	assert_int_equal(again->resident_count, 0);
	for (unsigned i = 0; i < 30; i++)
		enter(again, ((vm_offset_t)i << 35) + PAGE_SIZE, 4, RW);
	for (unsigned i = 0; i < 30; i++)
		assert_int_equal(pmap_extract(again, (vm_offset_t)i << 35), 0);
	pmap_destroy(again);
}

static void
many_small_pmaps_need_no_more_memory_than_one(void **state)
{
	struct fixture *f = *state;

	for (unsigned round = 0; round < 1000; round++) {
		struct pmap *pmap = pmap_create(f->m);

		for (unsigned i = 0; i < 40; i++)
			enter(pmap, VA + page(i), i % 20, VM_PROT_READ);
		pmap_destroy(pmap);
		if (round == 0) {
			f->m->pv_pool->entries.budget = 0;
			f->m->pv_pool->nodes.budget = 0;
		}
	}
}

static void
reset_leaves_nothing_but_the_kernels_pmap(void **state)
{
	struct fixture *f = *state;
	struct pmap *other = pmap_create(f->m);

	enter(f->pmap, VA, 3, RW);
	enter(other, VA, 3, RW);
	store(VA, 1);
	pmap_reset(f->m);
	assert_int_equal(pmap_mappings(f->m, page(3)), 0);
	assert_null(curcpu()->pmap);
	assert_null(tlb_find(&curcpu()->tlb, VA));
	f->pmap = pmap_create(f->m);
	assert_int_equal(f->m->kernel_pmap->serial, 0);
	assert_int_equal(f->pmap->serial, 1);
	cpu_switch(curcpu(), f->pmap, f->pmap);
}

#define TEST(fact)                                                             \
	cmocka_unit_test_setup_teardown(fact, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(enter_translates_with_exactly_the_rights_given),
		TEST(enter_of_another_frame_removes_the_first),
		TEST(enter_of_the_same_frame_keeps_what_is_known_of_it),
		TEST(enter_with_fewer_rights_is_felt_by_the_next_store),
		TEST(enter_with_more_rights_is_felt_by_the_next_store),
		TEST(enter_without_memory_for_the_table_is_a_shortage),
		TEST(enter_without_memory_for_the_reverse_map_is_a_shortage),
		TEST(enter_of_no_frame_or_no_address_is_refused),
		TEST(both_ends_of_the_address_space_translate),
		TEST(remove_ends_what_lies_in_the_range_and_no_more),
		TEST(remove_of_no_pmap_is_nothing),
		TEST(remove_keeps_what_the_mapping_knew),
		TEST(remove_finds_the_few_pages_of_a_huge_range),
		TEST(protect_leaves_at_most_the_rights_given),
		TEST(protect_to_nothing_removes),
		TEST(protect_is_felt_by_the_next_store),
		TEST(page_protect_does_what_each_protection_asks),
		TEST(wired_mappings_can_be_spared),
		TEST(page_protect_is_felt_by_the_next_access),
		TEST(page_protect_reaches_more_mappings_than_it_notes_at_once),
		TEST(calls_about_no_frame_are_nothing),
		TEST(a_load_references_and_a_store_modifies),
		TEST(a_store_after_clear_modify_is_seen),
		TEST(a_load_after_clear_reference_is_seen),
		TEST(clearing_reaches_dead_and_living_mappings),
		TEST(extract_keeps_the_offset_and_tells_frame_nought_from_none),
		TEST(change_wiring_changes_nothing_else),
		TEST(zero_page_and_copy_page_touch_whole_frames),
		TEST(a_pmap_lives_until_its_last_reference),
		TEST(a_pmap_that_is_used_again_is_empty_and_has_a_new_name),
		TEST(many_small_pmaps_need_no_more_memory_than_one),
		TEST(reset_leaves_nothing_but_the_kernels_pmap),
	};

	return cmocka_run_group_tests_name("pmap", tests, NULL, NULL);
}
