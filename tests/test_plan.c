/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of a trace before it is replayed. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include "stress/plan_build.h"
#include "stress/trace.h"

#define PAGE(n) ((vm_offset_t)0x400000 + (n)*PAGE_SIZE)
#define RW      (VM_PROT_READ | VM_PROT_WRITE)

static void
add(struct plan_builder *b, unsigned task, enum plan_kind kind, unsigned page,
    unsigned pages)
{
	struct plan_input input = {
		.task = task,
		.kind = kind,
		.address = PAGE(page),
		.size = pages * PAGE_SIZE,
		.prot = RW,
		.number = PLAN_NONE,
	};

	plan_builder_add(b, &input);
}

static void
map_file(struct plan_builder *b, unsigned task, unsigned page, unsigned pages,
    unsigned file, unsigned at, boolean_t shared)
{
	struct plan_input input = {
		.task = task,
		.kind = PLAN_MAP,
		.address = PAGE(page),
		.size = pages * PAGE_SIZE,
		.other = at * PAGE_SIZE,
		.prot = RW,
		.shared = shared,
		.number = file,
	};

	plan_builder_add(b, &input);
}

static void
child(struct plan_builder *b, unsigned task, enum plan_kind kind,
    unsigned number, boolean_t waits)
{
	struct plan_input input = {
		.task = task,
		.kind = kind,
		.number = number,
		.waits = waits,
	};

	plan_builder_add(b, &input);
}

static const struct plan_event *
event(const struct plan *plan, unsigned task, unsigned i)
{
	assert_true(i < plan->tasks[task].count);
	return &plan->events[plan->tasks[task].first + i];
}

static void
assert_event(const struct plan *plan, unsigned task, unsigned i,
    enum plan_kind kind, unsigned page, unsigned pages)
{
	const struct plan_event *e = event(plan, task, i);

	assert_int_equal(e->kind, kind);
	assert_int_equal(e->address, PAGE(page));
	assert_int_equal(e->size, pages * PAGE_SIZE);
}

/* --- Pieces ------------------------------------------------------------- */

static void
a_call_over_holes_becomes_one_for_each_run(void **state)
{
	struct plan_builder *b = plan_builder_create("test", 1, 0);
	struct plan *plan;

	(void)state;
	plan_builder_root(b, 0);
	add(b, 0, PLAN_MAP, 0, 4);
	add(b, 0, PLAN_MAP, 8, 4);
	add(b, 0, PLAN_PROTECT, 2, 8);
	add(b, 0, PLAN_UNMAP, 3, 20);
	add(b, 0, PLAN_UNMAP, 100, 1);
	plan = plan_builder_finish(b);
	assert_int_equal(plan->tasks[0].count, 7);
	assert_event(plan, 0, 2, PLAN_PROTECT, 2, 2);
	assert_event(plan, 0, 3, PLAN_PROTECT, 8, 2);
	assert_event(plan, 0, 4, PLAN_UNMAP, 3, 1);
	assert_event(plan, 0, 5, PLAN_UNMAP, 8, 4);
	assert_int_equal(event(plan, 0, 6)->kind, PLAN_EXIT);
	plan_free(plan);
}

static void
advice_is_taken_by_what_is_mapped(void **state)
{
	struct plan_builder *b = plan_builder_create("test", 1, 2);
	struct plan *plan;

	(void)state;
	plan_builder_root(b, 0);
	add(b, 0, PLAN_MAP, 0, 4);
	map_file(b, 0, 4, 4, 0, 10, FALSE);
	map_file(b, 0, 8, 4, 1, 0, TRUE);
	add(b, 0, PLAN_FORGET, 1, 10);
	add(b, 0, PLAN_SYNC, 1, 10);
	plan = plan_builder_finish(b);
	assert_int_equal(plan->tasks[0].count, 7);
	assert_event(plan, 0, 3, PLAN_FORGET, 1, 3);
	assert_event(plan, 0, 4, PLAN_MAP, 4, 4);
	assert_int_equal(event(plan, 0, 4)->number, 0);
	assert_int_equal(event(plan, 0, 4)->other, 10 * PAGE_SIZE);
	assert_event(plan, 0, 5, PLAN_SYNC, 8, 3);
	plan_free(plan);
}

