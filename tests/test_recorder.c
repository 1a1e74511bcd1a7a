/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What becomes of perf's lines: from what the kernel says that it did, the
 * trace of a program.
 */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <string.h>

#include "stress/record_parse.h"

static struct trace *
recorded(const char *const *lines)
{
	struct recorder *recorder = recorder_create();

	for (; *lines != NULL; lines++)
		recorder_line(recorder, *lines);
	return recorder_finish(recorder, "prog");
}

#define LINE(text)  "7 1.0: " text
#define CHILD(text) "8 1.0: " text
/* The kernel's order: the stack first. */
#define IMAGE                                                                  \
	LINE("PERF_RECORD_MMAP2 7/7: [0x7ffd00000000(0x21000) @ 0 00:00 "      \
	     "0 0]: rw-p [stack]"),                                            \
	    LINE("PERF_RECORD_MMAP2 7/7: [0x400000(0x2000) @ 0x1000 fe:00 5 "  \
		 "0]: r-xp /nowhere/dir/prog"),                                \
	    LINE("sched:sched_process_exec: filename=/nowhere/dir/prog pid=7 " \
		 "old_pid=7")

static void
an_exec_is_followed_by_its_image(void **state)
{
	struct trace *trace = recorded((const char *const[]){ IMAGE, NULL });

	(void)state;
	assert_int_equal(trace->event_count, 3);
	assert_int_equal(trace->events[0].op, TRACE_EXEC);
	assert_int_equal(trace->events[2].address, 0x400000);
	assert_int_equal(trace->events[2].other, 0x1000);
	assert_string_equal(trace->files[0].name, "prog");
	/* all the room that a stack may grow into */
	assert_int_equal(trace->events[1].size, 8 << 20);
	assert_int_equal(
	    trace->events[1].address + trace->events[1].size, 0x7ffd00021000);
	trace_close(trace);
}

static void
only_calls_that_succeed_are_kept(void **state)
{
	struct trace *trace = recorded((const char *const[]){ IMAGE,
	    LINE("syscalls:sys_enter_munmap: addr: 0x400000, len: 0x1000"),
	    LINE("syscalls:sys_exit_munmap: 0xffffffffffffffea"),
	    LINE("syscalls:sys_enter_munmap: addr: 0x400000, len: 0x10"),
	    LINE("syscalls:sys_exit_munmap: 0x0"), NULL });

	(void)state;
	assert_int_equal(trace->event_count, 4);
	assert_int_equal(trace->events[3].op, TRACE_MUNMAP);
	assert_int_equal(trace->events[3].size, PAGE_SIZE);
	trace_close(trace);
}

static void
an_mmap_has_the_call_s_range_and_the_record_s_file(void **state)
{
	struct trace *trace = recorded((const char *const[]){ IMAGE,
	    LINE("syscalls:sys_enter_mmap: addr: 0x00000000, len: 0x00001800, "
		 "prot: 0x00000001, flags: 0x00000002, fd: 0x00000003, off: "
		 "0x00003000"),
	    LINE("PERF_RECORD_MMAP2 7/7: [0x500000(0x9000) @ 0x3000 fe:00 6 "
		 "0]: r--p /nowhere/data"),
	    LINE("syscalls:sys_exit_mmap: 0x500000"), NULL });

	(void)state;
	assert_int_equal(trace->event_count, 4);
	assert_int_equal(trace->events[3].size, 0x2000);
	assert_int_equal(trace->events[3].other, 0x3000);
	assert_string_equal(trace->files[trace->events[3].file].name, "data");
	trace_close(trace);
}

static void
brk_is_known_by_the_one_before(void **state)
{
	struct trace *trace = recorded((const char *const[]){ IMAGE,
	    LINE("syscalls:sys_enter_brk: brk: 0x00000000"),
	    LINE("syscalls:sys_exit_brk: 0x900000"),
	    LINE("syscalls:sys_enter_brk: brk: 0x921000"),
	    LINE("syscalls:sys_exit_brk: 0x921000"), NULL });

	(void)state;
	assert_int_equal(trace->event_count, 4);
	assert_int_equal(trace->events[3].address, 0x900000);
	assert_int_equal(trace->events[3].other, 0x921000);
	trace_close(trace);
}

