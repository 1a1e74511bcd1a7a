/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a trace: unpack, then line by line, believing nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "stress/need.h"
#include "stress/trace.h"
#include "stress/trace_scan.h"

#define SIZE_MOST (((uint64_t)1 << 47) - 1)

struct reader {
	const char *path;
	unsigned long line;
	struct trace *trace;
	size_t event_room, file_room, skip_room;
	boolean_t ended; /* the last line has come */
};

static boolean_t
wrong(const struct reader *r, const char *what)
{
	fprintf(stderr, "vmrace: %s: line %lu: %s\n", r->path, r->line, what);
	return FALSE;
}

/* --- Bytes -------------------------------------------------------------- */

struct bytes {
	char *start;
	size_t size, room;
};

/* Room for more, and for a NUL behind it; FALSE: that is too much. */
static boolean_t
bytes_grow(struct bytes *b)
{
	if (b->size + 1 < b->room)
		return TRUE;
	if (b->size >= TRACE_MOST)
		return FALSE;
	b->room = b->room == 0 ? 1 << 16 : 2 * b->room;
	b->start = need_resized(b->start, b->room, 1);
	return TRUE;
}

/* The file's bytes, up to its end.  NULL, or what is wrong. */
static const char *
slurp(const char *path, struct bytes *b)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 1;
	int error;

	if (fd < 0)
		return strerror(errno);
	while (got != 0 && bytes_grow(b)) {
		got = read(fd, b->start + b->size, b->room - 1 - b->size);
		if (got > 0)
			b->size += (size_t)got;
		else if (got < 0 && errno != EINTR)
			break;
	}
	error = errno;
	close(fd);
	return got < 0   ? strerror(error)
	       : got > 0 ? "larger than a trace may be: 1 GiB"
			 : NULL;
}

/* One step of unpacking.  NULL, or what is wrong; *more: it is not the end. */
static const char *
unpack_some(
    ZSTD_DCtx *z, ZSTD_inBuffer *in, struct bytes *text, boolean_t *more)
{
	ZSTD_outBuffer out = { text->start, text->room - 1, text->size };
	size_t left = ZSTD_decompressStream(z, &out, in);

	text->size = out.pos;
	*more = !(left == 0 && in->pos == in->size);
	if (ZSTD_isError(left) ||
	    (*more && in->pos == in->size && out.pos < out.size))
		return "not zstd-compressed, or cut off";
	return NULL;
}

/* The text in the packed bytes, NUL-terminated.  NULL, or what is wrong. */
static const char *
unpack(const struct bytes *packed, struct bytes *text)
{
	ZSTD_DCtx *z = ZSTD_createDCtx();
	ZSTD_inBuffer in = { packed->start, packed->size, 0 };
	const char *why = NULL;
	boolean_t more = TRUE;

	if (z == NULL)
		need_failed();
	while (more && why == NULL)
		why = bytes_grow(text)
			  ? unpack_some(z, &in, text, &more)
			  : "larger than a trace may be: 1 GiB unpacked";
	ZSTD_freeDCtx(z);
	if (why == NULL)
		text->start[text->size] = '\0';
	return why;
}

/* --- Lines -------------------------------------------------------------- */

static void *
grow(void *array, unsigned count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room == 0 ? 64 : 2 * *room;
	return need_resized(array, *room, size);
}

static boolean_t
read_file_line(struct reader *r, const char *s)
{
	struct trace *t = r->trace;
	uint64_t id, size;

	if (!scan_number(&s, 10, TRACE_NONE - 1, &id) || !scan_word(&s, " ") ||
	    !scan_number(&s, 16, SIZE_MOST, &size) || !scan_word(&s, " "))
		return wrong(r, "not a file line, or an impossible size");
	if (id != t->file_count)
		return wrong(r, "files must be numbered from 0, in order");
	if (*s == '\0' || *s == '/')
		return wrong(r, "a file without a name, or of absolute name");
	t->files =
	    grow(t->files, t->file_count, &r->file_room, sizeof(*t->files));
	t->files[t->file_count++] = (struct trace_file){
		.size = size,
		.name = need_printf("%s", s),
	};
	return TRUE;
}

static boolean_t
read_skip_line(struct reader *r, const char *s)
{
	struct trace *t = r->trace;
	uint64_t count;

	if (!scan_number(&s, 10, UINT32_MAX, &count) || !scan_word(&s, " ") ||
	    *s == '\0')
		return wrong(r, "not a skip line");
	t->skips =
	    grow(t->skips, t->skip_count, &r->skip_room, sizeof(*t->skips));
	t->skips[t->skip_count++] = (struct trace_skip){
		.count = count,
		.reason = need_printf("%s", s),
	};
	return TRUE;
}

