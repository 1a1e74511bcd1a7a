/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing a trace: as text in memory, packed, under another name beside its
 * own, and only then in place.  A full disk leaves what was there.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
		need_failed();
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
	if (fclose(out) != 0)
		need_failed();
	return text;
}

/* With a checksum, so that a flipped bit is seen.  Of *size bytes. */
static void *
pack(const char *text, size_t *size)
{
	size_t room = ZSTD_compressBound(*size);
	void *packed = need_zeroed(1, room);
	ZSTD_CCtx *z = ZSTD_createCCtx();

	if (z == NULL)
		need_failed();
	ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, TRACE_LEVEL);
	ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
	*size = ZSTD_compress2(z, packed, room, text, *size);
	ZSTD_freeCCtx(z);
	if (ZSTD_isError(*size))
		need_failed(); /* there is room for anything else */
	return packed;
}

static boolean_t
put(FILE *out, const void *bytes, size_t size)
{
	boolean_t good = fwrite(bytes, 1, size, out) == size;
	int error = errno;

	if (fclose(out) != 0) {
		error = good ? errno : error;
		good = FALSE;
	}
	errno = error;
	return good;
}

/* A device or a pipe: nothing to replace. */
static boolean_t
is_no_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

/* Where a link leads; the caller's. */
static char *
final_name(const char *path)
{
	char *name = realpath(path, NULL);

	return name != NULL ? name : need_printf("%s", path);
}

/* A new file beside `name`, called *aside, that may be read as others may. */
static FILE *
open_aside(const char *name, char **aside)
{
	mode_t mask = umask(0);
	int fd;

	umask(mask);
	*aside = need_printf("%s.XXXXXX", name);
	fd = mkstemp(*aside);
	if (fd < 0)
		return NULL;
	(void)fchmod(fd, 0666 & ~mask);
	return fdopen(fd, "wb");
}

static boolean_t
replace(const char *path, const void *bytes, size_t size)
{
	char *name = final_name(path), *aside;
	FILE *out = open_aside(name, &aside);
	boolean_t good =
	    out != NULL && put(out, bytes, size) && rename(aside, name) == 0;
	int error = errno;

	if (!good && out != NULL)
		unlink(aside);
	free(aside);
	free(name);
	errno = error;
	return good;
}

static boolean_t
told(boolean_t good, const char *path)
{
	if (!good)
		fprintf(stderr, "vmrace: %s: %s\n", path, strerror(errno));
	return good;
}

boolean_t
trace_write(const struct trace *t, const char *path)
{
	size_t size;
	char *text = trace_text(t, &size);
	void *packed;
	boolean_t good;

	if (size >= TRACE_MOST) {
		fprintf(stderr,
		    "vmrace: %s: the trace is longer than 1 GiB, and could not "
		    "be read: record less\n",
		    path);
		free(text);
		return FALSE;
	}
	packed = pack(text, &size);
	free(text);
	if (is_no_file(path)) {
		FILE *out = fopen(path, "wb");

		good = out != NULL && put(out, packed, size);
	} else
		good = replace(path, packed, size);
	free(packed);
	return told(good, path);
}

boolean_t
trace_writable(const char *path)
{
	char *name, *aside;
	FILE *out;

	if (is_no_file(path)) {
		out = fopen(path, "ab");
		if (out != NULL)
			fclose(out);
		return told(out != NULL, path);
	}
	name = final_name(path);
	out = open_aside(name, &aside);
	if (out != NULL) {
		fclose(out);
		unlink(aside);
	}
	free(aside);
	free(name);
	return told(out != NULL, path);
}
