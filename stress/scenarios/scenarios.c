/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
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

/* Does each CPU do what the first does? */
static boolean_t
is_uniform(const struct scenario *scenario)
{
	const char *sentence, *first = scenario->part(scenario, 0, &sentence);

	for (unsigned i = 1; i < scenario->tasks; i++)
		if (strcmp(scenario->part(scenario, i, &sentence), first) != 0)
			return FALSE;
	return TRUE;
}

void
scenario_story(const struct scenario *scenario, char text[SCENARIO_STORY])
{
	static const char *const who[] = { "one CPU ", "; another ",
		"; a third ", "; a fourth " };
	const char *sentence;
	size_t length = 0;

	if (scenario->part == NULL) {
		snprintf(text, SCENARIO_STORY, "%s", scenario->story);
		return;
	}
	if (is_uniform(scenario)) {
		(void)scenario->part(scenario, 0, &sentence);
		snprintf(text, SCENARIO_STORY, "each of %u CPUs %s",
		    scenario->tasks, sentence);
		return;
	}
	for (unsigned i = 0; i < scenario->tasks; i++) {
		(void)scenario->part(scenario, i, &sentence);
		length += (size_t)snprintf(text + length,
		    SCENARIO_STORY - length, "%s%s", who[i], sentence);
	}
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
