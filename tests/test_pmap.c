/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pmap's contract, line by line (substrate.md section 7), what a user's
 * load and store do, and that the pmap oracle sees each wrong planted for it.
 *
 * One CPU unless a test says otherwise; what other CPUs must be told is in
 * test_shootdown.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/pmap_fixture.h"

static vm_offset_t
page(unsigned n)
{
	return ptoa(n);
}

static vm_prot_t
rights(struct pmap *pmap, vm_offset_t va)
{
	vm_offset_t pa;
	vm_prot_t prot;

	return pmap_extract_ok(pmap, va, &pa, &prot) ? prot : -1;
}

static void
enter(struct pmap *pmap, vm_offset_t va, unsigned frame, vm_prot_t prot)
{
	assert_int_equal(
	    pmap_enter(pmap, va, page(frame), prot, FALSE), KERN_SUCCESS);
}

static uint64_t
load(vm_offset_t va)
{
	uint64_t value = ~0ul;

	assert_int_equal(cpu_load(va, &value), KERN_SUCCESS);
	return value;
}

static void
store(vm_offset_t va, uint64_t value)
{
	assert_int_equal(cpu_store(va, value), KERN_SUCCESS);
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
	while ((rv = pmap_enter(f->pmap, va, page(3), RW, FALSE)) ==
	    KERN_SUCCESS)
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

/* --- Loads and stores ---------------------------------------------------- */

static void
a_word_is_found_by_walking_once(void **state)
{
	struct fixture *f = *state;
	struct cpu *self = curcpu();

	enter(f->pmap, VA, 3, RW);
	for (unsigned i = 0; i < 10; i++)
		store(VA + 8ul * i, i);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(load(VA + 8ul * i), i);
	assert_int_equal(self->tlb_misses, 1);
	assert_int_equal(self->loads, 10);
	assert_int_equal(self->stores, 10);
	assert_int_equal(self->faults, 0);
}

static void
an_access_touches_the_aligned_word(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, RW);
	store(VA + PAGE_SIZE - 1, 7);
	assert_int_equal(load(VA + PAGE_SIZE - 8), 7);
}

static void
a_fault_is_told_where_and_what(void **state)
{
	struct fixture *f = *state;

	f->pa = page(5);
	f->prot = VM_PROT_READ;
	load(VA + 0x20);
	assert_int_equal(f->fault_va, VA + 0x20);
	assert_int_equal(f->fault_type, VM_PROT_READ);
	f->prot = RW;
	store(VA + 0x20, 9);
	assert_int_equal(f->fault_type, VM_PROT_WRITE);
	assert_int_equal(f->faults, 2);
	assert_int_equal(curcpu()->faults, 2);
	assert_int_equal(load(VA + 0x20), 9);
}

static void
a_refusal_is_handed_on(void **state)
{
	struct fixture *f = *state;
	uint64_t value;

	f->answer = KERN_INVALID_ADDRESS;
	assert_int_equal(cpu_load(VA, &value), KERN_INVALID_ADDRESS);
	f->answer = KERN_FAILURE;
	assert_int_equal(cpu_store(VA, 1), KERN_FAILURE);
	assert_int_equal(cpu_store(PMAP_VA_END + VA, 1), KERN_FAILURE);
}

static void
no_address_space_has_no_addresses(void **state)
{
	struct fixture *f = *state;
	uint64_t value;

	enter(f->pmap, VA, 3, RW);
	cpu_switch(curcpu(), NULL, NULL);
	assert_int_equal(cpu_load(VA, &value), KERN_INVALID_ADDRESS);
	assert_int_equal(cpu_store(VA, 1), KERN_INVALID_ADDRESS);
	assert_int_equal(f->faults, 0);
}

static void
a_switch_forgets_the_other_space(void **state)
{
	struct fixture *f = *state;
	struct pmap *other = pmap_create(f->m);

	enter(f->pmap, VA, 3, RW);
	enter(other, VA, 4, RW);
	store(VA, 33);
	cpu_switch(curcpu(), other, other);
	assert_int_equal(f->pmap->cpus_using, 0);
	assert_int_equal(other->cpus_using, 1);
	assert_int_equal(load(VA), 0);
	store(VA, 44);
	cpu_switch(curcpu(), f->pmap, f->pmap);
	assert_int_equal(load(VA), 33);
	pmap_destroy(other);
}

static void
a_full_tlb_forgets_and_walks_again(void **state)
{
	struct fixture *f = *state;
	unsigned n = FRAMES;

	for (unsigned i = 0; i < n; i++) {
		enter(f->pmap, VA + ((vm_offset_t)i << 20), i, RW);
		store(VA + ((vm_offset_t)i << 20), i);
	}
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(load(VA + ((vm_offset_t)i << 20)), i);
	assert_true(curcpu()->tlb_misses > n);
	assert_int_equal(f->faults, 0);
}

static void
an_epoch_that_wraps_revives_nothing(void **state)
{
	struct fixture *f = *state;
	struct tlb *tlb = &curcpu()->tlb;

	enter(f->pmap, VA, 3, RW);
	load(VA);
	assert_non_null(tlb_find(tlb, VA));
	tlb->epoch = ~0u;
	load(VA);
	tlb_flush(tlb);
	assert_null(tlb_find(tlb, VA));
	assert_null(tlb_find(tlb, 0));
}

