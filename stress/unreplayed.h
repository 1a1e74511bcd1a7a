/* SPDX-License-Identifier: BSD-2-Clause */
/* Why recorded events are not replayed, in words. */
#ifndef STRESS_UNREPLAYED_H
#define STRESS_UNREPLAYED_H

#include <stdio.h>

#include "stress/plan.h"

unsigned long unreplayed_sum(const unsigned long counts[UNREPLAYED_REASONS]);
/* How many of `events`, and of each reason that there is. */
void unreplayed_print(FILE *out, const unsigned long counts[UNREPLAYED_REASONS],
    unsigned long events);
/* What the recorder had already left out, a line a reason. */
void unrecorded_print(FILE *out, const struct plan *plan);

#endif /* STRESS_UNREPLAYED_H */
