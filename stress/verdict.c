/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/verdict.h"

/* rank: the higher, the sooner it speaks for a whole table. */
static const struct {
	const char *name;
	int status;
	int rank;
} verdicts[] = {
	[VERDICT_SOUND] = { "sound", STATUS_SOUND, 1 },
	[VERDICT_VIOLATION] = { "violation", STATUS_VIOLATION, 5 },
	[VERDICT_NOT_EXPOSED] = { "not exposed", STATUS_NOT_EXPOSED, 2 },
	[VERDICT_NOT_STARTED] = { "not started", STATUS_NOT_STARTED, 3 },
	[VERDICT_NO_MEMORY] = { "no memory", STATUS_NOT_STARTED, 3 },
	[VERDICT_SANITIZER] = { "sanitizer report", STATUS_SANITIZER, 4 },
	[VERDICT_SKIPPED] = { "skipped", STATUS_SKIPPED, 0 },
	[VERDICT_INTERRUPTED] = { "interrupted", STATUS_INTERRUPTED, 6 },
};

const char *
verdict_name(enum verdict verdict)
{
	return verdicts[verdict].name;
}

int
verdict_status(enum verdict verdict)
{
	return verdicts[verdict].status;
}

enum verdict
verdict_worse(enum verdict a, enum verdict b)
{
	return verdicts[b].rank > verdicts[a].rank ? b : a;
}

void
verdict_print(FILE *out, enum verdict verdict, const char *note)
{
	fprintf(out, "verdict: %s%s%s%s\n", verdict_name(verdict),
	    verdict == VERDICT_VIOLATION || verdict == VERDICT_SANITIZER
		? " !!!"
		: "",
	    *note != '\0' ? ": " : "", note);
}

void
verdict_print_worst(FILE *out, enum verdict worst, unsigned done,
    unsigned asked, const char *rows)
{
	if (done == asked)
		fprintf(out, "verdict: %s: the worst of %u %s\n",
		    verdict_name(worst), done, rows);
	else
		fprintf(out,
		    "verdict: %s: so far: interrupted: the worst of %u of %u "
		    "%s\n",
		    verdict_name(worst), done, asked, rows);
}