static void
clone_flags_tell_fork_vfork_and_thread_apart(void **state)
{
	struct trace *trace = recorded((const char *const[]){ IMAGE,
	    LINE("task:task_newtask: pid=8 comm=a b clone_flags=1200000 "
		 "oom_score_adj=0"),
	    LINE("task:task_newtask: pid=9 comm=x clone_flags=4100 "
		 "oom_score_adj=0"),
	    LINE("task:task_newtask: pid=10 comm=x clone_flags=3d0f00 "
		 "oom_score_adj=0"),
	    CHILD("exceptions:page_fault_user: address=0x400010 ip=0x400010 "
		  "error_code=0x14"),
	    CHILD("exceptions:page_fault_user: address=0x7ffd00020ff8 "
		  "ip=0x400010 error_code=0x7"),
	    CHILD("sched:sched_process_exit: comm=a b pid=8 prio=120"), NULL });
	const struct trace_event *e = &trace->events[3];

	(void)state;
	assert_int_equal(trace->task_count, 4);
	assert_int_equal(e[0].op, TRACE_FORK);
	assert_int_equal(e[1].op, TRACE_VFORK);
	assert_int_equal(e[2].op, TRACE_THREAD);
	assert_int_equal(e[3].op, TRACE_LOAD);
	assert_int_equal(e[3].task, 1);
	assert_int_equal(e[4].op, TRACE_STORE);
	assert_int_equal(e[5].op, TRACE_EXIT);
	trace_close(trace);
}

static void
what_perf_lost_is_counted(void **state)
{
	struct trace *trace = recorded((const char *const[]){
	    IMAGE, LINE("PERF_RECORD_LOST lost 12"), NULL });

	(void)state;
	assert_int_equal(trace->skip_count, 1);
	assert_int_equal(trace->skips[0].count, 12);
	trace_close(trace);
}

/* --- Threads -------------------------------------------------------------- */

#define THREAD                                                                 \
	LINE("task:task_newtask: pid=8 comm=x clone_flags=3d0f00 "             \
	     "oom_score_adj=0")

/* Whichever thread moves it. */
static void
threads_have_one_heap(void **state)
{
	struct trace *trace = recorded((const char *const[]){ IMAGE,
	    LINE("syscalls:sys_enter_brk: brk: 0x00000000"),
	    LINE("syscalls:sys_exit_brk: 0x900000"), THREAD,
	    CHILD("syscalls:sys_enter_brk: brk: 0x921000"),
	    CHILD("syscalls:sys_exit_brk: 0x921000"),
	    LINE("syscalls:sys_enter_brk: brk: 0x942000"),
	    LINE("syscalls:sys_exit_brk: 0x942000"),
	    CHILD("sched:sched_process_exit: comm=x pid=8 prio=120"), NULL });
	const struct trace_event *e = &trace->events[3];

	(void)state;
	assert_int_equal(trace->event_count, 7);
	assert_int_equal(e[1].op, TRACE_BRK);
	assert_int_equal(e[1].address, 0x900000);
	assert_int_equal(e[2].op, TRACE_BRK);
	assert_int_equal(e[2].address, 0x921000);
	assert_int_equal(e[2].other, 0x942000);
	trace_close(trace);
}

