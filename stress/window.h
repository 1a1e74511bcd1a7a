/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How often two CPUs were inside the two halves of a pair on one object.
 *
 * Each thread says which half it is inside, with its keys, in a slot of its
 * own, and looks at the others' slots when it enters one: whoever comes second
 * sees the first.  It is the probe of the VM (core/probe.h), and a driver's own
 * word for what it does to a map from outside.
 *
 * Nothing here is told to ThreadSanitizer: a count that ordered the threads it
 * counts would hide the race between them.  What is read may be a moment old,
 * so the counts are a lower bound but for that moment.
 */
#ifndef STRESS_WINDOW_H
#define STRESS_WINDOW_H

#include "core/probe.h"
#include "pmap_sim/types.h"

#define WINDOW_SLOTS 64
#define WINDOW_PAIRS 8

struct window_pair {
	enum vm_half a, b;
};

/* One thread's. */
struct window_slot {
	_Alignas(64) unsigned long inside; /* a bit for each half */
	unsigned cpu;                      /* where it entered last */
	const void *key[VM_HALVES][2];
	unsigned long met[WINDOW_PAIRS]; /* by this thread */
};

struct perturb;

struct windows {
	struct vm_probe probe; /* first: the VM knows no more of us */
	const struct window_pair *pairs;
	unsigned pair_count;
	unsigned long wanted[VM_HALVES]; /* halves that make a pair with it */
	struct perturb *perturb;         /* or NULL */
	struct window_slot slots[WINDOW_SLOTS];
};

/* pairs end with one of HALF_none. */
void windows_init(struct windows *windows, const struct window_pair *pairs,
    struct perturb *perturb);
/* How often a pair was met. */
unsigned long windows_met(const struct windows *windows, unsigned pair);

/* For a half that is the driver's own. */
struct vm_inside window_enter(
    struct windows *windows, enum vm_half half, const void *a, const void *b);
void window_leave(struct vm_inside *was);

#endif /* STRESS_WINDOW_H */