/* --- Files and memory --------------------------------------------------- */

static void
touched_pages_of_files_are_known(void **state)
{
	struct plan_builder *b = plan_builder_create("test", 1, 1);
	struct plan *plan;

	(void)state;
	plan_builder_root(b, 0);
	plan_builder_file(b, 0, 100);
	map_file(b, 0, 0, 900, 0, 0, FALSE);
	add(b, 0, PLAN_LOAD, 0, 1);
	add(b, 0, PLAN_LOAD, 0, 1);
	add(b, 0, PLAN_STORE, 600, 1);
	add(b, 0, PLAN_LOAD, 1000, 1);
	plan = plan_builder_finish(b);
	assert_int_equal(plan->file_pages, 2);
	assert_int_equal(plan->private_pages, 1);
	assert_int_equal(plan->files[0].size, 601 * PAGE_SIZE);
	assert_true(plan->files[0].tagged[0] & 1);
	assert_true(plan->files[0].tagged[600 / 8] & 1u << 600 % 8);
	assert_false(plan->files[0].tagged[0] & 2);
	plan_free(plan);
}

static void
the_peak_is_of_those_that_live(void **state)
{
	struct plan_builder *b = plan_builder_create("test", 3, 0);
	struct plan *plan;

	(void)state;
	plan_builder_root(b, 0);
	for (unsigned i = 1; i < 3; i++) {
		child(b, 0, PLAN_FORK, i, FALSE);
		add(b, i, PLAN_MAP, 0, 8);
		for (unsigned page = 0; page < 8; page++)
			add(b, i, PLAN_STORE, page, 1);
		add(b, i, PLAN_EXIT, 0, 0);
	}
	plan = plan_builder_finish(b);
	assert_int_equal(plan->private_pages, 16);
	assert_int_equal(plan->private_peak, 8);
	assert_int_equal(plan->live_peak, 2);
	plan_free(plan);
}

static void
what_no_task_did_is_counted(void **state)
{
	struct plan_builder *b = plan_builder_create("test", 3, 0);
	struct plan *plan;

	(void)state;
	plan_builder_root(b, 0);
	add(b, 1, PLAN_LOAD, 0, 1);
	add(b, 9, PLAN_LOAD, 0, 1);
	add(b, 0, PLAN_EXIT, 0, 0);
	add(b, 0, PLAN_LOAD, 0, 1);
	plan = plan_builder_finish(b);
	assert_int_equal(plan->unreplayed[UNREPLAYED_odd_task], 3);
	assert_int_equal(plan->tasks[0].count, 1);
	assert_int_equal(plan->tasks[1].count, 0);
	assert_int_equal(plan->tasks[0].parent, PLAN_NONE);
	assert_int_not_equal(plan->tasks[1].parent, PLAN_NONE);
	plan_free(plan);
}

/* --- What a trace cannot say -------------------------------------------- */

#define LINES_MOST 16

/* The plan of these events, of one task and a file of one page. */
static struct plan *
plan_of(const char *const *lines)
{
	struct trace_file file = { PAGE_SIZE, (char *)"file" };
	struct trace_event events[LINES_MOST];
	struct trace trace = { .files = &file,
		.file_count = 1,
		.task_count = 1,
		.events = events };

	for (; *lines != NULL; lines++) {
		assert_true(trace.event_count < LINES_MOST);
		assert_true(trace_parse(*lines, &events[trace.event_count++]));
	}
	return plan_of_trace(&trace);
}

static unsigned long
refusals(const struct plan *plan)
{
	unsigned long sum = 0;

	for (unsigned i = 0; i < UNREPLAYED_REASONS; i++)
		sum += plan->foreseen[i] + plan->unreplayed[i];
	return sum;
}