/* A child's heap starts where its parent's was, and goes its own way. */
static void
processes_have_a_heap_each(void **state)
{
	struct trace *trace = recorded((const char *const[]){ IMAGE,
	    LINE("syscalls:sys_enter_brk: brk: 0x00000000"),
	    LINE("syscalls:sys_exit_brk: 0x900000"),
	    LINE("task:task_newtask: pid=8 comm=x clone_flags=1200000 "
		 "oom_score_adj=0"),
	    CHILD("syscalls:sys_enter_brk: brk: 0x921000"),
	    CHILD("syscalls:sys_exit_brk: 0x921000"),
	    LINE("syscalls:sys_enter_brk: brk: 0x911000"),
	    LINE("syscalls:sys_exit_brk: 0x911000"), NULL });
	const struct trace_event *e = &trace->events[3];

	(void)state;
	assert_int_equal(trace->event_count, 6);
	assert_int_equal(e[1].address, 0x900000);
	assert_int_equal(e[2].address, 0x900000);
	trace_close(trace);
}

/* The second thread is given the range before the first one's munmap is left:
 * told the other way round, what it mapped would be gone. */
static void
a_range_is_free_once_its_munmap_is_entered(void **state)
{
	struct trace *trace = recorded((const char *const[]){ IMAGE, THREAD,
	    LINE("syscalls:sys_enter_munmap: addr: 0x500000, len: 0x1000"),
	    CHILD("syscalls:sys_enter_mmap: addr: 0x00000000, len: 0x00001000, "
		  "prot: 0x00000003, flags: 0x00000022, fd: 0xffffffff, off: "
		  "0x00000000"),
	    CHILD("syscalls:sys_exit_mmap: 0x500000"),
	    LINE("syscalls:sys_exit_munmap: 0x0"), NULL });
	const struct trace_event *e = &trace->events[4];

	(void)state;
	assert_int_equal(trace->event_count, 6);
	assert_int_equal(e[0].op, TRACE_MUNMAP);
	assert_int_equal(e[1].op, TRACE_MMAP);
	trace_close(trace);
}

/* --- Odd words ------------------------------------------------------------ */

static void
names_cannot_pass_for_events(void **state)
{
	struct trace *trace = recorded((const char *const[]){ IMAGE,
	    LINE("task:task_newtask: pid=8 comm= clone_flags=f00 "
		 "clone_flags=1200000 oom_score_adj=0"),
	    CHILD("sched:sched_process_exec: filename=/tmp/PERF_RECORD_MMAP2 "
		  "old_pid=7 pid=8 old_pid=8"),
	    "7 sched:sched_process_exit: comm=x",
	    "page_fault_user: address=0x1 ip=0x1 error_code=0x1", NULL });

	(void)state;
	assert_int_equal(trace->event_count, 5);
	assert_int_equal(trace->events[3].op, TRACE_FORK);
	assert_int_equal(trace->events[4].op, TRACE_EXEC);
	assert_int_equal(trace->events[4].task, 1);
	assert_int_equal(trace->skip_count, 0);
	trace_close(trace);
}

/* Whatever a file is called. */
static void
names_are_good_for_a_line(void **state)
{
	struct trace *trace = recorded((const char *const[]){
	    LINE("PERF_RECORD_MMAP2 7/7: [0x400000(0x2000) @ 0 fe:00 5 0]: "
		 "r-xp /nowhere/a\tb"),
	    LINE("PERF_RECORD_MMAP2 7/7: [0x500000(0x2000) @ 0 fe:00 6 0]: "
		 "r-xp /memfd:/"),
	    LINE("sched:sched_process_exec: filename=x pid=7 old_pid=7"),
	    NULL });

	(void)state;
	assert_int_equal(trace->file_count, 2);
	assert_string_equal(trace->files[0].name, "a?b");
	assert_string_equal(trace->files[1].name, "unnamed");
	trace_close(trace);
}

/* Inside a container the kernel's tracepoints count otherwise than perf. */
static void
children_are_known_by_perf_s_number(void **state)
{
	struct trace *trace = recorded(
	    (const char *const[]){ IMAGE, LINE("PERF_RECORD_FORK(8:8):(7:7)"),
		LINE("task:task_newtask: pid=70008 comm=x clone_flags=1200000 "
		     "oom_score_adj=0"),
		CHILD("sched:sched_process_exit: comm=x pid=70008 prio=120"),
		NULL });

	(void)state;
	assert_int_equal(trace->event_count, 5);
	assert_int_equal(trace->events[4].op, TRACE_EXIT);
	assert_int_equal(trace->events[4].task, 1);
	trace_close(trace);
}

