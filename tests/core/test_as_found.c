/* SPDX-License-Identifier: BSD-2-Clause */
/* Exhibits that one thread shows: no lock stands between the two parties. */
#include "tests/core/scene.h"

#define ELSEWHERE ((vm_offset_t)0x30000000)
#define FILE_WORD (1ul << 32 | 1) /* what the file's first page begins with */

static vm_object_t source; /* of the scene */

/* --- A: the cache -------------------------------------------------------- */

static void
victim_goes(struct fixture *fx)
{
	OPS->file_uncache(fx->vm, &fx->file);
	lk_retire_barrier(&fx->vm->lk);
}

static boolean_t
trim_while_its_victim_goes(struct fixture *fx)
{
	struct vm *vm = fx->vm;

	vm_object_deallocate(vm, file_object(fx));
	vm->vm_cache_max = 0;
	act_at(fx, POINT_trim_picked, victim_goes);
	vm_object_cache_trim(vm);
	assert_true(stage.acted);
	return FALSE;
}

static boolean_t
trim_of_what_has_no_pager(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	vm_object_t o = vm_object_allocate(vm, ptoa(1));

	o->flags |= OBJ_CANPERSIST;
	vm_object_deallocate(vm, o);
	vm->vm_cache_max = 0;
	vm_object_cache_trim(vm);
	return FALSE;
}

/* Another program copies the file while it is called internal. */
static void
copy_while_lent(struct fixture *fx)
{
	struct vmspace *s = curcpu()->space;

	map(fx->vm, s, THERE, 1, RW, MAP_COPY_, &fx->file);
}

static boolean_t
copy_during_a_private_mapping(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	struct vmspace *s = space_up(vm);
	boolean_t shows;

	source = file_object(fx);
	map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	act_at(fx, POINT_copy_made, copy_while_lent);
	map(vm, s, ELSEWHERE, 1, RW, MAP_PRIVATE_, &fx->file);
	stage.armed = FALSE;
	if (!stage.acted) /* a private mapping copies nothing */
		copy_while_lent(fx);
	store(HERE, 5);
	shows = load(THERE) == 5;
	space_down(vm, s);
	vm_object_deallocate(vm, source);
	return shows;
}

/* --- C: cleaning --------------------------------------------------------- */

static int puts_done;

static void
detach_nothing(struct vm *vm, vm_pager_t pager)
{
	(void)vm, (void)pager;
}

static int
put_after_five_errors(
    struct vm *vm, vm_pager_t pager, vm_page_t m, boolean_t sync)
{
	(void)vm, (void)pager, (void)m, (void)sync;
	return ++puts_done <= 5 ? VM_PAGER_ERROR : VM_PAGER_OK;
}

/* Each page of this pager begins with its number there. */
static int
get_number(struct vm *vm, vm_pager_t pager, vm_page_t m)
{
	uint64_t number = atop(m->offset + m->object->paging_offset);

	(void)pager;
	memcpy(frame_bytes(vm->machine, VM_PAGE_TO_PHYS(m)), &number,
	    sizeof(number));
	return VM_PAGER_OK;
}

static const struct vm_pager_ops odd_pager = {
	.getpage = get_number,
	.putpage = put_after_five_errors,
	.detach = detach_nothing,
};

static boolean_t
cleaning_what_cannot_be_written(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	vm_object_t o = vm_object_allocate(vm, ptoa(1));

	vm_object_setpager(vm, o, vm_pager_make(vm, &odd_pager, 0), 0);
	page_put(vm, o, 0, 1);
	vm_object_lock(o);
	(void)vm_object_page_clean(vm, o, 0, 0, FALSE);
	vm_object_unlock(o);
	vm_object_deallocate(vm, o);
	return puts_done > 1;
}

static void
user_stores(struct fixture *fx)
{
	(void)fx;
	store(HERE, 77);
}

/* A program has the file's first page, clean, and will store to it when its
 * right to do so is about to go. */
