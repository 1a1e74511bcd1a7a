/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tasks that are alike.  Schedules in which two of them have changed parts are
 * one schedule to an exhaustive search of bounds (bound.c), which is what makes
 * a certificate possible where there are dozens of tasks.
 */
#ifndef STRESS_SEARCH_ALIKE_H
#define STRESS_SEARCH_ALIKE_H

#include "stress/scenarios/scenario.h"

/* Those of the scenario that are, by alike.def; the empty set: none. */
sched_set_t scenario_alike(const struct scenario *scenario);

#endif /* STRESS_SEARCH_ALIKE_H */
