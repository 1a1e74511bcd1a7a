/* SPDX-License-Identifier: BSD-2-Clause */
/* Has a run hung?  And if so, who sleeps on what, and where is each CPU? */
#ifndef STRESS_WATCHDOG_H
#define STRESS_WATCHDOG_H

#include <time.h>

#include "stress/replay.h"

struct watchdog {
	const struct replay *replay;
	double patience_s; /* without an event */
	unsigned long events;
	struct timespec since; /* when that was seen first */
};

void watchdog_init(struct watchdog *watchdog, const struct replay *replay);
/* TRUE: no event has finished for too long. */
boolean_t watchdog_barks(struct watchdog *watchdog);
/* On stderr; the run is over. */
void watchdog_tell(const struct watchdog *watchdog);

#endif /* STRESS_WATCHDOG_H */