static void
what_the_mappings_forbid_is_foreseen(void **state)
{
	struct plan *plan = plan_of((const char *const[]){ "m 0 10000 4000 3 p",
	    "p 0 12000 1000 1", "w 0 10000", "w 0 12000", "r 0 12000",
	    "r 0 20000", "w 0 20000", "u 0 30000 1000", NULL });

	(void)state;
	assert_int_equal(plan->foreseen[UNREPLAYED_no_mapping], 2);
	assert_int_equal(plan->foreseen[UNREPLAYED_protection], 1);
	assert_int_equal(refusals(plan), 3);
	/* What is refused is tried all the same, but touches no page. */
	assert_int_equal(plan->private_pages, 2);
	plan_free(plan);
}

/* Nothing changes, and the VM is not asked for what no kernel would do. */
static void
calls_that_cannot_have_been_are_left_out(void **state)
{
	struct plan *plan = plan_of((const char *const[]){ "m 0 10000 2000 3 p",
	    "m 0 12000 1000 3 s 0 0", "m 0 14000 1000 3 p",
	    "R 0 30000 1000 10000 1000" /* of nothing */,
	    "R 0 10000 3000 40000 3000" /* of two mappings */,
	    "R 0 12000 3000 40000 3000" /* of a hole */,
	    "R 0 10000 2000 11000 2000" /* onto itself */,
	    "R 0 12000 1000 12000 3000" /* over its neighbour */,
	    "R 0 10000 1000 0 1000" /* to nowhere */,
	    "b 0 13800 15000" /* into a mapping */, "w 0 10000", "w 0 12000",
	    "w 0 14000", NULL });

	(void)state;
	assert_int_equal(plan->unreplayed[UNREPLAYED_change_unmapped], 3);
	assert_int_equal(plan->unreplayed[UNREPLAYED_change_refused], 4);
	assert_int_equal(refusals(plan), 7);
	assert_int_equal(plan->tasks[0].count, 7);
	plan_free(plan);
}

static void
what_can_be_written_or_executed_can_be_read(void **state)
{
	struct plan *plan = plan_of((const char *const[]){ "m 0 10000 1000 2 p",
	    "m 0 20000 1000 4 p", "m 0 30000 1000 0 p", "m 0 40000 1000 3 p",
	    "r 0 10000", "r 0 20000", "p 0 40000 1000 4", "r 0 40000",
	    "r 0 30000", "w 0 20000", NULL });

	(void)state;
	assert_int_equal(plan->foreseen[UNREPLAYED_protection], 2);
	assert_int_equal(refusals(plan), 2);
	assert_int_equal(event(plan, 0, 0)->prot, VM_PROT_READ | VM_PROT_WRITE);
	assert_int_equal(
	    event(plan, 0, 1)->prot, VM_PROT_READ | VM_PROT_EXECUTE);
	assert_int_equal(event(plan, 0, 2)->prot, VM_PROT_NONE);
	plan_free(plan);
}

/* A page at the end of the longest file would need a gigabyte of bits. */
static void
a_page_too_far_out_in_a_file_is_left_out(void **state)
{
	struct plan *plan = plan_of((const char *const[]){
	    "m 0 10000 1000 3 s 0 7ffffffff000", "r 0 10000",
	    "m 0 20000 1000 3 s 0 1000", "r 0 20000", "m 0 0 1000 3 p", NULL });

	(void)state;
	assert_int_equal(plan->unreplayed[UNREPLAYED_not_modelled], 2);
	assert_int_equal(refusals(plan), 2);
	assert_in_range(plan->files[0].pages, 2, 1024);
	plan_free(plan);
}

/* --- Order -------------------------------------------------------------- */

