/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "stress/scenarios/scenario.h"

#define SCENARIO(symbol) extern const struct scenario scenario_##symbol;
#include "stress/scenarios/scenarios.def"
#undef SCENARIO

const struct scenario *const scenarios[] = {
#define SCENARIO(symbol) &scenario_##symbol,
#include "stress/scenarios/scenarios.def"
#undef SCENARIO
	NULL,
};

const struct scenario *
scenario_find(const char *name)
{
	for (unsigned i = 0; scenarios[i] != NULL; i++)
		if (strcmp(scenarios[i]->name, name) == 0)
			return scenarios[i];
	return NULL;
}
