/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Seeded delays at the injection points of the VM (core/points.def).
 *
 * At one visit in eight a thread is held up: mostly for a microsecond or so,
 * often for a turn of its OS thread, sometimes for longer; where no role may be
 * held it may also leave its CPU, and come back on another.  What each thread
 * does depends on the seed and on its own visits only.
 */
#ifndef STRESS_PERTURB_H
#define STRESS_PERTURB_H

#include <stdint.h>

#include "core/probe.h"

struct perturb;

struct perturb *perturb_create(uint64_t seed);
void perturb_free(struct perturb *perturb);
void perturb_at(struct perturb *perturb, enum vm_point point);
/* Delays so far. */
unsigned long perturb_count(const struct perturb *perturb);

#endif /* STRESS_PERTURB_H */
