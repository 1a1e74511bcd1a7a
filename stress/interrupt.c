/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "stress/interrupt.h"

/* A signal handler can be told nothing: the one word it may write. */
static volatile sig_atomic_t noted;

static void
note(int signal)
{
	(void)signal;
	noted = 1;
}

void
interrupt_install(void)
{
	struct sigaction action = { .sa_handler = note };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

boolean_t
interrupted(void)
{
	return noted;
}

void
note_interrupted(char *note, size_t size)
{
	size_t used = strlen(note);

	snprintf(note + used, size - used, "%sso far: interrupted",
	    used != 0 ? "; " : "");
}
