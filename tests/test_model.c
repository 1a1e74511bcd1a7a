/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory model's own logic: what is right passes, and every kind of wrong
 * value that it is there to find is planted here and found.
 */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <string.h>

#include "stress/model.h"

#define BASE  ((vm_offset_t)0x400000)
#define PAGES 16
#define FILES 8 /* first writer: 9 */

/* A machine that is always right, unless a test says otherwise. */
struct program {
	struct model_space *space;
	struct model_view view;
	char why[MODEL_WHY];
};

static struct program *
program_create(unsigned writer, boolean_t crowd)
{
	struct program *program = test_calloc(1, sizeof(*program));

	program->space = model_space_create(crowd);
	model_view_init(&program->view, writer, FILES + 1, 1, NULL);
	return program;
}

static void
program_free(struct program *program)
{
	model_space_free(program->space);
	model_view_fini(&program->view);
	test_free(program);
}

static struct program *
program_fork(struct program *parent, unsigned writer)
{
	struct program *child = test_calloc(1, sizeof(*child));

	child->space = model_space_create(FALSE);
	model_view_init(&child->view, writer, FILES + 1, 1, &parent->view);
	model_fork(child->space, parent->space);
	return child;
}

/* Another thread of the same space. */
static struct program *
program_thread(struct program *first, unsigned writer)
{
	struct program *other = test_calloc(1, sizeof(*other));

	other->space = first->space;
	model_space_reference(other->space);
	model_view_init(&other->view, writer, FILES + 1, 1, NULL);
	return other;
}

static vm_offset_t
page_address(unsigned page)
{
	return BASE + page * PAGE_SIZE;
}

static void
map(struct program *program, void *backing, boolean_t shared)
{
	struct region region = {
		.start = BASE,
		.end = BASE + PAGES * PAGE_SIZE,
		.backing = backing,
		.prot = VM_PROT_READ | VM_PROT_WRITE,
		.shared = shared,
	};

	model_map(program->space, region);
}

static uint64_t
store(struct program *program, unsigned page)
{
	struct model_write write;

	model_write_begin(
	    &write, program->space, &program->view, page_address(page));
	assert_true(model_write_end(
	    &write, program->space, &program->view, TRUE, program->why));
	return write.tag;
}

static boolean_t
reads(struct program *program, unsigned page, uint64_t found)
{
	return model_read(program->space, &program->view, page_address(page),
	    found, program->why);
}

/* --- Private memory ----------------------------------------------------- */

static void
private_memory_reads_as_last_written(void **state)
{
	struct program *a = program_create(9, FALSE);

	(void)state;
	map(a, NULL, FALSE);
	assert_true(reads(a, 0, 0));
	uint64_t first = store(a, 0), second = store(a, 0);

	assert_true(reads(a, 0, second));
	assert_false(reads(a, 0, first));
	assert_non_null(strstr(a->why, "expected"));
	assert_non_null(strstr(a->why, "writer 9 store 2"));
	assert_false(reads(a, 0, 0));
	assert_false(reads(a, 1, first));
	program_free(a);
}

static void
a_fork_keeps_both_sides_apart(void **state)
{
	struct program *a = program_create(9, FALSE);

	(void)state;
	map(a, NULL, FALSE);
	uint64_t before = store(a, 3);
	struct program *b = program_fork(a, 10);

	assert_true(reads(b, 3, before));
	uint64_t child = store(b, 3);

	assert_true(reads(a, 3, before));
	assert_false(reads(a, 3, child));
	uint64_t parent = store(a, 3);

	assert_true(reads(b, 3, child));
	assert_false(reads(b, 3, parent));
	assert_false(reads(b, 3, before));
	program_free(a);
	assert_true(reads(b, 3, child));
	program_free(b);
}

static void
forgotten_memory_reads_as_zero(void **state)
{
	struct program *a = program_create(9, FALSE);

	(void)state;
	map(a, NULL, FALSE);
	uint64_t value = store(a, 2);

	model_forget(a->space, page_address(2), PAGE_SIZE);
	assert_true(reads(a, 2, 0));
	assert_false(reads(a, 2, value));
	value = store(a, 2);
	map(a, NULL, FALSE);
	assert_false(reads(a, 2, value));
	program_free(a);
}

