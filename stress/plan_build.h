/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making a plan from a trace's events, given in the order of the recording.
 *
 * The builder follows every address space's layout, as the replay will, so
 * that each event of the plan is one that the VM can do in one call.
 */
#ifndef STRESS_PLAN_BUILD_H
#define STRESS_PLAN_BUILD_H

#include "stress/layout.h"
#include "stress/model_table.h"
#include "stress/plan.h"

/* What the recording says happened. */
struct plan_input {
	unsigned task;
	enum plan_kind kind; /* FORGET, SYNC: of whatever is mapped there */
	vm_offset_t address;
	vm_size_t size;
	vm_offset_t other;
	vm_size_t other_size;
	vm_prot_t prot;
	boolean_t shared;
	boolean_t waits; /* SHARE: the creator sleeps until exec or exit */
	unsigned number; /* MAP: file or PLAN_NONE; FORK, SHARE: the child */
};

struct plan_builder;

struct plan_builder *
plan_builder_create(const char *program, unsigned tasks, unsigned files);
void plan_builder_file(struct plan_builder *b, unsigned file, vm_size_t size);
/* The task is there from the start. */
void plan_builder_root(struct plan_builder *b, unsigned task);
void plan_builder_add(struct plan_builder *b, const struct plan_input *input);
/* An event that has no plan_input. */
void plan_builder_skip(struct plan_builder *b, enum unreplayed reason);
/* Tasks that have not exited do so now.  Frees the builder. */
struct plan *plan_builder_finish(struct plan_builder *b);

/* --- Between plan_build.c and plan.c ------------------------------------ */

/* An event of the plan, before it is given to its task. */
struct plan_draft {
	struct plan_event event;
	unsigned task, space;
};

struct plan_draft_space {
	struct layout layout;
	struct model_table touched; /* private pages */
	unsigned long private_pages;
	unsigned live;    /* tasks on it now */
	unsigned members; /* ever */
	boolean_t crowd;
};

struct plan_draft_task {
	unsigned parent, first_space, space;
	boolean_t started, ended;
	unsigned exit; /* index of its EXIT among the drafts */
};

struct plan_builder {
	char *program;
	struct plan_draft *drafts;
	unsigned draft_count, draft_room;
	struct plan_draft_space *spaces;
	unsigned space_count, space_room;
	struct plan_draft_task *tasks;
	unsigned task_count;
	struct plan_file *files;
	unsigned file_count;
	unsigned long file_pages, private_pages, private_total, private_peak;
	unsigned long unreplayed[UNREPLAYED_REASONS];
	unsigned long foreseen[UNREPLAYED_REASONS];
	unsigned live, live_peak;
};

#endif /* STRESS_PLAN_BUILD_H */