/* --- Frames -------------------------------------------------------------- */

static void
a_frame_freed_while_mapped_is_a_violation(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, RW);
	frame_free(f->m, page(3));
	assert_int_equal(stat_of(&f->m->stats.violations), 1);
	pmap_remove(f->pmap, VA, VA + PAGE_SIZE);
	f->violations = 1;
}

static void
a_frame_freed_or_given_out_twice_is_a_violation(void **state)
{
	struct fixture *f = *state;

	frame_free(f->m, page(3));
	assert_int_equal(stat_of(&f->m->stats.violations), 0);
	frame_free(f->m, page(3));
	assert_int_equal(stat_of(&f->m->stats.violations), 1);
	frame_alloc(f->m, page(3));
	frame_alloc(f->m, page(3));
	assert_int_equal(stat_of(&f->m->stats.violations), 2);
	f->violations = 2;
}

static void
a_frame_has_a_new_generation_when_it_is_freed(void **state)
{
	struct fixture *f = *state;
	struct frame *frame = frame_of(f->m, page(3));
	unsigned before = frame->generation;

	frame_free(f->m, page(3));
	assert_int_equal(frame->generation, before + 1);
	frame_alloc(f->m, page(3));
	assert_int_equal(frame->generation, before + 1);
}

/* --- The oracle's mutants ------------------------------------------------ */

/* Each plants one wrong, expects it to be found, and takes it away again. */

static void
check_finds(struct fixture *f, unsigned bad)
{
	assert_int_equal(pmap_check(f->m), bad);
	f->violations += bad;
}

static void
check_finds_a_tlb_entry_the_table_does_not_allow(void **state)
{
	struct fixture *f = *state;
	struct tlb_entry *e, good;

	enter(f->pmap, VA, 3, VM_PROT_READ);
	load(VA);
	e = tlb_find(&curcpu()->tlb, VA);
	good = *e;
	e->prot = RW;
	check_finds(f, 1);
	*e = good;
	e->modify = 1;
	check_finds(f, 1);
	*e = good;
	e->frame = 4;
	check_finds(f, 1);
	*e = good;
	e->generation++;
	check_finds(f, 1);
	*e = good;
	e->vpn += curcpu()->tlb.sets;
	check_finds(f, 1);
	*e = good;
	check_finds(f, 0);
}

static void
check_finds_a_reference_bit_cleared_behind_a_tlb(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, VM_PROT_READ);
	load(VA);
	*pmap_walk(f->pmap, VA) &= ~PTE_REFERENCED;
	check_finds(f, 1);
	tlb_flush(&curcpu()->tlb);
}

static void
check_finds_a_translation_the_reverse_map_does_not_know(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, RW);
	frame_of(f->m, page(3))->pv.va += PAGE_SIZE;
	/* The table's word is not in the list; the list's word is not valid. */
	check_finds(f, 2);
	frame_of(f->m, page(3))->pv.va -= PAGE_SIZE;
}

static void
check_finds_a_translation_listed_twice(void **state)
{
	struct fixture *f = *state;
	struct frame *frame = frame_of(f->m, page(3));
	struct pv_entry twice = { f->pmap, VA, NULL };

	enter(f->pmap, VA, 3, RW);
	frame->pv.next = &twice;
	check_finds(f, 1);
	frame->pv.next = NULL;
}

static void
check_finds_a_wrong_resident_count(void **state)
{
	struct fixture *f = *state;

	f->pmap->resident_count++;
	check_finds(f, 1);
	f->pmap->resident_count--;
}

static void
check_finds_a_mapped_frame_that_is_free(void **state)
{
	struct fixture *f = *state;

	enter(f->pmap, VA, 3, RW);
	frame_of(f->m, page(3))->in_use = FALSE;
	check_finds(f, 1);
	frame_of(f->m, page(3))->in_use = TRUE;
}

/* --- Everything at random against a model -------------------------------- */

#define MODEL_PMAPS 3
#define MODEL_PAGES 24
#define MODEL_STEP  ((vm_offset_t)0x123 << PAGE_SHIFT) /* over many leaves */

struct model {
	struct pmap *pmap[MODEL_PMAPS];
	int frame[MODEL_PMAPS][MODEL_PAGES]; /* -1: none */
	vm_prot_t prot[MODEL_PMAPS][MODEL_PAGES];
	boolean_t modified[FRAMES];
	uint64_t word[FRAMES];
};

static void
model_cut(struct model *model, unsigned p, unsigned i, vm_prot_t prot)
{
	if (prot == VM_PROT_NONE)
		model->frame[p][i] = -1;
	model->prot[p][i] &= prot;
}

static void
model_range(struct model *model, unsigned p, unsigned i, unsigned n,
    vm_prot_t prot)
{
	vm_offset_t va = VA + i * MODEL_STEP;

	if (prot == VM_PROT_NONE)
		pmap_remove(model->pmap[p], va, va + n * MODEL_STEP);
	else
		pmap_protect(model->pmap[p], va, va + n * MODEL_STEP, prot);
	for (unsigned k = i; k < i + n; k++)
		model_cut(model, p, k, prot);
}

