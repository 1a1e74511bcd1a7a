/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "stress/race_hazard.h"

static const struct {
	const char *a, *b, *id;
} hazards[] = {
#define RACE_HAZARD(a, b, id) { #a, #b, #id },
#include "stress/race_hazards.def"
#undef RACE_HAZARD
};

const char *
race_hazard(const struct race *race)
{
	const char *one = race->side[0].function;
	const char *two = race->side[1].function;

	for (size_t i = 0; i < sizeof(hazards) / sizeof(hazards[0]); i++) {
		const char *a = hazards[i].a, *b = hazards[i].b;

		if ((strcmp(one, a) == 0 && strcmp(two, b) == 0) ||
		    (strcmp(one, b) == 0 && strcmp(two, a) == 0))
			return hazards[i].id;
	}
	return NULL;
}
