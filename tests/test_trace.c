/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace format: every event comes back as it went, there is one way to
 * write it, and a file is replaced as a whole or not at all.
 */
#include "tests/trace_fixture.h"

#include <dirent.h>
#include <sys/stat.h>

/* --- Round trip ----------------------------------------------------------- */

static const char *const lines[] = { "r 0 7fff12345678", "w 3 1000",
	"m 0 400000 3000 5 p 2 1000", "m 0 400000 3000 3 s", "u 0 400000 1000",
	"p 0 400000 2000 1", "b 0 601000 623000", "R 0 400000 1000 500000 2000",
	"a 0 400000 1000", "F 0 1", "V 1 2", "T 1 3", "x 2", "e 2",
	"r 4294967294 0", "m 0 0 800000000000 7 s 4294967294 7ffffffff000" };

static void
every_event_survives_print_and_parse(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct trace_event event;
		char *text;
		size_t size;
		FILE *out;

		assert_true(trace_parse(lines[i], &event));
		out = open_memstream(&text, &size);
		trace_print(out, &event);
		fclose(out);
		text[size - 1] = '\0'; /* the newline */
		assert_string_equal(text, lines[i]);
		free(text);
	}
}

static void
there_is_one_way_to_write_an_event(void **state)
{
	static const char *const others[] = { "", " ", "r 0 1000 ", "r  0 1000",
		" r 0 1000", "r\t0 1000", "r 0\t1000", "r 0 1000\r",
		"r 0 0x1000", "r 0 01000", "r 00 1000", "r 0 1000x",
		"r 0 1000 1", "r 0 1F", "r 4294967295 1000",
		"r 4294967296 1000", "r 18446744073709551617 1000", "r -1 1000",
		"r +1 1000", "r 0 -1000", "r 0 10000000000001000", "r a 1000",
		"r0 1000", "x 0 0", "x 0 ", "e 0x", "e", "F 0 1 2", "F 0 -1",
		"F 0 4294967296", "m 0 1000 1000 1 pp", "m 0 1000 1000 1 p ",
		"m 0 1000 1000 1p", "m 0 1000 1000 4294967297 p",
		"m 0 1000 1000 01 p", "m 0 1000 1000 1 p 0",
		"m 0 1000 1000 1 p 0 ", "m 0 1000 1000 1 p 0 0 0",
		"m 0 1000 1000 1 p 4294967296 0", "m 0 1000 1000 1 p -1 0",
		"u 0 1000 1000 1", "p 0 1000 1000 1 p", "b 0 1000 2000 3000",
		"R 0 1000 1000 2000 1000 0" };

	(void)state;
	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct trace_event event;

		if (trace_parse(others[i], &event))
			fail_msg("taken: \"%s\"", others[i]);
	}
}

static void
what_is_written_is_what_was_read(void **state)
{
	struct trace *trace = reopened(everything);
	size_t length;
	char *text;

	(void)state;
	assert_int_equal(trace->event_count, 19);
	assert_int_equal(trace->task_count, 4);
	assert_true(trace_write(trace, path));
	trace_close(trace);
	text = load_text(path, &length);
	assert_string_equal(text, everything);
	free(text);
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
	assert_string_equal(trace->skips[0].reason, "a reason");
	assert_int_equal(map->op, TRACE_MMAP);
	assert_int_equal(map->prot, VM_PROT_READ | VM_PROT_EXECUTE);
	assert_false(map->shared);
	assert_int_equal(map->file, 0);
	assert_int_equal(map->other, 0x1000);
	assert_true(trace->events[2].shared);
	assert_int_equal(trace->events[2].file, TRACE_NONE);
	trace_close(trace);
}

/* --- Files ---------------------------------------------------------------- */

/* Entries of the directory but . and .. */
static unsigned
files_there(void)
{
	DIR *d = opendir(directory);
	unsigned count = 0;

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		count += e->d_name[0] != '.';
	closedir(d);
	return count;
}

/* One line says why, with the name. */
static void
assert_not_written(const struct trace *trace, const char *name)
{
	boolean_t good;
	const char *text;
	int old[2];

	catch (old);
	good = trace_write(trace, name);
	text = release(old);
	assert_false(good);
	assert_non_null(strstr(text, name));
	assert_one_line(text);
}

static void
a_write_that_fails_is_said_and_leaves_nothing(void **state)
{
	struct trace *trace = reopened(everything);
	char *nowhere = need_printf("%s/no/such/place", directory);
	unsigned before;

	(void)state;
	assert_not_written(trace, nowhere); /* makes `said` */
	before = files_there();
	assert_not_written(trace, directory);
	assert_not_written(trace, nowhere);
	assert_int_equal(files_there(), before);
	trace_close(trace);
	free(nowhere);
}

/* Nor is the device replaced. */
static void
a_full_disk_is_said(void **state)
{
	struct trace *trace = reopened(everything);
	struct stat st;

	(void)state;
	assert_not_written(trace, "/dev/full");
	assert_int_equal(stat("/dev/full", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	trace_close(trace);
}

static void
what_was_there_stays_until_the_new_is_whole(void **state)
{
	char *link = need_printf("%s/link", directory);
	struct trace *trace = reopened(everything), *again;
	struct stat st;

	(void)state;
	assert_int_equal(symlink(path, link), 0);
	assert_true(trace_writable(link));
	again = trace_open(path);
	assert_non_null(again); /* asking has changed nothing */
	trace_close(again);
	assert_true(trace_write(trace, link));
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	again = trace_open(path);
	assert_non_null(again);
	trace_close(again);
	trace_close(trace);
	unlink(link);
	free(link);
}

static void
a_trace_can_come_through_a_pipe(void **state)
{
	struct trace *trace;
	size_t size;
	char *bytes, *name;
	int ends[2];

	(void)state;
	store_text(everything);
	bytes = load(path, &size);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], bytes, size), size);
	close(ends[1]);
	name = need_printf("/dev/fd/%d", ends[0]);
	trace = trace_open(name);
	assert_non_null(trace);
	assert_int_equal(trace->event_count, 19);
	trace_close(trace);
	close(ends[0]);
	free(name);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_survives_print_and_parse),
		cmocka_unit_test(there_is_one_way_to_write_an_event),
		cmocka_unit_test(what_is_written_is_what_was_read),
		cmocka_unit_test(fields_have_their_meaning),
		cmocka_unit_test(a_write_that_fails_is_said_and_leaves_nothing),
		cmocka_unit_test(a_full_disk_is_said),
		cmocka_unit_test(what_was_there_stays_until_the_new_is_whole),
		cmocka_unit_test(a_trace_can_come_through_a_pipe),
	};

	return cmocka_run_group_tests_name(
	    "trace", tests, directory_up, directory_down);
}
