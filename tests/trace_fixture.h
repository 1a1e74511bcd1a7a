/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests of traces: a directory with a trace under test, made of text or of
 * any bytes, and what the code under test says.
 */
#ifndef TESTS_TRACE_FIXTURE_H
#define TESTS_TRACE_FIXTURE_H

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

#include "stress/need.h"
#include "stress/random.h"
#include "stress/trace.h"

static char directory[] = "/tmp/vmrace-test-XXXXXX";
static char *path; /* of the trace under test */
static char *said; /* of what is caught of stdout and stderr */

static inline int
directory_up(void **state)
{
	(void)state;
	if (mkdtemp(directory) == NULL)
		return -1;
	path = need_printf("%s/t.vmt.zst", directory);
	said = need_printf("%s/said", directory);
	return 0;
}

/* Fails if the test has left anything else there. */
static inline int
directory_down(void **state)
{
	(void)state;
	unlink(path);
	unlink(said);
	free(path);
	free(said);
	return rmdir(directory);
}

static inline void
store(const void *bytes, size_t size)
{
	FILE *out = fopen(path, "wb");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, size, out), size);
	assert_int_equal(fclose(out), 0);
}

static inline void
store_packed(const char *text, size_t length)
{
	size_t room = ZSTD_compressBound(length);
	void *packed = need_zeroed(1, room);
	size_t size = ZSTD_compress(packed, room, text, length, 1);

	assert_false(ZSTD_isError(size));
	store(packed, size);
	free(packed);
}

static inline void
store_text(const char *text)
{
	store_packed(text, strlen(text));
}

/* The bytes of a file, and a NUL. */
static inline char *
load(const char *name, size_t *size)
{
	size_t room = 1 << 22;
	char *bytes = need_zeroed(1, room);
	FILE *in = fopen(name, "rb");

	assert_non_null(in);
	*size = fread(bytes, 1, room - 1, in);
	fclose(in);
	return bytes;
}

/* The text in a trace's file. */
static inline char *
load_text(const char *name, size_t *length)
{
	size_t size, room = 1 << 22;
	char *packed = load(name, &size), *text = need_zeroed(1, room);

	*length = ZSTD_decompress(text, room - 1, packed, size);
	assert_false(ZSTD_isError(*length));
	free(packed);
	return text;
}

/* From here to release(), stdout and stderr go to a file. */
static inline void catch (int old[2])
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
static inline const char *
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

static inline void
assert_one_line(const char *text)
{
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

/* There is no trace, and one line says why, with the file's name. */
static inline void
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
	assert_one_line(text);
}

static inline struct trace *
reopened(const char *text)
{
	struct trace *trace;

	store_text(text);
	trace = trace_open(path);
	assert_non_null(trace);
	return trace;
}

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

#endif /* TESTS_TRACE_FIXTURE_H */
