/* SPDX-License-Identifier: BSD-2-Clause */
/* The trace format: round trip, and what damage does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

#include "stress/trace.h"

static char path[64];

static int
path_up(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/vmrace-trace-%d", (int)getpid());
	return 0;
}

static int
path_down(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

static void
put(const void *bytes, size_t size)
{
	FILE *out = fopen(path, "wb");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, size, out), size);
	fclose(out);
}

/* The text, packed, is refused. */
static void
refused(const char *text)
{
	char packed[4096];
	size_t size =
	    ZSTD_compress(packed, sizeof(packed), text, strlen(text), 1);

	assert_false(ZSTD_isError(size));
	put(packed, size);
	assert_null(trace_open(path));
}

static const char *const lines[] = { "r 0 7fff12345678", "w 3 1000",
	"m 0 400000 3000 5 p 2 1000", "m 0 400000 3000 3 s", "u 0 400000 1000",
	"p 0 400000 2000 1", "b 0 601000 623000", "R 0 400000 1000 500000 2000",
	"a 0 400000 1000", "F 0 1", "V 1 2", "T 1 3", "x 2", "e 2" };

#define LINES (sizeof(lines) / sizeof(lines[0]))

static void
every_event_survives_print_and_parse(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LINES; i++) {
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
a_written_trace_reads_the_same(void **state)
{
	struct trace_event events[] = {
		{ .op = TRACE_EXEC },
		{ .op = TRACE_MMAP,
		    .prot = 5,
		    .address = 0x400000,
		    .size = 0x2000,
		    .file = 0,
		    .other = 0x1000 },
		{ .op = TRACE_FORK, .child = 1 },
		{ .op = TRACE_STORE, .task = 1, .address = 0x400008 },
		{ .op = TRACE_EXIT, .task = 1 },
	};
	struct trace_file file = { 0x3000, (char *)"a file" };
	struct trace_skip skip = { 7, (char *)"a reason" };
	struct trace trace = { (char *)"prog", &file, 1, 2, events, 5, &skip,
		1 };
	struct trace *read;

	(void)state;
	assert_true(trace_write(&trace, path));
	read = trace_open(path);
	assert_non_null(read);
	assert_int_equal(read->event_count, 5);
	assert_int_equal(read->task_count, 2);
	assert_int_equal(read->files[0].size, 0x3000);
	assert_string_equal(read->files[0].name, "a file");
	assert_int_equal(read->skips[0].count, 7);
	assert_string_equal(read->skips[0].reason, "a reason");
	assert_int_equal(read->events[1].other, 0x1000);
	assert_int_equal(read->events[3].address, 0x400008);
	trace_close(read);
}

static void
damage_is_refused(void **state)
{
	(void)state;
	refused("");
	refused("hello\n");
	refused("vmrace-trace 2\nend 0\n");
	refused("vmrace-trace 1\n");
	refused("vmrace-trace 1\nend 0");
	refused("vmrace-trace 1\nx 0\nend 2\n");
	refused("vmrace-trace 1\nend 0\nx 0\n");
	refused("vmrace-trace 1\nq 0\nend 1\n");
	refused("vmrace-trace 1\nx 1\nend 1\n");
	refused("vmrace-trace 1\nF 0 2\nend 1\n");
	refused("vmrace-trace 1\nm 0 1000 1000 1 p 0 0\nend 1\n");
	refused("vmrace-trace 1\nm 0 1001 1000 1 p\nend 1\n");
	refused("vmrace-trace 1\nm 0 1000 0 1 p\nend 1\n");
	refused("vmrace-trace 1\nm 0 1000 1000 9 p\nend 1\n");
	refused("vmrace-trace 1\nm 0 7ffffffff000 7ffffffff000 1 p\nend 1\n");
	refused("vmrace-trace 1\nr 0 ffffffffffffffff\nend 1\n");
	refused("vmrace-trace 1\nfile 1 1000 x\nend 0\n");
	refused("vmrace-trace 1\nfile 0 1000 /etc/passwd\nend 0\n");
}

static void
bytes_that_are_not_zstd_are_refused(void **state)
{
	unsigned char noise[512];

	(void)state;
	for (unsigned i = 0; i < sizeof(noise); i++)
		noise[i] = (unsigned char)(i * 37 + 11);
	put(noise, sizeof(noise));
	assert_null(trace_open(path));
	put(noise, 0);
	assert_null(trace_open(path));
	assert_null(trace_open("/nowhere/at/all"));
}

/* Every prefix of a good trace is refused, and so is any one byte changed that
 * changes the text. */
static void
a_truncated_trace_is_refused(void **state)
{
	static const char text[] = "vmrace-trace 1\nx 0\nm 0 1000 1000 3 p\n"
				   "w 0 1000\nF 0 1\ne 1\ne 0\nend 6\n";
	char packed[512];
	size_t size =
	    ZSTD_compress(packed, sizeof(packed), text, sizeof(text) - 1, 1);
	struct trace *whole;

	(void)state;
	put(packed, size);
	whole = trace_open(path);
	assert_non_null(whole);
	trace_close(whole);
	for (size_t n = 0; n < size; n++) {
		put(packed, n);
		assert_null(trace_open(path));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_survives_print_and_parse),
		cmocka_unit_test(a_written_trace_reads_the_same),
		cmocka_unit_test(damage_is_refused),
		cmocka_unit_test(bytes_that_are_not_zstd_are_refused),
		cmocka_unit_test(a_truncated_trace_is_refused),
	};

	return cmocka_run_group_tests_name("trace", tests, path_up, path_down);
}