static void
a_moved_mapping_takes_its_contents_along(void **state)
{
	struct program *a = program_create(9, FALSE);
	vm_offset_t to = BASE + 64 * PAGE_SIZE;

	(void)state;
	map(a, NULL, FALSE);
	uint64_t value = store(a, 1), last = store(a, PAGES - 1);

	assert_true(
	    model_move(a->space, BASE, PAGES * PAGE_SIZE, to, 4 * PAGE_SIZE));
	assert_false(reads(a, 1, value));
	assert_true(
	    model_read(a->space, &a->view, to + PAGE_SIZE, value, a->why));
	assert_false(
	    model_read(a->space, &a->view, to + 15 * PAGE_SIZE, last, a->why));
	assert_true(
	    model_move(a->space, to, 4 * PAGE_SIZE, to, PAGES * PAGE_SIZE));
	assert_true(
	    model_read(a->space, &a->view, to + PAGE_SIZE, value, a->why));
	assert_true(
	    model_read(a->space, &a->view, to + 15 * PAGE_SIZE, 0, a->why));
	program_free(a);
}

static void
what_should_be_refused_is_wrong_when_it_succeeds(void **state)
{
	struct program *a = program_create(9, FALSE);
	struct model_write write;

	(void)state;
	assert_false(reads(a, 0, 0));
	map(a, NULL, FALSE);
	model_protect(a->space, BASE, PAGE_SIZE, VM_PROT_READ);
	assert_true(reads(a, 0, 0));
	model_write_begin(&write, a->space, &a->view, BASE);
	assert_false(model_write_end(&write, a->space, &a->view, TRUE, a->why));
	model_write_begin(&write, a->space, &a->view, BASE);
	assert_true(model_write_end(&write, a->space, &a->view, FALSE, a->why));
	model_unmap(a->space, BASE, PAGES * PAGE_SIZE);
	assert_false(reads(a, 0, 0));
	program_free(a);
}

/* --- Files -------------------------------------------------------------- */

static const unsigned char all_tagged[PAGES / 8] = { 0xff, 0x7f };

static void
a_private_file_page_is_the_files_until_written(void **state)
{
	struct model_object *file = model_object_file(3, PAGES, all_tagged);
	struct program *a = program_create(9, FALSE);

	(void)state;
	map(a, file, FALSE);
	assert_true(reads(a, 4, model_file_value(3, 4)));
	assert_false(reads(a, 4, model_file_value(3, 5)));
	assert_false(reads(a, 4, model_file_value(2, 4)));
	assert_false(reads(a, 4, 0));
	assert_non_null(strstr(a->why, "file 3 page 4"));
	assert_true(reads(a, 15, 0));
	uint64_t value = store(a, 4);

	assert_true(reads(a, 4, value));
	assert_false(reads(a, 4, model_file_value(3, 4)));
	program_free(a);
	model_object_free(file);
}

static void
a_private_store_does_not_show_in_the_file(void **state)
{
	struct model_object *file = model_object_file(3, PAGES, all_tagged);
	struct program *a = program_create(9, FALSE);
	struct program *b = program_create(10, FALSE);

	(void)state;
	map(a, file, FALSE);
	map(b, file, TRUE);
	assert_false(reads(b, 0, store(a, 0)));
	assert_true(reads(b, 0, model_file_value(3, 0)));
	program_free(a);
	program_free(b);
	model_object_free(file);
}

static void
a_shared_store_shows_and_never_goes_back(void **state)
{
	struct model_object *file = model_object_file(3, PAGES, all_tagged);
	struct program *a = program_create(9, FALSE);
	struct program *b = program_create(10, FALSE);
	struct program *c = program_create(11, FALSE);

	(void)state;
	map(a, file, TRUE);
	map(b, file, TRUE);
	map(c, file, FALSE);
	uint64_t first = store(a, 7), second = store(a, 7);

	/* The only writer knows; others may be late, but not go back. */
	assert_false(reads(a, 7, first));
	assert_true(reads(b, 7, model_file_value(3, 7)));
	assert_true(reads(b, 7, first));
	assert_false(reads(b, 7, model_file_value(3, 7)));
	assert_true(reads(b, 7, second));
	assert_false(reads(b, 7, first));
	assert_false(reads(b, 7, second + 1));
	assert_false(reads(b, 7, 0));
	assert_true(reads(c, 7, first));
	/* A second writer: either may be last, in its own order. */
	uint64_t other = store(b, 7);

	assert_true(reads(a, 7, other));
	assert_true(reads(a, 7, second));
	assert_false(reads(a, 7, first));
	program_free(a);
	program_free(b);
	program_free(c);
	model_object_free(file);
}

