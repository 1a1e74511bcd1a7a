/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/search/alike.h"

#define ALIKE(name, n) extern const struct scenario scenario_##name;
#include "stress/search/alike.def"
#undef ALIKE

static const struct {
	const struct scenario *scenario;
	unsigned tasks;
} alike[] = {
#define ALIKE(name, n) { &scenario_##name, n },
#include "stress/search/alike.def"
#undef ALIKE
};

sched_set_t
scenario_alike(const struct scenario *scenario)
{
	for (unsigned i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
		if (alike[i].scenario == scenario)
			return ((sched_set_t)1 << alike[i].tasks) - 1;
	return 0;
}