static void
faults_wait_for_the_changes_before_them(void **state)
{
	struct plan_builder *b = plan_builder_create("test", 2, 0);
	struct plan *plan;
	const struct plan_space *space;

	(void)state;
	plan_builder_root(b, 0);
	add(b, 0, PLAN_MAP, 0, 4);         /* 0: change 0 */
	child(b, 0, PLAN_SHARE, 1, FALSE); /* 1: change 1 */
	add(b, 0, PLAN_STORE, 0, 1);       /* 2 */
	add(b, 1, PLAN_STORE, 1, 1);       /* 3 */
	add(b, 1, PLAN_UNMAP, 1, 1);       /* 4: change 2 */
	add(b, 0, PLAN_STORE, 0, 1);       /* 5 */
	plan = plan_builder_finish(b);     /* 6, 7: exits */
	space = &plan->spaces[plan->tasks[0].space];
	assert_int_equal(plan->tasks[1].space, plan->tasks[0].space);
	assert_int_equal(space->members, 2);
	assert_true(space->crowd);
	assert_int_equal(space->turns, 5);
	assert_int_equal(event(plan, 0, 2)->turn, 2);
	assert_int_equal(event(plan, 1, 0)->turn, 2);
	assert_int_equal(event(plan, 1, 1)->turn, 2);
	assert_int_equal(event(plan, 0, 3)->turn, 3);
	assert_int_equal(plan->before[space->before + 0], 0);
	assert_int_equal(plan->before[space->before + 1], 1);
	assert_int_equal(plan->before[space->before + 2], 4);
	assert_int_equal(plan->before[space->before + 3], 6);
	assert_int_equal(plan->before[space->before + 4], 7);
	plan_free(plan);
}

static void
a_vfork_child_moves_out_when_it_execs(void **state)
{
	struct plan_builder *b = plan_builder_create("test", 2, 0);
	struct plan *plan;

	(void)state;
	plan_builder_root(b, 0);
	child(b, 0, PLAN_SHARE, 1, TRUE);
	add(b, 1, PLAN_EXEC, 0, 0);
	add(b, 1, PLAN_MAP, 0, 1);
	plan = plan_builder_finish(b);
	assert_int_equal(plan->spaces[0].members, 2);
	assert_false(plan->spaces[0].crowd);
	assert_int_equal(plan->space_count, 2);
	assert_int_equal(event(plan, 1, 0)->number, 1);
	assert_int_equal(plan->spaces[1].members, 1);
	assert_int_equal(plan->spaces[1].turns, 0);
	plan_free(plan);
}

static void
a_fork_waits_for_children_that_had_ended(void **state)
{
	struct plan_builder *b = plan_builder_create("test", 5, 0);
	struct plan *plan;
	const struct plan_task *task;

	(void)state;
	plan_builder_root(b, 0);
	child(b, 0, PLAN_FORK, 1, FALSE);
	child(b, 0, PLAN_FORK, 2, FALSE);
	add(b, 2, PLAN_EXIT, 0, 0);
	child(b, 0, PLAN_FORK, 3, FALSE);
	add(b, 3, PLAN_EXIT, 0, 0);
	add(b, 1, PLAN_EXIT, 0, 0);
	child(b, 0, PLAN_FORK, 4, FALSE);
	plan = plan_builder_finish(b);
	task = &plan->tasks[0];
	assert_int_equal(task->child_count, 4);
	assert_int_equal(plan->children[task->children + 0], 2);
	assert_int_equal(plan->children[task->children + 1], 3);
	assert_int_equal(plan->children[task->children + 2], 1);
	assert_int_equal(plan->ended[task->forks + 0], 0);
	assert_int_equal(plan->ended[task->forks + 1], 0);
	assert_int_equal(plan->ended[task->forks + 2], 1);
	assert_int_equal(plan->ended[task->forks + 3], 3);
	plan_free(plan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_over_holes_becomes_one_for_each_run),
		cmocka_unit_test(advice_is_taken_by_what_is_mapped),
		cmocka_unit_test(touched_pages_of_files_are_known),
		cmocka_unit_test(the_peak_is_of_those_that_live),
		cmocka_unit_test(what_no_task_did_is_counted),
		cmocka_unit_test(what_the_mappings_forbid_is_foreseen),
		cmocka_unit_test(calls_that_cannot_have_been_are_left_out),
		cmocka_unit_test(what_can_be_written_or_executed_can_be_read),
		cmocka_unit_test(a_page_too_far_out_in_a_file_is_left_out),
		cmocka_unit_test(faults_wait_for_the_changes_before_them),
		cmocka_unit_test(a_vfork_child_moves_out_when_it_execs),
		cmocka_unit_test(a_fork_waits_for_children_that_had_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