static struct vmspace *
page_of_a_program(struct fixture *fx, enum vm_point at)
{
	struct vmspace *s = space_up(fx->vm);

	source = file_object(fx);
	map(fx->vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	assert_int_equal(load(HERE), FILE_WORD);
	act_at(fx, at, user_stores);
	return s;
}

static boolean_t
store_is_lost(struct fixture *fx, struct vmspace *s)
{
	boolean_t lost;

	assert_true(stage.acted);
	lost = load(HERE) != 77;
	space_down(fx->vm, s);
	vm_object_deallocate(fx->vm, source);
	return lost;
}

/* Clean and remove, as msync did for what is not to stay. */
static boolean_t
cleaning_while_a_program_stores(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	struct vmspace *s = page_of_a_program(fx, POINT_clean_tested);

	vm_object_lock(source);
	assert_true(vm_object_page_clean(vm, source, 0, PAGE_SIZE, FALSE));
	vm_object_page_remove(vm, source, 0, PAGE_SIZE);
	vm_object_unlock(source);
	return store_is_lost(fx, s);
}

static boolean_t
pageout_while_a_program_stores(struct fixture *fx)
{
	struct vmspace *s = page_of_a_program(fx, POINT_pageout_checked);
	vm_page_t m = page_at(fx->vm, source, 0);

	deactivate(fx->vm, source, m);
	pageout(fx->vm, m, TRUE);
	return store_is_lost(fx, s);
}

/* --- D: copies ----------------------------------------------------------- */

/* Page 0 first, by a fault, then page 1. */
static void
user_stores_in_order(struct fixture *fx)
{
	(void)fx;
	store(HERE, 5);
	store(HERE + PAGE_SIZE, 6);
}

/* Torn: it has the later store and not the earlier one. */
static boolean_t
copy_while_a_program_stores(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	struct vmspace *s = space_up(vm);
	boolean_t torn;

	source = file_object(fx);
	map(vm, s, HERE, 2, RW, MAP_SHARED_, &fx->file);
	store(HERE + PAGE_SIZE, 1);
	act_at(fx, POINT_copy_made, user_stores_in_order);
	map(vm, s, THERE, 2, RW, MAP_COPY_, &fx->file);
	assert_true(stage.acted);
	torn = load(THERE) == FILE_WORD && load(THERE + PAGE_SIZE) == 6;
	space_down(vm, s);
	vm_object_deallocate(vm, source);
	return torn;
}

/* --- E: collapse --------------------------------------------------------- */

/* F + 1 page -> B1 + 2 pages -> B2, and only B2 has a pager. */
static boolean_t
collapsing_two_one_with_a_pager(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	vm_object_t o = vm_object_allocate(vm, ptoa(8));
	vm_offset_t offset = ptoa(2);
	uint64_t number;
	vm_page_t m;

	vm_object_setpager(vm, o, vm_pager_make(vm, &odd_pager, 0), 0);
	assert_int_equal(vm_object_shadow(vm, &o, &offset, ptoa(6)), 0);
	offset = ptoa(1);
	assert_int_equal(vm_object_shadow(vm, &o, &offset, ptoa(5)), 0);
	vm_object_lock(o);
	vm_object_collapse(vm, o);
	assert_null(o->shadow);
	m = vm_page_alloc(vm, o, 0);
	vm_object_unlock(o);
	assert_int_equal(vm_pager_get(vm, o->pager, m), VM_PAGER_OK);
	number = page_word(vm, m);
	vm_object_lock(o);
	vm_fault_release_page(vm, m);
	vm_object_unlock(o);
	vm_object_deallocate(vm, o);
	return number != 3;
}

static boolean_t
bypass_of_a_page_at_the_very_end(struct fixture *fx)
{
	struct vm *vm = fx->vm;
	vm_object_t o = vm_object_allocate(vm, ptoa(4)), back = o;
	vm_offset_t offset = 0;
	boolean_t missed;

	page_put(vm, back, ptoa(2), 1);
	assert_int_equal(vm_object_shadow(vm, &o, &offset, ptoa(2)), 0);
	vm_object_reference(vm, back);
	vm_object_lock(o);
	vm_object_collapse(vm, o);
	missed = o->shadow != NULL;
	vm_object_unlock(o);
	vm_object_deallocate(vm, back);
	vm_object_deallocate(vm, o);
	return missed;
}

EXHIBIT(A1, trim_while_its_victim_goes, "I'm sooo confused")
EXHIBIT(A2, trim_of_what_has_no_pager, "I'm sooo confused")
EXHIBIT(A9, copy_during_a_private_mapping, NULL)
EXHIBIT(C4, cleaning_what_cannot_be_written, NULL)
EXHIBIT(C6, cleaning_while_a_program_stores, NULL)
EXHIBIT(D3, copy_while_a_program_stores, NULL)
EXHIBIT(E2, collapsing_two_one_with_a_pager, NULL)
EXHIBIT(E8, bypass_of_a_page_at_the_very_end, NULL)
EXHIBIT(G2, pageout_while_a_program_stores, NULL)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SHOWN(A1, trim_while_its_victim_goes),
		SHOWN(A2, trim_of_what_has_no_pager),
		SHOWN(A9, copy_during_a_private_mapping),
		SHOWN(C4, cleaning_what_cannot_be_written),
		SHOWN(C6, cleaning_while_a_program_stores),
		SHOWN(D3, copy_while_a_program_stores),
		SHOWN(E2, collapsing_two_one_with_a_pager),
		SHOWN(E8, bypass_of_a_page_at_the_very_end),
		SHOWN(G2, pageout_while_a_program_stores),
	};

	return run_exhibits(
	    "as_found", tests, sizeof(tests) / sizeof(tests[0]));
}
