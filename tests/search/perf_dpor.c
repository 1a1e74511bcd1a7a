/* SPDX-License-Identifier: BSD-2-Clause */
/* How many classes a second dpor sees, where it is known how many there are. */
#include <stdio.h>

#include "stress/clock.h"
#include "stress/search/stage.h"

static int
measure(const char *name, uint64_t classes)
{
	const struct scenario *scenario = scenario_find(name);
	struct sched_policy_config config = { .tasks = scenario->tasks };
	struct stage *stage = stage_create(scenario, NULL, 0, 0);
	const char *why;
	struct sched_policy *policy =
	    sched_policy_create(sched_policy_find("dpor"), &config, &why);
	struct sched_search search;
	double begin = seconds_now(), spent;
	uint64_t seed = 0;

	if (policy == NULL)
		return 1;
	while (stage_run(stage, policy, seed) != NULL)
		seed++;
	spent = seconds_now() - begin;
	policy->ops->tell(policy, &search);
	printf("%-16s %7llu classes of %7llu, %llu redundant: %.0f/s\n", name,
	    (unsigned long long)search.leaves, (unsigned long long)classes,
	    (unsigned long long)search.redundant,
	    (double)search.leaves / spent);
	sched_policy_destroy(policy);
	stage_destroy(stage);
	return search.leaves != classes || search.redundant != 0;
}

int
main(void)
{
	int wrong = measure("bench.count.3x3", 1680);

	wrong += measure("bench.count.3x4", 34650);
	wrong += measure("bench.count.4x3", 369600);
	wrong += measure("bench.rmw.3x3", 1680);
	wrong += measure("bench.rmw.3x4", 34650);
	wrong += measure("bench.rmw.4x3", 369600);
	return wrong != 0;
}
