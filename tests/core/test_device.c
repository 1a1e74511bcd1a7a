/* SPDX-License-Identifier: BSD-2-Clause */
/* A device's memory, mapped. */
#include "tests/core/spaces.h"

static void
what_is_stored_in_a_device_outlives_its_mappings(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, DEVICE_PAGES, RW, MAP_SHARED_, &fx->device);
	assert_int_equal(load(HERE), 0);
	store(HERE + PAGE_SIZE, 7);
	space_down(vm, s);
	assert_null(fx->device.v_vmdata);
	assert_int_equal(stats(vm).pageouts, 0); /* nowhere to write it to */

	s = space_up(vm);
	map(vm, s, THERE, DEVICE_PAGES, RW, MAP_SHARED_, &fx->device);
	assert_int_equal(load(THERE + PAGE_SIZE), 7);
	space_down(vm, s);
}

static void
all_who_map_a_device_see_one_memory(void **state)
{
	FIXTURE;
	struct vmspace *a = space_up(vm), *child, *b;
	unsigned objects;

	map(vm, a, HERE, DEVICE_PAGES, RW, MAP_SHARED_, &fx->device);
	objects = stats(vm).object_count;
	child = fork_into(vm, a);
	store(HERE, 1);
	b = space_up(vm);
	map(vm, b, THERE, DEVICE_PAGES, RW, MAP_SHARED_, &fx->device);
	assert_int_equal(stats(vm).object_count, objects);
	assert_int_equal(load(THERE), 1);
	store(THERE, 2);
	exit_to(vm, b, child);
	exit_to(vm, child, a);
	assert_int_equal(load(HERE), 2);
	space_down(vm, a);
}

static void
a_device_is_mapped_shared_and_within_its_size(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_offset_t addr = HERE;

	assert_int_equal(OPS->mmap(vm, s, &addr, PAGE_SIZE, RW, MAP_PRIVATE_,
			     &fx->device, 0),
	    KERN_INVALID_ARGUMENT);
	assert_int_equal(OPS->mmap(vm, s, &addr, ptoa(DEVICE_PAGES), RW,
			     MAP_SHARED_, &fx->device, PAGE_SIZE),
	    KERN_INVALID_ARGUMENT);
	assert_null(fx->device.v_vmdata);
	space_down(vm, s);
}

static void
wiring_a_device_costs_no_frame(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	unsigned free_count = stats(vm).free_count;

	map(vm, s, HERE, DEVICE_PAGES, RW, MAP_SHARED_, &fx->device);
	wire(vm, s, HERE, DEVICE_PAGES, TRUE);
	store(HERE, 3);
	assert_int_equal(stats(vm).wire_count, 0);
	assert_int_equal(stats(vm).free_count, free_count);
	wire(vm, s, HERE, DEVICE_PAGES, FALSE);
	assert_int_equal(load(HERE), 3);
	assert_int_equal(
	    OPS->msync(vm, s, HERE, ptoa(DEVICE_PAGES)), KERN_SUCCESS);
	space_down(vm, s);
}

/* All of memory is reclaimed around it. */
static void
a_device_is_never_paged_out(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_offset_t pa;
	vm_prot_t prot;

	map(vm, s, HERE, DEVICE_PAGES, RW, MAP_SHARED_, &fx->device);
	map(vm, s, THERE, 2 * FIXTURE_FRAMES, RW, MAP_PRIVATE_ | MAP_ANON_,
	    NULL);
	store(HERE, 4);
	for (unsigned i = 0; i < 2 * FIXTURE_FRAMES; i++)
		store(THERE + ptoa(i), i);
	assert_true(stats(vm).pageouts > 0);
	assert_true(pmap_extract_ok(s->vm_map.pmap, HERE, &pa, &prot));
	assert_int_equal(pa, fx->device.pa);
	assert_int_equal(load(HERE), 4);
	space_down(vm, s);
}

/* A put is the one thing its pager cannot do. */
static jmp_buf panicked;

static void
caught(const char *what)
{
	(void)what;
	longjmp(panicked, 1);
}

static void
its_pager_has_all_pages_and_writes_none(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_object_t object;
	vm_page_t m;

	map(vm, s, HERE, DEVICE_PAGES, RW, MAP_SHARED_, &fx->device);
	object = vm_object_lookup(vm, fx->device.v_vmdata);
	assert_non_null(object);
	m = page_at(vm, object, PAGE_SIZE);
	assert_non_null(m);
	assert_true(vm_pager_has_page(vm, object->pager, PAGE_SIZE));
	assert_false(vm_pager_has_page(vm, object->pager, ptoa(DEVICE_PAGES)));
	assert_int_equal(vm_pager_get(vm, object->pager, m), VM_PAGER_BAD);
	vm->machine->on_panic = caught;
	if (setjmp(panicked) == 0) {
		vm_pager_put(vm, object->pager, m, TRUE);
		fail_msg("expected a panic");
	}
	vm->machine->on_panic = NULL;
	vm_object_deallocate(vm, object);
	space_down(vm, s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FACT(what_is_stored_in_a_device_outlives_its_mappings),
		FACT(all_who_map_a_device_see_one_memory),
		FACT(a_device_is_mapped_shared_and_within_its_size),
		FACT(wiring_a_device_costs_no_frame),
		FACT(a_device_is_never_paged_out),
		FACT(its_pager_has_all_pages_and_writes_none),
	};

	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
