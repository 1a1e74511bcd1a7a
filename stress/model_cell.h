/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page that several may write: every store that may show.  For the model's
 * own files only.
 */
#ifndef STRESS_MODEL_CELL_H
#define STRESS_MODEL_CELL_H

#include "stress/model.h"

#define MODEL_VOID (~(uint64_t)0) /* the tag of a store that did not happen */

struct model_store {
	struct model_store *next; /* older */
	uint64_t tag;             /* atomic: MODEL_VOID in the end, perhaps */
	boolean_t history;        /* stored before any that is not */
};

struct model_cell {
	struct model_store *stores;  /* atomic; newest first */
	uint64_t first;              /* what it held at first, */
	boolean_t first_gone;        /* unless that cannot be any more, */
	struct model_object *behind; /* or what this page of it holds */
	vm_offset_t page;
	struct model_cell *next; /* of the same owner */
};

struct model_cell *model_cell_create(uint64_t first);
void model_cell_free(struct model_cell *cell);

/* The tag is about to be stored. */
struct model_store *model_cell_push(struct model_cell *cell, uint64_t tag);

/* Could the page hold found, for someone who has seen nothing of it? */
boolean_t model_cell_holds(struct model_cell *cell, uint64_t found);
/* The same for a process that reads it now, and will remember. */
boolean_t model_cell_read(struct model_cell *cell, struct model_view *view,
    uint64_t found, char why[MODEL_WHY]);
/* The process has stored tag. */
void model_cell_wrote(
    const struct model_cell *cell, struct model_view *view, uint64_t tag);

/* At rest: keep what the page may hold now. */
void model_cell_settle(struct model_cell *cell);
/* At rest: a copy of the page as it is now. */
struct model_cell *model_cell_copy(const struct model_cell *cell);
/* Does the page hold one certain value?  Then *value is it. */
boolean_t model_cell_certain(const struct model_cell *cell, uint64_t *value);

/* The cell of a page of an object, made on request, or NULL. */
struct model_cell *model_object_cell(
    struct model_object *object, vm_offset_t page, boolean_t make);
/* What the page of the object held at first. */
uint64_t
model_object_first(const struct model_object *object, vm_offset_t page);
/* Could the page of the object hold found? */
boolean_t model_object_holds(
    struct model_object *object, vm_offset_t page, uint64_t found);

/* "expected ..., found ..." */
void model_explain(const struct model_view *view, char why[MODEL_WHY],
    const char *what, uint64_t expected, uint64_t found);
void model_name(
    const struct model_view *view, uint64_t tag, char *name, size_t size);

#endif /* STRESS_MODEL_CELL_H */