/* --- What is not recorded ------------------------------------------------- */

static void
assert_skipped(const struct trace *trace, const char *reason)
{
	for (unsigned i = 0; i < trace->skip_count; i++)
		if (strstr(trace->skips[i].reason, reason) != NULL) {
			assert_int_equal(trace->skips[i].count, 1);
			return;
		}
	fail_msg("not counted: %s", reason);
}

static void
what_is_left_out_is_counted_by_its_reason(void **state)
{
	struct trace *trace = recorded((const char *const[]){ IMAGE,
	    CHILD("exceptions:page_fault_user: address=0x400010 ip=0x400010 "
		  "error_code=0x14"),
	    LINE("exceptions:page_fault_user: address=0xffffffff81000000 "
		 "ip=0x400010 error_code=0x4"),
	    LINE("PERF_RECORD_MMAP2 7/7: [0x700000(0x2000) @ 0 00:01 9 0]: "
		 "rw-s /SYSV00000000 (deleted)"),
	    LINE("syscalls:sys_enter_mremap: addr: 0x00400000, old_len: "
		 "0x00000000, new_len: 0x00001000, flags: 0x00000001, "
		 "new_addr: 0x00000000"),
	    LINE("syscalls:sys_exit_mremap: 0x800000"),
	    LINE("syscalls:sys_enter_brk: brk: 0x921000"),
	    LINE("syscalls:sys_exit_brk: 0x921000"), NULL });

	(void)state;
	assert_int_equal(trace->event_count, 3);
	assert_int_equal(trace->skip_count, 5);
	assert_skipped(trace, "birth was not recorded");
	assert_skipped(trace, "outside the user's addresses");
	assert_skipped(trace, "shmat");
	assert_skipped(trace, "mremap that duplicates");
	assert_skipped(trace, "heap whose end is not known");
	trace_close(trace);
}

/* What ran before the program did is not of it. */
static void
nothing_is_recorded_before_the_first_exec(void **state)
{
	struct trace *trace = recorded((const char *const[]){
	    LINE("exceptions:page_fault_user: address=0x400010 ip=0x400010 "
		 "error_code=0x14"),
	    LINE("PERF_RECORD_MMAP2 7/7: [0x700000(0x2000) @ 0 00:00 0 0]: "
		 "rw-p //anon"),
	    LINE("syscalls:sys_exit_munmap: 0x0"), IMAGE, NULL });

	(void)state;
	assert_int_equal(trace->event_count, 3);
	assert_int_equal(trace->skip_count, 0);
	trace_close(trace);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exec_is_followed_by_its_image),
		cmocka_unit_test(only_calls_that_succeed_are_kept),
		cmocka_unit_test(
		    an_mmap_has_the_call_s_range_and_the_record_s_file),
		cmocka_unit_test(brk_is_known_by_the_one_before),
		cmocka_unit_test(clone_flags_tell_fork_vfork_and_thread_apart),
		cmocka_unit_test(what_perf_lost_is_counted),
		cmocka_unit_test(threads_have_one_heap),
		cmocka_unit_test(processes_have_a_heap_each),
		cmocka_unit_test(a_range_is_free_once_its_munmap_is_entered),
		cmocka_unit_test(names_cannot_pass_for_events),
		cmocka_unit_test(names_are_good_for_a_line),
		cmocka_unit_test(children_are_known_by_perf_s_number),
		cmocka_unit_test(what_is_left_out_is_counted_by_its_reason),
		cmocka_unit_test(nothing_is_recorded_before_the_first_exec),
	};

	return cmocka_run_group_tests_name("recorder", tests, NULL, NULL);
}
