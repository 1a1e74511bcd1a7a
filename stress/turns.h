/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who is next in an address space that several tasks share.
 *
 * A recorded fault finds its mapping only if the changes before it have been
 * made and those after it have not.  So the changes of a space are numbered in
 * the order of the trace: change t waits until all events before it are done,
 * a fault between changes t - 1 and t waits for change t - 1.  Faults between
 * two changes wait for nobody, and meet in the VM.
 *
 * Everything waited for comes earlier in the trace: nobody waits in a circle.
 *
 * What ThreadSanitizer sees: faults before a change, change, faults after it,
 * as the program itself would order them.  Two faults between the same changes
 * are not ordered: they add to a counter that only changes read.
 */
#ifndef STRESS_TURNS_H
#define STRESS_TURNS_H

#include "stress/plan.h"

struct machine;

struct turns {
	_Alignas(64) unsigned done; /* atomic; events finished */
	unsigned changes;           /* atomic; changes among them */
	const unsigned *before;     /* for each change: events before it */
	unsigned count;             /* of changes */
};

void turns_init(struct turns *turns, const struct plan *plan,
    const struct plan_space *space);

/* Sleep until the event is due, or *stop.  FALSE: stopped. */
boolean_t turns_wait(
    struct turns *turns, const struct plan_event *event, const boolean_t *stop);
/* The event is done. */
void turns_finish(
    struct machine *m, struct turns *turns, const struct plan_event *event);

#endif /* STRESS_TURNS_H */
