/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pagers and allocations that fail: what is refused is refused cleanly, what
 * could not be written is not lost while somebody may still want it, and
 * nothing leaks.
 */
#include "tests/core/scene.h"

/* What the pagers say, if it is not OK. */
static struct {
	int get, put;
} say;

static int
say_pager(const struct vm_trouble *trouble, enum vm_pager_call call)
{
	(void)trouble;
	return call == VM_PAGER_GET ? say.get : say.put;
}

static boolean_t
say_allocation(const struct vm_trouble *trouble)
{
	(void)trouble;
	return FALSE;
}

static const struct vm_trouble say_trouble = { say_pager, say_allocation };

static void
trouble(struct vm *vm, int get, int put)
{
	say.get = get;
	say.put = put;
	vm->config.trouble = &say_trouble;
}

static struct disk_fate
disk_fails(const struct disk_trouble *disk, const struct disk_request *request,
    boolean_t awaited)
{
	(void)disk, (void)request, (void)awaited;
	return (struct disk_fate){ .fails = TRUE };
}

static const struct disk_trouble failing_disk = { disk_fails };

static void
a_read_that_fails_refuses_the_access(void **state)
{
	FIXTURE;
	static const int results[] = { VM_PAGER_ERROR, VM_PAGER_BAD };
	struct vmspace *s = space_up(vm);
	uint64_t word;

	map(vm, s, HERE, 1, RW, MAP_PRIVATE_, &fx->file);
	for (unsigned i = 0; i < 2; i++) {
		trouble(vm, results[i], VM_PAGER_OK);
		assert_int_not_equal(cpu_load(HERE, &word), KERN_SUCCESS);
		assert_int_not_equal(cpu_store(HERE, 1), KERN_SUCCESS);
		assert_int_equal(vm_check(vm), 0);
	}
	trouble(vm, VM_PAGER_OK, VM_PAGER_OK);
	assert_int_equal(load(HERE), 1ul << 32 | 1);
	assert_int_equal(stats(vm).failed_pageins, 2); /* BAD is no failure */
	space_down(vm, s);
}

static void
a_disk_that_fails_refuses_the_access(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	uint64_t word;

	map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	fx->machine->disk_trouble = &failing_disk;
	assert_int_not_equal(cpu_load(HERE, &word), KERN_SUCCESS);
	fx->machine->disk_trouble = NULL;
	assert_int_equal(load(HERE), 1ul << 32 | 1);
	space_down(vm, s);
}

static void
what_cannot_be_written_stays_dirty(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	uint64_t word = 0;

	map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	store(HERE, 7);
	trouble(vm, VM_PAGER_OK, VM_PAGER_ERROR);
	assert_int_equal(OPS->msync(vm, s, HERE, PAGE_SIZE), KERN_FAILURE);
	trouble(vm, VM_PAGER_OK, VM_PAGER_FAIL);
	assert_int_equal(OPS->msync(vm, s, HERE, PAGE_SIZE), KERN_FAILURE);
	trouble(vm, VM_PAGER_OK, VM_PAGER_OK);
	assert_int_equal(OPS->msync(vm, s, HERE, PAGE_SIZE), KERN_SUCCESS);
	assert_int_equal(
	    pread(fx->file.fd, &word, sizeof(word), 0), sizeof(word));
	assert_int_equal(word, 7);
	assert_int_equal(stats(vm).failed_pageouts, 2);
	assert_int_equal(stats(vm).lost_pages, 0);
	space_down(vm, s);
}

static void
what_ends_unwritten_is_counted_as_lost(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);

	map(vm, s, HERE, 2, RW, MAP_SHARED_, &fx->file);
	store(HERE, 7);
	(void)load(HERE + PAGE_SIZE);
	trouble(vm, VM_PAGER_OK, VM_PAGER_ERROR);
	assert_int_equal(OPS->munmap(vm, s, HERE, ptoa(2)), KERN_SUCCESS);
	assert_int_equal(stats(vm).lost_pages, 1);
	trouble(vm, VM_PAGER_OK, VM_PAGER_OK);
	space_down(vm, s);
}

static void
a_page_that_cannot_go_to_swap_is_kept(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_object_t object;
	vm_page_t m;

	map(vm, s, HERE, 1, RW, MAP_PRIVATE_ | MAP_ANON_, NULL);
	store(HERE, 7);
	object = s->vm_map.header.next->object;
	m = page_at(vm, object, 0);
	trouble(vm, VM_PAGER_OK, VM_PAGER_FAIL);
	deactivate(vm, object, m);
	pageout(vm, m, TRUE);
	assert_ptr_equal(page_at(vm, object, 0), m);
	assert_int_equal(load(HERE), 7);
	assert_int_equal(vm_check(vm), 0);
	trouble(vm, VM_PAGER_OK, VM_PAGER_OK);
	space_down(vm, s);
}

