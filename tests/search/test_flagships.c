/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each exhibit that a scenario is said to show (shown.def) is convicted there,
 * whoever decides the order; and with the repair in it, the same search finds
 * nothing.  Every flagship of the catalogue is shown somewhere.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "stress/apart.h"
#include "stress/search/explore.h"

#define RUNS    200000 /* at most */
#define CONTROL 400    /* executions that must be sound, at least */

static const char *const hazards[] = {
#define HAZARD(id, sentence) #id,
#include "core/hazards.def"
#undef HAZARD
};

static unsigned long
bit_of(const char *hazard)
{
	for (unsigned i = 0; i < sizeof(hazards) / sizeof(hazards[0]); i++)
		if (strcmp(hazards[i], hazard) == 0)
			return 1ul << i;
	fail_msg("%s is no exhibit", hazard);
	return 0;
}

/* Which execution was the first to fail, from 1; 0: none. */
static uint64_t
searched(const char *scenario, unsigned long as_found, const char *policy,
    uint64_t runs)
{
	struct explore_config config = {
		.scenario = scenario_find(scenario),
		.ops = vm_strategy_find("original"),
		.as_found = as_found,
		.policies = { sched_policy_find(policy) },
		.policy_count = 1,
		.seed = 1,
		.runs = runs,
		.step_limit = EXPLORE_STEPS,
		.workers = 1,
		.stop = TRUE,
	};
	struct explore_result *result = explore_result_create();
	uint64_t first;

	/* A worker dies of it; cmocka would have it fail the test. */
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
	assert_non_null(result);
	assert_non_null(config.scenario);
	explore(&config, result, NULL, NULL);
	assert_string_equal(result->trouble, "");
	first = result->founds > 0 ? result->found[0].execution + 1 : 0;
	apart_memory_free(result, sizeof(*result));
	return first;
}

/* Convicted, and the repair acquitted. */
static void
convict(const struct scenario_shown *shown, const char *policy)
{
	uint64_t first =
	    searched(shown->scenario, bit_of(shown->hazard), policy, RUNS);

	print_message("%-3s %-24s %-7s %lu\n", shown->hazard, shown->scenario,
	    policy, (unsigned long)first);
	if (first == 0)
		fail_msg("%s is not found", shown->hazard);
	assert_int_equal(searched(shown->scenario, 0, policy,
			     first > CONTROL ? first : CONTROL),
	    0);
}

static void
random_walks_convict_what_is_given_back(void **state)
{
	(void)state;
	for (unsigned i = 0; scenario_shown[i].hazard != NULL; i++)
		convict(&scenario_shown[i], "random");
}

static void
priorities_convict_what_is_given_back(void **state)
{
	(void)state;
	for (unsigned i = 0; scenario_shown[i].hazard != NULL; i++)
		convict(&scenario_shown[i], "pos");
}

static void
every_flagship_is_shown(void **state)
{
	static const char *const flagships[] = { "A1", "A6", "A9", "C2", "C7",
		"D1", "D2", "E1", "E2", "F1", "G1", "G2" };

	(void)state;
	for (size_t i = 0; i < sizeof(flagships) / sizeof(flagships[0]); i++) {
		unsigned shown = 0;

		for (unsigned j = 0; scenario_shown[j].hazard != NULL; j++)
			shown +=
			    strcmp(scenario_shown[j].hazard, flagships[i]) == 0;
		assert_true(shown > 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_flagship_is_shown),
		cmocka_unit_test(random_walks_convict_what_is_given_back),
		cmocka_unit_test(priorities_convict_what_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
