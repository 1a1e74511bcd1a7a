/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a user's load and store do, what frames tell, and that the pmap oracle
 * sees each wrong that is planted for it.
 */
#include "tests/pmap_fixture.h"

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
a_page_is_in_the_tlb_once(void **state)
{
	struct fixture *f = *state;
	struct tlb *tlb = &curcpu()->tlb;
	unsigned times = 0;

	enter(f->pmap, VA, 3, VM_PROT_READ);
	load(VA);
	enter(f->pmap, VA, 3, RW);
	store(VA, 1);
	for (unsigned i = 0; i < tlb->sets * tlb->ways; i++)
		times += tlb->entries[i].epoch == tlb->epoch;
	assert_int_equal(times, 1);
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

#define TEST(fact)                                                             \
	cmocka_unit_test_setup_teardown(fact, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_word_is_found_by_walking_once),
		TEST(an_access_touches_the_aligned_word),
		TEST(a_fault_is_told_where_and_what),
		TEST(a_refusal_is_handed_on),
		TEST(no_address_space_has_no_addresses),
		TEST(a_switch_forgets_the_other_space),
		TEST(a_page_is_in_the_tlb_once),
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
	};

	return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