static void
history_ends_with_the_writers_of_a_round(void **state)
{
	struct model_object *file = model_object_file(3, PAGES, all_tagged);
	struct program *a = program_create(9, FALSE);
	struct program *b = program_create(10, FALSE);

	(void)state;
	map(a, file, TRUE);
	map(b, file, TRUE);
	uint64_t early = store(a, 0), late = store(a, 0), other = store(b, 0);

	program_free(a);
	program_free(b);
	model_object_settle(file);
	a = program_create(12, FALSE);
	b = program_create(13, FALSE);
	map(a, file, TRUE);
	map(b, file, TRUE);
	assert_false(reads(a, 0, early));
	assert_false(reads(a, 0, model_file_value(3, 0)));
	assert_true(reads(a, 1, model_file_value(3, 1)));
	assert_true(reads(a, 0, late));
	/* Nobody has written since: it cannot change. */
	assert_false(reads(a, 0, other));
	assert_true(reads(b, 0, other));
	uint64_t now = store(b, 0);

	assert_true(reads(a, 0, now));
	assert_false(reads(a, 0, late));
	assert_false(reads(b, 0, late));
	program_free(a);
	program_free(b);
	model_object_free(file);
}

static void
shared_memory_is_shared_across_a_fork(void **state)
{
	struct model_object *memory = model_object_memory(PAGES);
	struct program *a = program_create(9, FALSE);

	(void)state;
	map(a, memory, TRUE);
	assert_true(reads(a, 0, 0));
	uint64_t first = store(a, 0);
	struct program *b = program_fork(a, 10);

	assert_true(reads(b, 0, first));
	uint64_t second = store(b, 0);

	assert_true(reads(a, 0, second));
	assert_false(reads(b, 0, 0));
	program_free(a);
	program_free(b);
	model_object_free(memory);
}

/* --- Crowds ------------------------------------------------------------- */

static void
threads_see_each_others_stores_in_order(void **state)
{
	struct program *a = program_create(9, TRUE);
	struct program *b = program_thread(a, 10);

	(void)state;
	map(a, NULL, FALSE);
	uint64_t first = store(a, 0), second = store(a, 0);

	assert_false(reads(a, 0, first));
	assert_true(reads(b, 0, second));
	assert_false(reads(b, 0, first));
	uint64_t other = store(b, 0);

	assert_true(reads(a, 0, second));
	assert_true(reads(a, 0, other));
	assert_false(reads(a, 0, 0));
	program_free(b);
	program_free(a);
}

static void
a_fork_of_a_crowd_is_one_of_its_last_stores(void **state)
{
	struct program *a = program_create(9, TRUE);
	struct program *b = program_thread(a, 10);

	(void)state;
	map(a, NULL, FALSE);
	uint64_t early = store(a, 0), late = store(a, 0), other = store(b, 0);
	uint64_t alone = store(a, 1);
	struct program *child = program_fork(a, 11);

	assert_false(reads(child, 0, early));
	assert_false(reads(child, 0, 0));
	assert_true(reads(child, 0, other));
	assert_false(reads(child, 0, late));
	assert_true(reads(child, 1, alone));
	assert_false(reads(child, 1, 0));
	assert_false(reads(child, 0, store(a, 0)));
	uint64_t own = store(child, 0);

	assert_true(reads(child, 0, own));
	assert_false(reads(child, 0, other));
	program_free(child);
	program_free(b);
	program_free(a);
}

