/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Seeded delays at the injection points of the VM (core/points.def).
 *
 * At one visit in eight a thread is held up: mostly for a microsecond or so,
 * often for a turn of its OS thread, sometimes for longer; where no role may be
 * held it may also leave its CPU, and come back on another.  Three rounds in
 * four favour one point, mostly one that the driver likes: there it is one
 * visit in two, for up to a quarter of a millisecond, and elsewhere one in
 * sixty-four.  What each thread does depends on the seed, the round and its own
 * visits only.
 */
#ifndef STRESS_PERTURB_H
#define STRESS_PERTURB_H

#include <stdint.h>

#include "core/probe.h"

struct perturb;

/* liked: a bit for each point that is favoured more often; 0: all are. */
struct perturb *perturb_create(uint64_t seed, unsigned long liked);
void perturb_free(struct perturb *perturb);
/* Another round begins. */
void perturb_round(struct perturb *perturb, unsigned long round);
void perturb_at(struct perturb *perturb, enum vm_point point);
/* Delays so far. */
unsigned long perturb_count(const struct perturb *perturb);

#endif /* STRESS_PERTURB_H */