/* The copy's pager is asked with the map let go. */
static void
a_page_whose_copy_is_in_swap_can_be_written(void **state)
{
	FIXTURE;
	struct vmspace *s = space_up(vm);
	vm_object_t copy;
	vm_page_t m;

	map(vm, s, HERE, 1, RW, MAP_SHARED_, &fx->file);
	map(vm, s, THERE, 1, RW, MAP_COPY_, &fx->file);
	store(HERE, 7);
	copy = s->vm_map.header.prev->object;
	m = page_at(vm, copy, 0);
	assert_non_null(m);
	deactivate(vm, copy, m);
	pageout(vm, m, TRUE);
	deactivate(vm, copy, m);
	pageout(vm, m, TRUE);
	assert_null(page_at(vm, copy, 0));
	/* Unmapped, and found again by a reader. */
	assert_int_equal(OPS->msync(vm, s, HERE, PAGE_SIZE), KERN_SUCCESS);
	assert_int_equal(load(HERE), 7);
	store(HERE, 8);
	assert_int_equal(load(HERE), 8);
	assert_int_equal(load(THERE), 1ul << 32 | 1);
	space_down(vm, s);
}

/* --- Allocations -------------------------------------------------------- */

/* As much as it takes to allocate more than 200 times, whatever is refused. */
static void
scene_part(struct fixture *fx, struct vmspace *s, unsigned round)
{
	static const int flags[] = { MAP_PRIVATE_ | MAP_ANON_, MAP_SHARED_,
		MAP_PRIVATE_, MAP_COPY_ };
	struct vm *vm = fx->vm;
	vm_offset_t at = HERE + ptoa(16 * (round % 4));
	struct vnode *file = flags[round % 4] & MAP_ANON_ ? NULL : &fx->file;
	struct vmspace *child;
	uint64_t word;

	(void)OPS->mmap(
	    vm, s, &at, ptoa(4), RW, flags[round % 4] | MAP_FIXED_, file, 0);
	(void)cpu_store(at, round);
	(void)OPS->mprotect(vm, s, at + PAGE_SIZE, PAGE_SIZE, VM_PROT_READ);
	(void)OPS->wire(vm, s, at, PAGE_SIZE, TRUE);
	(void)OPS->inherit(vm, s, at + ptoa(2), PAGE_SIZE, VM_INHERIT_SHARE);
	(void)OPS->brk(vm, s, THERE, THERE + ptoa(2));
	child = OPS->vmspace_fork(vm, s);
	(void)cpu_store(at, round + 1);
	if (child != NULL) {
		OPS->vmspace_activate(vm, child);
		(void)cpu_store(at, round + 2);
		(void)cpu_load(at + ptoa(2), &word);
		(void)OPS->exec(vm, &child);
		OPS->vmspace_activate(vm, s);
		OPS->vmspace_free(vm, child);
	}
	(void)OPS->munmap(vm, s, at + PAGE_SIZE, PAGE_SIZE);
	(void)OPS->wire(vm, s, at, PAGE_SIZE, FALSE);
	at += ptoa(8);
	(void)OPS->move(vm, s, at - ptoa(8), PAGE_SIZE, &at, ptoa(2));
	(void)OPS->forget(vm, s, HERE + ptoa(3), PAGE_SIZE);
	(void)OPS->brk(vm, s, THERE + ptoa(2), THERE);
}

/* Returns how many allocations failed. */
static unsigned long
scene_with_failure(unsigned long n)
{
	struct vm_config config = { .swap_path = fixture_swap(),
		.fail_allocation = n };
	unsigned long failed;
	struct fixture *fx;
	struct vmspace *s;
	void *state = NULL;

	assert_int_equal(fixture_up_with(&state, &config), 0);
	fx = state;
	s = OPS->vmspace_alloc(fx->vm);
	if (s != NULL) {
		OPS->vmspace_activate(fx->vm, s);
		for (unsigned round = 0; round < 16; round++)
			scene_part(fx, s, round);
		space_down(fx->vm, s);
	}
	failed = stats(fx->vm).failed_allocations;
	assert_int_equal(fixture_down(&state), 0);
	return failed;
}

static void
each_of_the_first_200_allocations_may_fail(void **state)
{
	(void)state;
	for (unsigned long n = 1; n <= 200; n++)
		assert_int_equal(scene_with_failure(n), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FACT(a_read_that_fails_refuses_the_access),
		FACT(a_disk_that_fails_refuses_the_access),
		FACT(what_cannot_be_written_stays_dirty),
		FACT(what_ends_unwritten_is_counted_as_lost),
		FACT(a_page_that_cannot_go_to_swap_is_kept),
		FACT(a_page_whose_copy_is_in_swap_can_be_written),
		cmocka_unit_test(each_of_the_first_200_allocations_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