static void
model_page(struct fixture *f, struct model *model, unsigned frame,
    vm_prot_t prot)
{
	pmap_page_protect(f->m, page(frame), prot);
	for (unsigned p = 0; p < MODEL_PMAPS; p++)
		for (unsigned i = 0; i < MODEL_PAGES; i++)
			if (model->frame[p][i] == (int)frame)
				model_cut(model, p, i, prot);
}

static void
model_access(struct model *model, unsigned p, unsigned i, uint64_t value)
{
	vm_offset_t va = VA + i * MODEL_STEP;
	int frame = model->frame[p][i];
	uint64_t found;

	if (curcpu()->pmap != model->pmap[p])
		cpu_switch(curcpu(), model->pmap[p], NULL);
	if (frame >= 0 && (model->prot[p][i] & VM_PROT_WRITE) != 0) {
		assert_int_equal(cpu_store(va, value), KERN_SUCCESS);
		model->word[frame] = value;
		model->modified[frame] = TRUE;
	} else {
		assert_int_not_equal(cpu_store(va, value), KERN_SUCCESS);
	}
	if (frame >= 0 && (model->prot[p][i] & VM_PROT_READ) != 0) {
		assert_int_equal(cpu_load(va, &found), KERN_SUCCESS);
		assert_int_equal(found, model->word[frame]);
	} else {
		assert_int_not_equal(cpu_load(va, &found), KERN_SUCCESS);
	}
}

static void
model_step(struct fixture *f, struct model *model, unsigned short rng[3])
{
	unsigned p = (unsigned)nrand48(rng) % MODEL_PMAPS;
	unsigned i = (unsigned)nrand48(rng) % MODEL_PAGES;
	unsigned n = 1 + (unsigned)nrand48(rng) % (MODEL_PAGES - i);
	unsigned frame = (unsigned)nrand48(rng) % FRAMES;

	switch (nrand48(rng) % 10) {
	case 0:
		model_range(model, p, i, n, VM_PROT_NONE);
		break;
	case 1:
		model_range(model, p, i, n, VM_PROT_READ);
		break;
	case 2:
		model_page(f, model, frame, VM_PROT_NONE);
		break;
	case 3:
		model_page(f, model, frame, VM_PROT_READ);
		break;
	case 4:
		assert_int_equal(pmap_is_modified(f->m, page(frame)),
		    model->modified[frame]);
		pmap_clear_modify(f->m, page(frame));
		model->modified[frame] = FALSE;
		break;
	case 5:
	case 6:
	case 7:
		model->frame[p][i] = (int)frame;
		model->prot[p][i] = (vm_prot_t)(nrand48(rng) & VM_PROT_ALL);
		enter(model->pmap[p], VA + i * MODEL_STEP, frame,
		    model->prot[p][i]);
		break;
	default:
		model_access(model, p, i, (uint64_t)nrand48(rng));
	}
}

static void
everything_at_random_agrees_with_a_model(void **state)
{
	struct fixture *f = *state;
	struct model model;
	unsigned short rng[3] = { 1, 2, 3 };

	memset(&model, 0, sizeof(model));
	memset(model.frame, 0xff, sizeof(model.frame));
	model.pmap[0] = f->pmap;
	for (unsigned p = 1; p < MODEL_PMAPS; p++)
		model.pmap[p] = pmap_create(f->m);
	for (unsigned i = 0; i < 50000; i++) {
		model_step(f, &model, rng);
		if (i % 1000 == 0)
			assert_int_equal(pmap_check(f->m), 0);
	}
	cpu_switch(curcpu(), f->pmap, f->pmap);
	for (unsigned p = 1; p < MODEL_PMAPS; p++)
		pmap_destroy(model.pmap[p]);
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
		TEST(a_word_is_found_by_walking_once),
		TEST(an_access_touches_the_aligned_word),
		TEST(a_fault_is_told_where_and_what),
		TEST(a_refusal_is_handed_on),
		TEST(no_address_space_has_no_addresses),
		TEST(a_switch_forgets_the_other_space),
		TEST(a_full_tlb_forgets_and_walks_again),
		TEST(an_epoch_that_wraps_revives_nothing),
		TEST(a_frame_freed_while_mapped_is_a_violation),
		TEST(a_frame_freed_or_given_out_twice_is_a_violation),
		TEST(a_frame_has_a_new_generation_when_it_is_freed),
		TEST(check_finds_a_tlb_entry_the_table_does_not_allow),
		TEST(check_finds_a_reference_bit_cleared_behind_a_tlb),
		TEST(check_finds_a_translation_the_reverse_map_does_not_know),
		TEST(check_finds_a_translation_listed_twice),
		TEST(check_finds_a_wrong_resident_count),
		TEST(check_finds_a_mapped_frame_that_is_free),
		TEST(everything_at_random_agrees_with_a_model),
	};

	return cmocka_run_group_tests_name("pmap", tests, NULL, NULL);
}