static void
a_store_that_was_refused_never_shows(void **state)
{
	struct program *a = program_create(9, TRUE);
	struct model_write write;

	(void)state;
	map(a, NULL, FALSE);
	model_write_begin(&write, a->space, &a->view, BASE);
	assert_true(model_write_end(&write, a->space, &a->view, FALSE, a->why));
	assert_true(reads(a, 0, 0));
	assert_false(reads(a, 0, write.tag));
	program_free(a);
}

/* --- The sample --------------------------------------------------------- */

static void
the_sample_is_of_readable_pages(void **state)
{
	struct program *a = program_create(9, FALSE);
	vm_offset_t address;
	unsigned readable = 0;

	(void)state;
	map(a, NULL, FALSE);
	for (unsigned i = 0; i < 4000; i++)
		store(a, i % PAGES);
	assert_int_equal(model_sampled(&a->view), MODEL_SAMPLE);
	model_unmap(a->space, BASE, PAGES / 2 * PAGE_SIZE);
	for (unsigned i = 0; i < MODEL_SAMPLE; i++)
		if (model_sample(&a->view, a->space, i, &address)) {
			assert_true(address >= page_address(PAGES / 2));
			readable++;
		}
	assert_in_range(readable, MODEL_SAMPLE / 4, 3 * MODEL_SAMPLE / 4);
	model_view_clear(&a->view);
	assert_int_equal(model_sampled(&a->view), 0);
	program_free(a);
}

/* --- The layout --------------------------------------------------------- */

static void
regions_split_and_join(void **state)
{
	struct layout layout = { 0 };
	struct region region = {
		.start = BASE,
		.end = BASE + 8 * PAGE_SIZE,
		.prot = VM_PROT_READ,
	};

	(void)state;
	layout_map(&layout, region);
	layout_protect(
	    &layout, BASE + PAGE_SIZE, BASE + 2 * PAGE_SIZE, VM_PROT_NONE);
	assert_int_equal(layout.count, 3);
	layout_protect(
	    &layout, BASE + PAGE_SIZE, BASE + 2 * PAGE_SIZE, VM_PROT_READ);
	assert_int_equal(layout.count, 1);
	layout_unmap(&layout, BASE + 2 * PAGE_SIZE, BASE + 3 * PAGE_SIZE);
	assert_int_equal(layout.count, 2);
	assert_null(layout_find(&layout, BASE + 2 * PAGE_SIZE));
	assert_non_null(layout_find(&layout, BASE + 3 * PAGE_SIZE));
	assert_false(layout_move(&layout, BASE, 4 * PAGE_SIZE,
	    BASE + 16 * PAGE_SIZE, 4 * PAGE_SIZE));
	region.backing = &region;
	region.offset = 5 * PAGE_SIZE;
	layout_map(&layout, region);
	assert_int_equal(layout.count, 1);
	layout_unmap(&layout, BASE + 2 * PAGE_SIZE, BASE + 3 * PAGE_SIZE);
	assert_int_equal(
	    layout_find(&layout, BASE + 4 * PAGE_SIZE)->offset, 8 * PAGE_SIZE);
	layout_fini(&layout);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(private_memory_reads_as_last_written),
		cmocka_unit_test(a_fork_keeps_both_sides_apart),
		cmocka_unit_test(forgotten_memory_reads_as_zero),
		cmocka_unit_test(a_moved_mapping_takes_its_contents_along),
		cmocka_unit_test(
		    what_should_be_refused_is_wrong_when_it_succeeds),
		cmocka_unit_test(
		    a_private_file_page_is_the_files_until_written),
		cmocka_unit_test(a_private_store_does_not_show_in_the_file),
		cmocka_unit_test(a_shared_store_shows_and_never_goes_back),
		cmocka_unit_test(history_ends_with_the_writers_of_a_round),
		cmocka_unit_test(shared_memory_is_shared_across_a_fork),
		cmocka_unit_test(threads_see_each_others_stores_in_order),
		cmocka_unit_test(a_fork_of_a_crowd_is_one_of_its_last_stores),
		cmocka_unit_test(a_store_that_was_refused_never_shows),
		cmocka_unit_test(the_sample_is_of_readable_pages),
		cmocka_unit_test(regions_split_and_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
