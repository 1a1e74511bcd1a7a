/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "core/direct.h"
#include "stress/scenarios/scenario.h"

#define SCENARIO(symbol) extern const struct scenario scenario_##symbol;
#include "stress/scenarios/scenarios.def"
#undef SCENARIO

#define PAIR(a, b)      extern const struct scenario scenario_##a##_##b;
#define TRIPLE(a, b, c) extern const struct scenario scenario_##a##_##b##_##c;
#include "stress/scenarios/vm.def"
#undef PAIR
#undef TRIPLE

const struct scenario *const scenarios[] = {
#define SCENARIO(symbol) &scenario_##symbol,
#include "stress/scenarios/scenarios.def"
#undef SCENARIO
#define PAIR(a, b)      &scenario_##a##_##b,
#define TRIPLE(a, b, c) &scenario_##a##_##b##_##c,
#include "stress/scenarios/vm.def"
#undef PAIR
#undef TRIPLE
	NULL,
};

boolean_t
scenario_reclaims(const struct scenario *scenario, const struct vm_ops *ops)
{
	return scenario->has_vm ? ops->direct != NULL && ops->direct->reclaims
				: scenario->has_rcu;
}

unsigned
scenario_tasks(const struct scenario *scenario, const struct vm_ops *ops)
{
	return scenario->tasks + scenario_lines(scenario) +
	       (scenario_reclaims(scenario, ops) ? 1 : 0);
}

unsigned
scenario_lines(const struct scenario *scenario)
{
	return scenario->interrupt != NULL ? scenario->tasks : 0;
}

const struct scenario *
scenario_find(const char *name)
{
	for (unsigned i = 0; scenarios[i] != NULL; i++)
		if (strcmp(scenarios[i]->name, name) == 0)
			return scenarios[i];
	return NULL;
}

const struct scenario_shown scenario_shown[] = {
#define SHOWN(hazard, scenario) { #hazard, scenario },
#include "stress/scenarios/shown.def"
#undef SHOWN
	{ NULL, NULL },
};
