/* SPDX-License-Identifier: BSD-2-Clause */
/* Which defect of docs/hazards.md a race looks like. */
#ifndef STRESS_RACE_HAZARD_H
#define STRESS_RACE_HAZARD_H

#include "stress/races.h"

/* Its id, if the pair of functions is in stress/race_hazards.def; or NULL. */
const char *race_hazard(const struct race *race);

#endif /* STRESS_RACE_HAZARD_H */
