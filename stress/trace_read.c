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

#define TRACE_MOST ((size_t)1 << 30) /* bytes unpacked */

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

/* The file's bytes, NUL-terminated, or NULL and errno. */
static char *
slurp(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *bytes = NULL;
	size_t got = 0;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (bytes = malloc((size_t)st.st_size + 1)) != NULL)
		while (got < (size_t)st.st_size) {
			ssize_t n =
			    read(fd, bytes + got, (size_t)st.st_size - got);

			if (n <= 0)
				break;
			got += (size_t)n;
		}
	if (bytes == NULL && errno == 0)
		errno = EINVAL;
	close(fd);
	*size = got;
	return bytes;
}

/* Unpacked text, NUL-terminated; NULL: not zstd, cut off, or too much. */
static char *
unpack(const char *packed, size_t size, size_t *text_size)
{
	ZSTD_DCtx *z = ZSTD_createDCtx();
	size_t room = 1 << 20, left = 1;
	char *text = need_zeroed(1, room);
	ZSTD_inBuffer in = { packed, size, 0 };
	ZSTD_outBuffer out = { text, room - 1, 0 };

	while (z != NULL && room < TRACE_MOST) {
		left = ZSTD_decompressStream(z, &out, &in);
		if (ZSTD_isError(left) || (left == 0 && in.pos == in.size) ||
		    (out.pos < out.size && in.pos == in.size))
			break;
		if (out.pos == out.size) {
			room *= 2;
			text = need_resized(text, room, 1);
			out.dst = text;
			out.size = room - 1;
		}
	}
	ZSTD_freeDCtx(z);
	if (left != 0 || size == 0) {
		free(text);
		return NULL;
	}
	text[out.pos] = '\0';
	*text_size = out.pos;
	return text;
}

static void *
grow(void *array, unsigned count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room == 0 ? 64 : 2 * *room;
	return need_resized(array, *room, size);
}

static boolean_t
read_file_line(struct reader *r, const char *line)
{
	struct trace *t = r->trace;
	unsigned id;
	vm_size_t size;
	int at = 0;

	if (sscanf(line, "file %u %zx %n", &id, &size, &at) != 2 || at == 0)
		return wrong(r, "not a file line");
	if (id != t->file_count)
		return wrong(r, "files must be numbered from 0, in order");
	if (size >> 47 != 0 || line[at] == '/')
		return wrong(r, "a file of impossible size or absolute name");
	t->files =
	    grow(t->files, t->file_count, &r->file_room, sizeof(*t->files));
	t->files[t->file_count++] = (struct trace_file){
		.size = size,
		.name = need_printf("%s", line + at),
	};
	return TRUE;
}

static boolean_t
read_skip_line(struct reader *r, const char *line)
{
	struct trace *t = r->trace;
	unsigned long count;
	int at = 0;

	if (sscanf(line, "skip %lu %n", &count, &at) != 1 || at == 0)
		return wrong(r, "not a skip line");
	t->skips =
	    grow(t->skips, t->skip_count, &r->skip_room, sizeof(*t->skips));
	t->skips[t->skip_count++] = (struct trace_skip){
		.count = count,
		.reason = need_printf("%s", line + at),
	};
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
read_end_line(struct reader *r, const char *line)
{
	unsigned long count;

	if (sscanf(line, "end %lu", &count) != 1)
		return wrong(r, "not an end line");
	if (count != r->trace->event_count)
		return wrong(r, "events are missing");
	r->ended = TRUE;
	return TRUE;
}

static boolean_t
read_line(struct reader *r, const char *line)
{
	if (r->ended)
		return wrong(r, "something follows the end");
	if (line[0] == '#' || line[0] == '\0')
		return TRUE;
	if (strncmp(line, "file ", 5) == 0)
		return read_file_line(r, line);
	if (strncmp(line, "skip ", 5) == 0)
		return read_skip_line(r, line);
	if (strncmp(line, "program ", 8) == 0) {
		free(r->trace->program);
		r->trace->program = need_printf("%s", line + 8);
		return TRUE;
	}
	if (strncmp(line, "end ", 4) == 0)
		return read_end_line(r, line);
	return read_event_line(r, line);
}

static boolean_t
read_header(struct reader *r, const char *line)
{
	unsigned version;

	if (sscanf(line, "vmrace-trace %u", &version) != 1)
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

struct trace *
trace_open(const char *path)
{
	struct reader r = { .path = path };
	size_t size = 0, text_size = 0;
	char *packed, *text;
	boolean_t good;

	errno = 0;
	packed = slurp(path, &size);
	if (packed == NULL) {
		fprintf(stderr, "vmrace: %s: %s\n", path, strerror(errno));
		return NULL;
	}
	text = unpack(packed, size, &text_size);
	free(packed);
	if (text == NULL) {
		fprintf(stderr, "vmrace: %s: not zstd-compressed, or cut off\n",
		    path);
		return NULL;
	}
	r.trace = need_zeroed(1, sizeof(*r.trace));
	r.trace->task_count = 1;
	good = read_text(&r, text, text_size);
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
