/* SPDX-License-Identifier: BSD-2-Clause */
/* The driver `mixed` (stress/drivers/mixed.c): its actors' state, and the calls
 * on an address space that it makes. */
#ifndef STRESS_MIXED_H
#define STRESS_MIXED_H

#include "stress/expect.h"

#define MIXED_FILES 3

struct life {
	struct vmspace *space; /* NULL: there is none */
	struct expect expect;
};

struct mixed_actor {
	struct life lives[2];
	unsigned now;                               /* in which life */
	unsigned wired;                             /* pages, in both */
	uint64_t newest[MIXED_FILES][EXPECT_PAGES]; /* sequence of mine */
};

/* What a step of an actor works with. */
struct step {
	struct stress_run *run;
	struct actor *actor;
	struct mixed_actor *mine;
	struct life *life;
	boolean_t troubled; /* what is legal may be refused */
};

unsigned mixed_draw(struct step *s, unsigned bound);
/* Pages of one of the first so many slots. */
struct expect_range mixed_range(struct step *s, unsigned slots);
static inline vm_offset_t
mixed_start(const struct expect_range *range)
{
	return expect_va(range->slot, range->first);
}
/* A legal call or access was refused. */
void mixed_refused(
    struct step *s, const char *what, const struct expect_range *range);
/* The range is wired no more; or it is a hole. */
void mixed_unwired(
    struct step *s, struct expect *expect, const struct expect_range *range);
void mixed_vanish(struct step *s, const struct expect_range *range);

void mixed_map(struct step *s);
void mixed_unmap(struct step *s);
void mixed_protect(struct step *s);
void mixed_inherit(struct step *s);
void mixed_sync(struct step *s);
void mixed_forget(struct step *s);
void mixed_move(struct step *s);
void mixed_brk(struct step *s);
void mixed_wire(struct step *s);
void mixed_unwire(struct step *s);

#endif /* STRESS_MIXED_H */
