/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What happens when something is wrong, under the scheduler: the execution ends
 * with a verdict, and the next one begins.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "pmap_sim/machine.h"
#include "pmap_sim/panic.h"
#include "pmap_sim/sync.h"

/* On the task's own stack, which stays as it is until the next execution. */
#define TEXT 240

/* Whoever calls panic() or violation(), which cannot be inlined from here. */
#define WHERE __builtin_return_address(0)

void
panic(struct machine *m, const char *format, ...)
{
	char text[TEXT] = "panic: ";
	va_list ap;

	(void)m;
	va_start(ap, format);
	vsnprintf(text + 7, sizeof(text) - 7, format, ap);
	va_end(ap);
	sched_fail_at(SCHED_ASSERTION, text, WHERE);
	/* On the main stack: no scene can be built, or none be looked at. */
	fprintf(stderr, "!!! %s\n", text);
	_Exit(1);
}

void
no_memory(struct machine *m, const char *format, ...)
{
	char text[TEXT] = "no memory: ";
	va_list ap;

	(void)m;
	va_start(ap, format);
	vsnprintf(text + 11, sizeof(text) - 11, format, ap);
	va_end(ap);
	sched_fail_at(SCHED_ASSERTION, text, WHERE);
	fprintf(stderr, "!!! %s\n", text);
	_Exit(NO_MEMORY_EXIT);
}

/* An execution has one verdict: the first violation ends it.  On the main
 * stack it is kept for the check that is under way. */
void
violation(struct machine *m, const char *format, ...)
{
	char text[TEXT];
	va_list ap;

	m->stats.violations++;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (sched_running() != NULL)
		sched_fail_at(SCHED_INVARIANT, text, WHERE);
	else if (m->complaint != NULL && m->stats.violations == 1)
		snprintf(m->complaint, m->complaint_size, "%s", text);
}
