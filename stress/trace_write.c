/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing a trace: as text in memory, packed, under another name, and only then
 * in place.  A full disk leaves what was there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "stress/need.h"
#include "stress/trace.h"

#define TRACE_LEVEL 19

static char *
trace_text(const struct trace *t, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);

	if (out == NULL)
		return NULL;
	fprintf(out, "vmrace-trace %d\n", TRACE_VERSION);
	if (t->program != NULL)
		fprintf(out, "program %s\n", t->program);
	for (unsigned i = 0; i < t->file_count; i++)
		fprintf(out, "file %u %zx %s\n", i, t->files[i].size,
		    t->files[i].name);
	for (unsigned i = 0; i < t->skip_count; i++)
		fprintf(out, "skip %lu %s\n", t->skips[i].count,
		    t->skips[i].reason);
	for (unsigned i = 0; i < t->event_count; i++)
		trace_print(out, &t->events[i]);
	fprintf(out, "end %u\n", t->event_count);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static boolean_t
put(const char *path, const void *bytes, size_t size)
{
	FILE *out = fopen(path, "wb");
	boolean_t good;

	if (out == NULL)
		return FALSE;
	good = fwrite(bytes, 1, size, out) == size;
	good = fclose(out) == 0 && good;
	return good;
}

boolean_t
trace_write(const struct trace *t, const char *path)
{
	char *aside = need_printf("%s.tmp", path);
	size_t size, room, packed_size;
	char *text = trace_text(t, &size);
	void *packed;
	boolean_t good = FALSE;

	if (text == NULL) {
		free(aside);
		return FALSE;
	}
	room = ZSTD_compressBound(size);
	packed = need_zeroed(1, room);
	packed_size = ZSTD_compress(packed, room, text, size, TRACE_LEVEL);
	if (!ZSTD_isError(packed_size))
		good =
		    put(aside, packed, packed_size) && rename(aside, path) == 0;
	if (!good) {
		fprintf(stderr, "vmrace: %s: %s\n", path, strerror(errno));
		unlink(aside);
	}
	free(packed);
	free(text);
	free(aside);
	return good;
}
