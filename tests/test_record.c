/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace format and what becomes of perf's lines: every event comes back as
 * it went, damage of any kind is one line and no trace, and a program recorded
 * here can be read again.  The last needs the right to trace: without it the
 * rest is tested, and the status is 77.
 */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "stress/commands.h"
#include "stress/need.h"
#include "stress/random.h"
#include "stress/record_parse.h"
#include "stress/trace.h"
#include "stress/verdict.h"

#define SEED      20261121u
#define MUTATIONS 3000

static char directory[] = "/tmp/vmrace-test-trace-XXXXXX";
static char *path;       /* of the trace under test */
static char *said;       /* of what is caught of stderr */
static boolean_t barred; /* no right to trace */

/* --- Tools ---------------------------------------------------------------- */

static void
store(const void *bytes, size_t size)
{
	FILE *out = fopen(path, "wb");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, size, out), size);
	assert_int_equal(fclose(out), 0);
}

static void
store_text(const char *text)
{
	size_t room = ZSTD_compressBound(strlen(text));
	void *packed = need_zeroed(1, room);
	size_t size = ZSTD_compress(packed, room, text, strlen(text), 1);

	assert_false(ZSTD_isError(size));
	store(packed, size);
	free(packed);
}

/* The bytes of the trace under test. */
static unsigned char *
load(size_t *size)
{
	unsigned char *bytes = need_zeroed(1, 1 << 20);
	FILE *in = fopen(path, "rb");

	assert_non_null(in);
	*size = fread(bytes, 1, 1 << 20, in);
	fclose(in);
	return bytes;
}

