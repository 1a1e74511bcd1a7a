/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cursor is left at the beginning of the line: what another process says
 * meanwhile is written over the line, and not behind it.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "pmap_sim/types.h"
#include "stress/progress.h"

#define ERASE "\r\033[K"

/* One that can erase what it shows? */
static boolean_t
on_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term != NULL &&
	       strcmp(term, "dumb") != 0;
}

static int
columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

void
progress_show(const char *format, ...)
{
	char text[256];
	va_list args;

	if (!on_terminal())
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, ERASE "%.*s\r", columns() - 1, text);
	fflush(stderr);
}

void
progress_clear(void)
{
	if (!on_terminal())
		return;
	fputs(ERASE, stderr);
	fflush(stderr);
}
