/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "core/ops.h"
#include "pmap_sim/shootdown.h"
#include "stress/lists.h"
#include "stress/stress.h"
#include "stress/stress_report.h"

static json_t *
item(const char *name, const char *summary)
{
	return json_pack("{ss ss}", "name", name, "summary", summary);
}

static json_t *
list_strategies(void)
{
	json_t *list = json_array();

	for (unsigned i = 0; vm_strategies[i] != NULL; i++)
		json_array_append_new(list,
		    item(vm_strategies[i]->name, vm_strategies[i]->summary));
	return list;
}

static json_t *
list_shootdowns(void)
{
	json_t *list = json_array();

	for (unsigned i = 0; shootdowns[i] != NULL; i++)
		json_array_append_new(
		    list, item(shootdowns[i]->name, shootdowns[i]->story));
	return list;
}

static json_t *
driver_hazards(const struct stress *driver)
{
	char *copy = strdup(driver->hazards), *rest = copy, *word;
	json_t *ids = json_array();

	while ((word = strsep(&rest, " ")) != NULL)
		if (*word != '\0')
			json_array_append_new(ids, json_string(word));
	free(copy);
	return ids;
}

static json_t *
driver_pairs(const struct stress *driver)
{
	json_t *pairs = json_array();

	for (unsigned i = 0; i < stress_pair_count(driver); i++)
		json_array_append_new(pairs,
		    json_sprintf("%s x %s", half_name(driver->pairs[i].a),
			half_name(driver->pairs[i].b)));
	return pairs;
}

static json_t *
driver_points(const struct stress *driver)
{
	json_t *points = json_array();

#define POINT(name, held, sentence)                                            \
	if (driver->points & STRESS_AT(name))                                  \
		json_array_append_new(points, json_string(#name));
#include "core/points.def"
#undef POINT
	return points;
}

/* Those that are canaries, or those that are not. */
static json_t *
some_drivers(boolean_t canaries)
{
	json_t *list = json_array();

	for (unsigned i = 0; stress_drivers[i] != NULL; i++) {
		const struct stress *driver = stress_drivers[i];

		if ((driver->canary != NULL) != canaries)
			continue;
		json_array_append_new(list,
		    json_pack("{ss ss ss ss so so so}", "name", driver->name,
			"summary", driver->hunts, "oracle", driver->oracle,
			"blind", driver->blind, "hazards",
			driver_hazards(driver), "pairs", driver_pairs(driver),
			"points", driver_points(driver)));
	}
	return list;
}

static json_t *
list_drivers(void)
{
	return some_drivers(FALSE);
}

static json_t *
list_canaries(void)
{
	return some_drivers(TRUE);
}

/* What --as-found gives back by that id; NULL: it does not. */
static const char *
exhibit(const char *id)
{
	static const char *const exhibits[][2] = {
#define HAZARD(id, sentence) { #id, sentence },
#include "core/hazards.def"
#undef HAZARD
	};

	for (size_t i = 0; i < sizeof(exhibits) / sizeof(exhibits[0]); i++)
		if (strcmp(exhibits[i][0], id) == 0)
			return exhibits[i][1];
	return NULL;
}

static json_t *
hazard(const char *id, const char *rank, const char *name, const char *outcome)
{
	const char *sentence = exhibit(id);
	json_t *json =
	    json_pack("{ss ss ss ss sb}", "name", id, "summary", name,
		"outcome", outcome, "rank", rank, "exhibit", sentence != NULL);

	if (sentence != NULL)
		json_object_set_new(json, "as_found", json_string(sentence));
	return json;
}

static json_t *
list_hazards(void)
{
	json_t *list = json_array();

#define ENTRY(id, rank, name, outcome)                                         \
	json_array_append_new(list, hazard(#id, rank, name, outcome));
#include "stress/catalogue.def"
#undef ENTRY
	return list;
}

static json_t *
list_points(void)
{
	json_t *list = json_array();

#define POINT(name, held_, sentence)                                           \
	json_array_append_new(list, json_pack("{ss ss sb}", "name", #name,     \
					"summary", sentence, "held", held_));
#include "core/points.def"
#undef POINT
	return list;
}

static json_t *
list_halves(void)
{
	json_t *list = json_array();

#define HALF(name, sentence)                                                   \
	if (HALF_##name != HALF_none)                                          \
		json_array_append_new(list, item(#name, sentence));
#include "core/halves.def"
#undef HALF
	return list;
}

static json_t *
list_counters(void)
{
	json_t *list = json_array();

#define COUNTER(name, sentence)                                                \
	json_array_append_new(list, item(#name, sentence));
#include "core/counters.def"
#undef COUNTER
	return list;
}

const struct list lists[] = {
	{ "strategies", "strategy", "lockings that -s takes", list_strategies },
	{ "drivers", "driver", "what stress hunts races with", list_drivers },
	{ "canaries", "canary", "drivers that a sanitizer must report",
	    list_canaries },
	{ "hazards", "hazard",
	    "defects of the original, by rank (docs/hazards.md); an exhibit is "
	    "one that --as-found gives back",
	    list_hazards },
	{ "points", "point",
	    "where --perturb delays; held: a lock may be held there",
	    list_points },
	{ "halves", "half", "stretches of work that drivers want to see meet",
	    list_halves },
	{ "counters", "counter", "what the VM counts: fields of run's records",
	    list_counters },
	{ "shootdowns", "shootdown", "how TLBs are told: --shootdown",
	    list_shootdowns },
	{ "traces", "trace", "programs that run replays by name", list_traces },
	{ "presets", "preset", "builds (CMakePresets.json)", list_presets },
	{ 0 },
};
