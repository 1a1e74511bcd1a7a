/* SPDX-License-Identifier: BSD-2-Clause */
/* What the search program has names for: `vmrace list` asks both programs. */
#include "stress/lists.h"

#include "pmap_sim/rcu_model.h"
#include "pmap_sim/sched/policy.h"
#include "stress/scenarios/scenario.h"

static json_t *
list_scenarios(void)
{
	json_t *list = json_array();

	for (unsigned i = 0; scenarios[i] != NULL; i++) {
		const struct scenario *scenario = scenarios[i];
		char story[SCENARIO_STORY];
		json_t *json;

		scenario_story(scenario, story);
		json = json_pack("{ss ss sb sb}", "name", scenario->name,
		    "summary", story, "vm", scenario->has_vm, "interrupts",
		    scenario->interrupt != NULL);
		if (scenario->wrong != NULL) {
			json_object_set_new(
			    json, "wrong", json_string(scenario->wrong));
			json_object_set_new(json, "verdict",
			    json_string(sched_verdict_name(scenario->verdict)));
		}
		json_array_append_new(list, json);
	}
	return list;
}

/* The last is a name for all that draw, in turns. */
static json_t *
list_schedulers(void)
{
	json_t *list = json_array(), *turns = json_array();

	for (unsigned i = 0; sched_policies[i] != NULL; i++) {
		const struct sched_policy_ops *policy = sched_policies[i];

		json_array_append_new(
		    list, json_pack("{ss ss sb sb}", "name", policy->name,
			      "summary", policy->summary, "exhaustive",
			      policy->exhaustive, "draws", policy->draws));
		if (policy->draws)
			json_array_append_new(turns, json_string(policy->name));
	}
	json_array_append_new(
	    list, json_pack("{ss ss sb sb so}", "name", "portfolio", "summary",
		      "all that draw, in turns of equal time", "exhaustive",
		      FALSE, "draws", FALSE, "turns", turns));
	return list;
}

static json_t *
list_rcu(void)
{
	json_t *list = json_array();

	for (const struct rcu_model_word *w = rcu_model_list; w->name != NULL;
	     w++)
		json_array_append_new(
		    list, json_pack("{ss ss ss}", "name", w->name, "summary",
			      w->sentence, "group", w->group));
	return list;
}

const struct list lists[] = {
	{ "scenarios", "scenario",
	    "what explore runs in every order; vm: under each strategy",
	    list_scenarios },
	{ "schedulers", "scheduler", "who decides the order: --scheduler",
	    list_schedulers },
	{ "rcu", "rcu", "which RCU the scheduler models: --rcu", list_rcu },
	{ 0 },
};