/* From here to release(), stderr and stdout go to a file. */
static void catch (int old[2])
{
	int fd = open(said, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	fflush(NULL);
	old[0] = dup(STDOUT_FILENO);
	old[1] = dup(STDERR_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

/* What was caught; static. */
static const char *
release(const int old[2])
{
	static char text[4096];
	FILE *in;
	size_t size;

	fflush(NULL);
	dup2(old[0], STDOUT_FILENO);
	dup2(old[1], STDERR_FILENO);
	close(old[0]);
	close(old[1]);
	in = fopen(said, "r");
	assert_non_null(in);
	size = fread(text, 1, sizeof(text) - 1, in);
	fclose(in);
	text[size] = '\0';
	return text;
}

/* There is no trace, and one line says why, with the file's name. */
static void
assert_refused(const char *why)
{
	struct trace *trace;
	const char *text;
	int old[2];

	catch (old);
	trace = trace_open(path);
	text = release(old);
	assert_null(trace);
	assert_non_null(strstr(text, path));
	assert_non_null(strstr(text, why));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void
assert_text_refused(const char *text, const char *why)
{
	store_text(text);
	assert_refused(why);
}

static struct trace *
reopened(const char *text)
{
	struct trace *trace;

	store_text(text);
	trace = trace_open(path);
	assert_non_null(trace);
	return trace;
}

static struct trace *
recorded(const char *const *lines)
{
	struct recorder *recorder = recorder_create();

	for (; *lines != NULL; lines++) {
		char *line = need_printf("%s", *lines);

		recorder_line(recorder, line);
		free(line);
	}
	return recorder_finish(recorder, "prog");
}

/* --- Round trip ----------------------------------------------------------- */

/* Every letter, every field that a letter has. */
static const char everything[] =
    "vmrace-trace 1\nprogram some prog\n"
    "file 0 1f3a8 libc.so.6\nfile 1 0 a name with spaces\n"
    "skip 3 a reason\n"
    "x 0\nm 0 400000 2000 5 p 0 1000\nm 0 7f0000000000 1000 3 s\n"
    "m 0 600000 1000 3 p\nr 0 400123\nw 0 600fff\n"
    "p 0 600000 1000 1\nb 0 700010 721010\na 0 600000 1000\n"
    "R 0 600000 1000 800000 3000\nu 0 800000 3000\n"
    "F 0 1\nV 1 2\nx 2\ne 2\nT 0 3\ne 3\ne 1\ne 0\nend 19\n";

static void
unpacked_text(char *text, size_t room)
{
	size_t size, length;
	unsigned char *packed = load(&size);

	length = ZSTD_decompress(text, room - 1, packed, size);
	assert_false(ZSTD_isError(length));
	text[length] = '\0';
	free(packed);
}

static void
what_is_written_is_what_was_read(void **state)
{
	struct trace *trace = reopened(everything);
	char text[4096];

	(void)state;
	assert_int_equal(trace->event_count, 19);
	assert_int_equal(trace->task_count, 4);
	assert_true(trace_write(trace, path));
	trace_close(trace);
	unpacked_text(text, sizeof(text));
	assert_string_equal(text, everything);
}

static void
fields_have_their_meaning(void **state)
{
	struct trace *trace = reopened(everything);
	const struct trace_event *map = &trace->events[1];

	(void)state;
	assert_string_equal(trace->program, "some prog");
	assert_string_equal(trace->files[1].name, "a name with spaces");
	assert_int_equal(trace->files[0].size, 0x1f3a8);
	assert_int_equal(trace->skips[0].count, 3);
	assert_int_equal(map->op, TRACE_MMAP);
	assert_int_equal(map->prot, VM_PROT_READ | VM_PROT_EXECUTE);
	assert_false(map->shared);
	assert_int_equal(map->file, 0);
	assert_int_equal(map->other, 0x1000);
	assert_true(trace->events[2].shared);
	assert_int_equal(trace->events[2].file, TRACE_NONE);
	trace_close(trace);
}

static void
a_write_that_fails_leaves_what_was_there(void **state)
{
	struct trace *trace = reopened(everything);
	char *nowhere = need_printf("%s/no/such/place", directory);
	boolean_t good;
	int old[2];

	(void)state;
	catch (old);
	good = trace_write(trace, nowhere);
	assert_non_null(strstr(release(old), nowhere));
	assert_false(good);
	trace_close(trace);
	free(nowhere);
}

/* --- Damage --------------------------------------------------------------- */

static void
no_file_and_no_trace_are_said(void **state)
{
	(void)state;
	unlink(path);
	assert_refused("No such file");
	store("", 0);
	assert_refused("not zstd");
	store("a text, but not packed\n", 23);
	assert_refused("not zstd");
	assert_text_refused("PNG\n", "not a vmrace trace");
}

static void
another_version_is_said(void **state)
{
	(void)state;
	assert_text_refused("vmrace-trace 2\nend 0\n", "version");
}

/* Wherever the file is cut, and wherever its text is. */
static void
a_cut_off_trace_is_said(void **state)
{
	size_t size;
	unsigned char *packed;
	char *text;

	(void)state;
	store_text(everything);
	packed = load(&size);
	for (size_t cut = 0; cut < size; cut++) {
		store(packed, cut);
		assert_refused("cut off");
	}
	free(packed);
	for (size_t cut = 16; cut < sizeof(everything) - 1; cut++) {
		text = need_printf("%.*s", (int)cut, everything);
		store_text(text);
		assert_refused("line");
		free(text);
	}
}

static void
what_cannot_be_is_said(void **state)
{
	static const char *const bad[] = {
		"q 0",                        /* no such letter */
		"r",                          /* of nobody */
		"r 0",                        /* nowhere */
		"r 1 1000",                   /* not made */
		"r 0 800000000000",           /* beyond 2^47 */
		"m 0 1001 1000 1 p",          /* not a page */
		"m 0 1000 0 1 p",             /* empty */
		"m 0 7ffffffff000 2000 1 p",  /* over the end */
		"m 0 1000 1000 8 p",          /* no such right */
		"m 0 1000 1000 1 z",          /* neither shared nor private */
		"m 0 1000 1000 1 p 0",        /* no offset */
		"m 0 1000 1000 1 p 1 0",      /* no such file */
		"m 0 1000 1000 1 p 0 10",     /* offset not a page */
		"u 0 1000 fffffffffffff000",  /* wraps */
		"R 0 1000 1000 2000 0",       /* to nothing */
		"b 0 1000",                   /* no new end */
		"F 0 0",                      /* born twice */
		"F 0 7",                      /* not the next */
		"file 3 10 x",                /* not the next */
		"file 1 10 /absolute",        /* tells of the machine */
		"file 1 fffffffffffffff 0 x", /* too large */
		"end 1",                      /* a wrong count */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *text = need_printf(
		    "vmrace-trace 1\nfile 0 10 x\n%s\nend 0\n", bad[i]);

		assert_text_refused(text, "line 3:");
		free(text);
	}
	assert_text_refused(
	    "vmrace-trace 1\nend 0\nx 0\n", "line 3: something follows");
}

/* Whoever walks what was let through may index by what it says. */
static void
walk(const struct trace *trace)
{
	for (unsigned i = 0; i < trace->event_count; i++) {
		const struct trace_event *e = &trace->events[i];

		assert_true(e->op <= TRACE_EXIT);
		assert_true(e->task < trace->task_count);
		if (e->op == TRACE_MMAP && e->file != TRACE_NONE)
			assert_true(e->file < trace->file_count);
		if (e->op >= TRACE_FORK && e->op <= TRACE_THREAD)
			assert_true(e->child < trace->task_count);
	}
}

static void
mutate(char *text, size_t size, struct random_stream *random)
{
	static const char likely[] = " \n-0123456789afmrwxe";

	for (uint64_t n = 1 + random_below(random, 4); n > 0; n--) {
		char *at = &text[random_below(random, size)];

		if (random_below(random, 4) != 0)
			*at = likely[random_below(random, sizeof(likely) - 1)];
		else
			*at = (char)random_below(random, 256);
	}
}

/* A line or a good trace; never anything else. */
static void
garbage_does_no_harm(void **state)
{
	struct random_stream random = random_stream(SEED, 0);
	char text[sizeof(everything)];
	struct trace *trace;
	int old[2];

	(void)state;
	print_message("seed %u\n", SEED);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		size_t room = ZSTD_compressBound(sizeof(text)), size;
		char packed[1024];

		memcpy(text, everything, sizeof(text));
		mutate(text, sizeof(text) - 1, &random);
		assert_true(room <= sizeof(packed));
		size = ZSTD_compress(packed, room, text, sizeof(text) - 1, 1);
		if (i % 2 != 0)
			mutate(packed, size, &random);
		store(packed, size);
		catch (old);
		trace = trace_open(path);
		assert_true(*release(old) == '\0' || trace == NULL);
		if (trace != NULL) {
			walk(trace);
			trace_close(trace);
		}
	}
}

static void
a_damaged_trace_ends_the_command_with_4(void **state)
{
	char *argv[] = { "vmrace run", path, NULL };
	int old[2], status;

	(void)state;
	store_text("vmrace-trace 1\nr 0 10");
	catch (old);
	status = run_main(2, argv);
	release(old);
	assert_int_equal(status, STATUS_NOT_STARTED);
}

/* --- What perf says ------------------------------------------------------- */

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
	assert_int_equal(trace->skips[0].count, 1);
	trace_close(trace);
}

/* --- A program recorded here ---------------------------------------------- */

static void
a_recorded_program_can_be_read(void **state)
{
	char *argv[] = { "vmrace record", "-o", path, "--", "true", NULL };
	struct trace *trace;
	int old[2], status;
	const char *text;

	(void)state;
	unlink(path);
	catch (old);
	status = record_main(5, argv);
	text = release(old);
	if (status == STATUS_NOT_STARTED &&
	    (strstr(text, "no right") || strstr(text, "cannot run perf"))) {
		print_message("skipped: %s", text);
		barred = TRUE;
		skip();
	}
	assert_int_equal(status, 0);
	trace = trace_open(path);
	assert_non_null(trace);
	assert_string_equal(trace->program, "true");
	assert_int_equal(trace->events[0].op, TRACE_EXEC);
	assert_int_equal(trace->events[trace->event_count - 1].op, TRACE_EXIT);
	walk(trace);
	trace_close(trace);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_what_was_read),
		cmocka_unit_test(fields_have_their_meaning),
		cmocka_unit_test(a_write_that_fails_leaves_what_was_there),
		cmocka_unit_test(no_file_and_no_trace_are_said),
		cmocka_unit_test(another_version_is_said),
		cmocka_unit_test(a_cut_off_trace_is_said),
		cmocka_unit_test(what_cannot_be_is_said),
		cmocka_unit_test(garbage_does_no_harm),
		cmocka_unit_test(a_damaged_trace_ends_the_command_with_4),
		cmocka_unit_test(an_exec_is_followed_by_its_image),
		cmocka_unit_test(only_calls_that_succeed_are_kept),
		cmocka_unit_test(
		    an_mmap_has_the_call_s_range_and_the_record_s_file),
		cmocka_unit_test(brk_is_known_by_the_one_before),
		cmocka_unit_test(clone_flags_tell_fork_vfork_and_thread_apart),
		cmocka_unit_test(what_perf_lost_is_counted),
		cmocka_unit_test(a_recorded_program_can_be_read),
	};
	int failed;

	if (mkdtemp(directory) == NULL) {
		perror(directory);
		return STATUS_SKIPPED;
	}
	path = need_printf("%s/t.vmt.zst", directory);
	said = need_printf("%s/said", directory);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	unlink(said);
	rmdir(directory);
	free(path);
	free(said);
	return failed == 0 && barred ? STATUS_SKIPPED : failed;
}
