/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trace's events in the plan's terms.
 *
 * RIGHTS.  The trace has those that the program asked for; a page table of the
 * machine it ran on cannot say "written but not read", and a program may rely
 * on it: what can be written or executed can be read.
 */
#include <stdlib.h>

#include "stress/need.h"
#include "stress/plan_build.h"
#include "stress/trace.h"

static const enum plan_kind plan_kinds[] = {
	[TRACE_LOAD] = PLAN_LOAD,
	[TRACE_STORE] = PLAN_STORE,
	[TRACE_MMAP] = PLAN_MAP,
	[TRACE_MUNMAP] = PLAN_UNMAP,
	[TRACE_PROTECT] = PLAN_PROTECT,
	[TRACE_BRK] = PLAN_BRK,
	[TRACE_REMAP] = PLAN_MOVE,
	[TRACE_ADVISE] = PLAN_FORGET,
	[TRACE_FORK] = PLAN_FORK,
	[TRACE_VFORK] = PLAN_SHARE,
	[TRACE_THREAD] = PLAN_SHARE,
	[TRACE_EXEC] = PLAN_EXEC,
	[TRACE_EXIT] = PLAN_EXIT,
};

/* Is something to be mapped where this VM has no addresses? */
static boolean_t
plan_outside(const struct trace_event *event)
{
	return event->op == TRACE_MMAP && event->address < PAGE_SIZE;
}

static vm_prot_t
plan_rights(unsigned prot)
{
	return prot == VM_PROT_NONE ? VM_PROT_NONE : prot | VM_PROT_READ;
}

static void
plan_add_trace(struct plan_builder *b, const struct trace_event *event)
{
	struct plan_input input = {
		.task = event->task,
		.kind = plan_kinds[event->op],
		.address = event->address,
		.size = event->size,
		.other = event->other,
		.other_size = event->other_size,
		.prot = plan_rights(event->prot),
		.shared = event->shared,
		.waits = event->op == TRACE_VFORK,
		.number = event->file,
	};

	if (plan_outside(event)) {
		plan_builder_skip(b, UNREPLAYED_not_modelled);
		return;
	}
	if (event->op == TRACE_LOAD || event->op == TRACE_STORE)
		input.address = trunc_page(event->address);
	plan_builder_add(b, &input);
}

static void
plan_skips(struct plan *plan, const struct trace *trace)
{
	plan->skip_count = trace->skip_count;
	plan->skips = need_zeroed(plan->skip_count, sizeof(*plan->skips));
	for (unsigned i = 0; i < plan->skip_count; i++)
		plan->skips[i] = (struct plan_skip){
			.count = trace->skips[i].count,
			.reason = need_printf("%s", trace->skips[i].reason),
		};
}

struct plan *
plan_of_trace(const struct trace *trace)
{
	struct plan_builder *b = plan_builder_create(
	    trace->program != NULL ? trace->program : "a program",
	    trace->task_count, trace->file_count);
	struct plan *plan;

	for (unsigned i = 0; i < trace->file_count; i++)
		plan_builder_file(b, i, trace->files[i].size);
	plan_builder_root(b, 0);
	for (unsigned i = 0; i < trace->event_count; i++)
		plan_add_trace(b, &trace->events[i]);
	plan = plan_builder_finish(b);
	plan_skips(plan, trace);
	return plan;
}

struct plan *
plan_create(const char *path)
{
	struct trace *trace = trace_open(path);
	struct plan *plan;

	if (trace == NULL)
		return NULL;
	plan = plan_of_trace(trace);
	trace_close(trace);
	return plan;
}
