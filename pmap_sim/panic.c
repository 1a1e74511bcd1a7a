/* SPDX-License-Identifier: BSD-2-Clause */
#include "pmap_sim/panic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pmap_sim/machine.h"

#define VIOLATIONS_PRINTED 10

/* The first complaint is kept. */
static void
say(struct machine *m, const char *kind, const char *format, va_list ap)
{
	boolean_t first = m != NULL && sync_add_relaxed(&m->complaints, 1) == 1;
	char text[1024];

	vsnprintf(text, sizeof(text), format, ap);
	if (first && m->complaint != NULL)
		snprintf(m->complaint, m->complaint_size, "%s: %s", kind, text);
	fflush(stdout);
	fprintf(stderr, "!!! %s: %s\n", kind, text);
	fflush(stderr);
}

_Noreturn static void
leave(struct machine *m, int status, const char *kind, const char *format,
    va_list ap)
{
	if (m != NULL && m->on_panic != NULL) {
		char text[1024];
		va_list again;

		va_copy(again, ap);
		vsnprintf(text, sizeof(text), format, again);
		va_end(again);
		m->on_panic(text);
	}
	say(m, kind, format, ap);
	_exit(status);
}

void
panic(struct machine *m, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	leave(m, 1, "panic", format, ap);
}

void
no_memory(struct machine *m, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	leave(m, NO_MEMORY_EXIT, "no memory", format, ap);
}

void
violation(struct machine *m, const char *format, ...)
{
	unsigned long n = sync_add_relaxed(&m->stats.violations, 1);
	va_list ap;

	if (n > VIOLATIONS_PRINTED)
		return;
	va_start(ap, format);
	say(m, "violation", format, ap);
	va_end(ap);
}
