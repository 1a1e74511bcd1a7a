/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/need.h"
#include "stress/verdict.h"

void
need_failed(void)
{
	fputs("vmrace: out of memory: take a smaller trace, fewer copies (-k) "
	      "or fewer frames (--frames)\n",
	    stderr);
	exit(STATUS_NOT_STARTED);
}

void *
need_zeroed(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (memory == NULL)
		need_failed();
	return memory;
}

void *
need_aligned(size_t alignment, size_t count, size_t size)
{
	size_t bytes = (count ? count : 1) * size;
	void *memory = aligned_alloc(
	    alignment, (bytes + alignment - 1) / alignment * alignment);

	if (memory == NULL)
		need_failed();
	memset(memory, 0, bytes);
	return memory;
}

void *
need_resized(void *old, size_t count, size_t size)
{
	void *memory = NULL;

	if (size == 0 || count <= SIZE_MAX / size)
		memory = realloc(old, count * size + (count * size == 0));
	if (memory == NULL)
		need_failed();
	return memory;
}

char *
need_printf(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	int length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		need_failed();
	return text;
}

char *
need_quoted(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-./,+=:@%";
	char *copy, *to;

	if (*word != '\0' && word[strspn(word, plain)] == '\0')
		return need_printf("%s", word);
	copy = to = need_zeroed(4 * strlen(word) + 3, 1);
	*to++ = '\'';
	for (; *word != '\0'; word++)
		if (*word == '\'')
			to = stpcpy(to, "'\\''");
		else
			*to++ = *word;
	*to++ = '\'';
	return copy;
}