static boolean_t
read_program_line(struct reader *r, const char *s)
{
	if (r->trace->program != NULL)
		return wrong(r, "a second program");
	if (*s == '\0')
		return wrong(r, "a program without a name");
	r->trace->program = need_printf("%s", s);
	return TRUE;
}

/* A task acts only after it was made, and is made once. */
static boolean_t
check_tasks(struct reader *r, const struct trace_event *e)
{
	struct trace *t = r->trace;

	if (e->task >= t->task_count)
		return wrong(r, "a task acts before it is made");
	if (e->op != TRACE_FORK && e->op != TRACE_VFORK &&
	    e->op != TRACE_THREAD)
		return TRUE;
	if (e->child != t->task_count)
		return wrong(r, "tasks must be numbered in order of birth");
	t->task_count++;
	return TRUE;
}

static boolean_t
read_event_line(struct reader *r, const char *line)
{
	struct trace *t = r->trace;
	struct trace_event e;

	if (!trace_parse(line, &e))
		return wrong(r, "not an event of this format");
	if (!check_tasks(r, &e))
		return FALSE;
	if (e.op == TRACE_MMAP && e.file != TRACE_NONE &&
	    e.file >= t->file_count)
		return wrong(r, "a file that is not listed");
	t->events = grow(t->events, t->event_count, &r->event_room, sizeof(e));
	t->events[t->event_count++] = e;
	return TRUE;
}

static boolean_t
read_end_line(struct reader *r, const char *s)
{
	uint64_t count;

	if (!scan_number(&s, 10, UINT32_MAX, &count) || *s != '\0')
		return wrong(r, "not an end line");
	if (count != r->trace->event_count)
		return wrong(r, "events are missing");
	r->ended = TRUE;
	return TRUE;
}

static boolean_t
read_line(struct reader *r, const char *s)
{
	if (r->ended)
		return wrong(r, "something follows the end");
	if (s[0] == '#' || s[0] == '\0')
		return TRUE;
	if (scan_word(&s, "file "))
		return read_file_line(r, s);
	if (scan_word(&s, "skip "))
		return read_skip_line(r, s);
	if (scan_word(&s, "program "))
		return read_program_line(r, s);
	if (scan_word(&s, "end "))
		return read_end_line(r, s);
	return read_event_line(r, s);
}

static boolean_t
read_header(struct reader *r, const char *s)
{
	uint64_t version;

	if (!scan_word(&s, "vmrace-trace ") ||
	    !scan_number(&s, 10, UINT32_MAX, &version) || *s != '\0')
		return wrong(r, "not a vmrace trace");
	if (version != TRACE_VERSION)
		return wrong(r, "a version of the format that is not known");
	return TRUE;
}

static boolean_t
read_text(struct reader *r, char *text, size_t size)
{
	char *end = text + size;

	if (memchr(text, '\0', size) != NULL) {
		r->line = 1;
		return wrong(r, "not text");
	}
	while (text < end) {
		char *newline = strchr(text, '\n');

		r->line++;
		if (newline == NULL)
			return wrong(r, "cut off");
		*newline = '\0';
		if (!(r->line == 1 ? read_header(r, text) : read_line(r, text)))
			return FALSE;
		text = newline + 1;
	}
	return r->ended || wrong(r, "cut off: there is no end line");
}

/* The text of the file.  NULL: a line on stderr has said why. */
static char *
read_whole(const char *path, size_t *size)
{
	struct bytes packed = { 0 }, text = { 0 };
	const char *why = slurp(path, &packed);

	if (why == NULL)
		why = unpack(&packed, &text);
	free(packed.start);
	if (why != NULL) {
		fprintf(stderr, "vmrace: %s: %s\n", path, why);
		free(text.start);
		return NULL;
	}
	*size = text.size;
	return text.start;
}

struct trace *
trace_open(const char *path)
{
	struct reader r = { .path = path };
	size_t size = 0;
	char *text = read_whole(path, &size);
	boolean_t good;

	if (text == NULL)
		return NULL;
	r.trace = need_zeroed(1, sizeof(*r.trace));
	r.trace->task_count = 1;
	good = read_text(&r, text, size);
	free(text);
	if (!good) {
		trace_close(r.trace);
		return NULL;
	}
	return r.trace;
}

void
trace_close(struct trace *trace)
{
	for (unsigned i = 0; i < trace->file_count; i++)
		free(trace->files[i].name);
	for (unsigned i = 0; i < trace->skip_count; i++)
		free(trace->skips[i].reason);
	free(trace->files);
	free(trace->skips);
	free(trace->events);
	free(trace->program);
	free(trace);
}
