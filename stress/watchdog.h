/* SPDX-License-Identifier: BSD-2-Clause */
/* Has a run hung?  And if so, who holds and who waits? */
#ifndef STRESS_WATCHDOG_H
#define STRESS_WATCHDOG_H

#include <time.h>

#include "pmap_sim/hang.h"
#include "stress/replay.h"

struct watchdog {
	const struct replay *replay;
	struct hang *hang;
	double patience_s; /* without an event */
	unsigned long events;
	struct timespec since; /* when that was seen first */
};

double watchdog_patience_s(const struct run_config *config);
void watchdog_init(struct watchdog *watchdog, const struct replay *replay);
/* TRUE: no event has finished for too long. */
boolean_t watchdog_barks(struct watchdog *watchdog);
/* On stderr; the run is over. */
void watchdog_tell(const struct watchdog *watchdog);
/* It has not barked. */
void watchdog_fini(struct watchdog *watchdog);

#endif /* STRESS_WATCHDOG_H */
