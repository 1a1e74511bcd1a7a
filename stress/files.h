/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files that a trace maps: sparse temporary files, unlinked at once.  The
 * pages that the trace touches begin with a word that names file and page.
 */
#ifndef STRESS_FILES_H
#define STRESS_FILES_H

#include "core/vnode.h"
#include "stress/model.h"
#include "stress/plan.h"

struct files {
	struct vnode *vnodes;
	struct model_object **objects;
	unsigned count;
};

/* verify: with the model's objects.  FALSE: a line on stderr has said why. */
boolean_t
files_create(struct files *files, const struct plan *plan, boolean_t verify);
/* No mapping and no pager is left. */
void files_free(struct files *files);
/* All writers have ended. */
void files_settle(struct files *files);

#endif /* STRESS_FILES_H */
