/* SPDX-License-Identifier: BSD-2-Clause */
/* One trial of a driver under a strategy, in a process of its own. */
#ifndef STRESS_STRESS_TRIAL_H
#define STRESS_STRESS_TRIAL_H

#include "pmap_sim/machine.h"
#include "stress/judge.h"
#include "stress/races.h"
#include "stress/stress.h"

/* Shared between the trial's process and the one that started it. */
struct stress_result {
	unsigned long beat; /* relaxed; counts as long as it is watched */
	boolean_t finished; /* the rest is whole; met and races always are */
	struct evidence evidence;
	enum verdict verdict; /* the parent's, and why it is not sound */
	char note[640];
	char complaint[256]; /* the first violation's, or the panic's */

	boolean_t interrupted; /* before its end */
	unsigned long operations, rounds, delays;
	unsigned long refused; /* what was legal, by actors that bear it */
	struct trouble_counts trouble;
	unsigned long checks; /* times the invariants were looked at */
	uint64_t wall_ns;
	unsigned long met[WINDOW_PAIRS];
	struct vm_statistics vm;
	struct machine_stats machine;
	struct vm_census left;
	struct races races;
};

unsigned stress_pair_count(const struct stress *driver);

/* Does not return if it hangs or panics: the process ends. */
void
stress_trial(const struct stress_config *config, struct stress_result *result);

#endif /* STRESS_STRESS_TRIAL_H */
