/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/record_report.h"

#include <sys/stat.h>

#include "stress/unreplayed.h"

static const char *const op_names[] = {
	[TRACE_LOAD] = "loads",
	[TRACE_STORE] = "stores",
	[TRACE_MMAP] = "mmap",
	[TRACE_MUNMAP] = "munmap",
	[TRACE_PROTECT] = "mprotect",
	[TRACE_BRK] = "brk",
	[TRACE_REMAP] = "mremap",
	[TRACE_ADVISE] = "madvise",
	[TRACE_FORK] = "fork",
	[TRACE_VFORK] = "vfork",
	[TRACE_THREAD] = "thread",
	[TRACE_EXEC] = "exec",
	[TRACE_EXIT] = "exit",
};

#define OPS (sizeof(op_names) / sizeof(op_names[0]))

static void
report_events(FILE *out, const struct trace *t)
{
	unsigned long counts[OPS] = { 0 };

	for (unsigned i = 0; i < t->event_count; i++)
		counts[t->events[i].op]++;
	for (unsigned op = 0; op < OPS; op++)
		if (counts[op] != 0)
			fprintf(out, "  %-10s  %lu (%.3f %% of events)\n",
			    op_names[op], counts[op],
			    100.0 * (double)counts[op] /
				(double)t->event_count);
}

/* Left out of the plan, or bound to be refused. */
static void
report_unreplayed(FILE *out, const struct trace *t)
{
	struct plan *plan = plan_of_trace(t);
	unsigned long counts[UNREPLAYED_REASONS];

	for (unsigned i = 0; i < UNREPLAYED_REASONS; i++)
		counts[i] = plan->unreplayed[i] + plan->foreseen[i];
	unreplayed_print(out, counts, t->event_count);
	unrecorded_print(out, plan);
	plan_free(plan);
}

void
record_report(
    FILE *out, const struct trace *t, const char *path, boolean_t interrupted)
{
	struct stat st;

	fprintf(out, "%s: %s%u events of %u tasks and %u files", path,
	    interrupted ? "so far, interrupted: " : "", t->event_count,
	    t->task_count, t->file_count);
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
		fprintf(out, ", %lld bytes", (long long)st.st_size);
	fputc('\n', out);
	report_events(out, t);
	report_unreplayed(out, t);
}
