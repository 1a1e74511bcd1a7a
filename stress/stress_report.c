/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "stress/need.h"
#include "stress/parse.h"
#include "stress/race_hazard.h"
#include "stress/records.h"
#include "stress/stress_options.h"
#include "stress/stress_report.h"
#include "stress/trouble_report.h"

static const char *const half_names[] = {
#define HALF(name, sentence) #name,
#include "core/halves.def"
#undef HALF
};

const char *
half_name(enum vm_half half)
{
	return half_names[half];
}

char *
stress_pair_name(const struct window_pair *pair)
{
	return need_printf("%s x %s", half_name(pair->a), half_name(pair->b));
}

int
stress_own_pair(const struct stress *driver, const struct race *race)
{
	unsigned long one = race->side[0].halves, two = race->side[1].halves;

	for (unsigned i = 0; i < stress_pair_count(driver); i++) {
		unsigned long a = 1ul << driver->pairs[i].a;
		unsigned long b = 1ul << driver->pairs[i].b;

		if (((one & a) && (two & b)) || ((one & b) && (two & a)))
			return (int)i;
	}
	return -1;
}

const struct window_pair *
stress_convicting_pair(
    const struct stress *driver, const struct stress_result *result)
{
	for (unsigned i = 0; i < result->races.count; i++) {
		int pair = stress_own_pair(driver, &result->races.race[i]);

		if (pair >= 0)
			return &driver->pairs[pair];
	}
	return NULL;
}

double
stress_operations_per_s(const struct stress_result *result)
{
	if (result->wall_ns == 0)
		return 0;
	return (double)result->operations * 1e9 / (double)result->wall_ns;
}

unsigned long
stress_exposed(const struct stress_result *result)
{
	unsigned long met = 0;

	for (unsigned i = 0; i < WINDOW_PAIRS; i++)
		met += result->met[i];
	return met;
}

static unsigned long
stress_reports(const struct stress_result *result)
{
	unsigned long reports = 0;

	for (unsigned i = 0; i < result->races.count; i++)
		reports += result->races.race[i].count;
	/* A leak is told when all is over: it has no row. */
	return reports != 0 ? reports : result->evidence.reports;
}

/* --- For people --------------------------------------------------------- */

static void
print_side(FILE *out, const struct race_side *side)
{
	fprintf(out, "%s %s (%s)", side->write ? "write in" : "read in",
	    side->function[0] != '\0' ? side->function : "?", side->where);
}

static void
print_race(FILE *out, const struct stress *driver, const struct race *race,
    boolean_t stacks)
{
	int pair = stress_own_pair(driver, race);
	const char *hazard = race_hazard(race);

	fprintf(out, "  %s x%lu: ", race->kind, race->count);
	print_side(out, &race->side[0]);
	if (race->side[1].stack[0] != '\0') {
		fputs(" / ", out);
		print_side(out, &race->side[1]);
	}
	if (pair >= 0) {
		char *name = stress_pair_name(&driver->pairs[pair]);

		fprintf(out, " [%s]", name);
		free(name);
	}
	if (hazard != NULL)
		fprintf(out, " [hazard %s]", hazard);
	fputc('\n', out);
	if (!stacks)
		return;
	for (unsigned i = 0; i < 2 && race->side[i].stack[0] != '\0'; i++) {
		const char *line = race->side[i].stack, *end;

		fprintf(
		    out, "    %s by\n", race->side[i].write ? "write" : "read");
		for (; (end = strchr(line, '\n')) != NULL; line = end + 1)
			fprintf(out, "      %.*s\n", (int)(end - line), line);
	}
}

static void
print_met(
    FILE *out, const struct stress *driver, const struct stress_result *result)
{
	unsigned count = stress_pair_count(driver);

	if (count == 0)
		return;
	fputs("  met        ", out);
	for (unsigned i = 0; i < count; i++) {
		char *name = stress_pair_name(&driver->pairs[i]);

		fprintf(
		    out, "%s %lu %s", i > 0 ? ";" : "", result->met[i], name);
		free(name);
	}
	fputc('\n', out);
}

void
stress_print(FILE *out, const struct stress_config *config,
    const struct stress_result *result, boolean_t stacks)
{
	boolean_t bad = result->verdict == VERDICT_VIOLATION ||
			result->verdict == VERDICT_SANITIZER;

	if (result->finished)
		fprintf(out,
		    "  operations  %lu in %.3f s: %.0f/s; %lu rounds, "
		    "%lu delays; invariants checked %lu times\n",
		    result->operations, (double)result->wall_ns * 1e-9,
		    stress_operations_per_s(result), result->rounds,
		    result->delays, result->checks);
	else if (result->wall_ns != 0)
		fprintf(out, "  operations  %lu in %.3f s, and no further\n",
		    result->operations, (double)result->wall_ns * 1e-9);
	print_met(out, config->driver, result);
	stress_print_trouble(out, config, result);
	for (unsigned i = 0; i < result->races.count; i++)
		print_race(out, config->driver, &result->races.race[i], stacks);
	if (bad)
		fprintf(out, "replay: %s\n", config->replay);
	verdict_print(out, result->verdict, result->note);
}

/* --- For programs ------------------------------------------------------- */

static json_t *
json_side(const struct race_side *side)
{
	return json_pack("{ss ss ss sb si ss}", "function", side->function,
	    "where", side->where, "access", side->write ? "write" : "read",
	    "atomic", side->atomic, "size_bytes", (int)side->size, "stack",
	    side->stack);
}

json_t *
stress_json_pair(const struct window_pair *pair)
{
	char *name;
	json_t *json;

	if (pair == NULL)
		return json_null();
	name = stress_pair_name(pair);
	json = json_string(name);
	free(name);
	return json;
}

static json_t *
json_races(const struct stress *driver, const struct races *races)
{
	json_t *rows = json_array();

	for (unsigned i = 0; i < races->count; i++) {
		const struct race *race = &races->race[i];
		int pair = stress_own_pair(driver, race);
		json_t *row = json_pack("{ss sI so so}", "kind", race->kind,
		    "count", (json_int_t)race->count, "a",
		    json_side(&race->side[0]), "b", json_side(&race->side[1]));

		if (pair >= 0)
			json_object_set_new(row, "pair",
			    stress_json_pair(&driver->pairs[pair]));
		if (race_hazard(race) != NULL)
			json_object_set_new(
			    row, "hazard", json_string(race_hazard(race)));
		json_array_append_new(rows, row);
	}
	return rows;
}

static json_t *
json_met(const struct stress *driver, const struct stress_result *result)
{
	json_t *rows = json_array();

	for (unsigned i = 0; i < stress_pair_count(driver); i++)
		json_array_append_new(rows,
		    json_pack("{ss ss sI}", "a", half_name(driver->pairs[i].a),
			"b", half_name(driver->pairs[i].b), "met",
			(json_int_t)result->met[i]));
	return rows;
}

/* What was asked. */
static json_t *
json_config(const struct stress_config *config)
{
	return json_pack("{ss ss si sI sf sI sb so si si ss ss sb ss ss}",
	    "driver", config->driver->name, "strategy", config->ops->name,
	    "cpus", (int)config->cpus, "seed", (json_int_t)config->seed,
	    "seconds", config->seconds, "operations_max",
	    (json_int_t)config->operations, "perturb", config->perturb,
	    "as_found", records_words(as_found_words(config->as_found)),
	    "frames", (int)config->frames, "cache_max",
	    (int)stress_cache_max(config), "shootdown", config->shootdown,
	    "swap", config->swap_async ? "async" : "sync", "daemon",
	    config->daemon, "identity", config->identity, "replay",
	    config->replay);
}

/* What came of it. */
static json_t *
json_result(const struct stress *driver, const struct stress_result *result)
{
	return json_pack("{so sb sb sI sI sI sI sI sf sI sI sI so so so}",
	    "note", records_string(result->note), "finished", result->finished,
	    "interrupted", result->interrupted, "operations",
	    (json_int_t)result->operations, "rounds",
	    (json_int_t)result->rounds, "delays", (json_int_t)result->delays,
	    "invariant_checks", (json_int_t)result->checks, "wall_ns",
	    (json_int_t)result->wall_ns, "operations_per_s",
	    stress_operations_per_s(result), "exposed",
	    (json_int_t)stress_exposed(result), "reports",
	    (json_int_t)stress_reports(result), "reports_lost",
	    (json_int_t)result->races.lost, "convicted_by",
	    stress_json_pair(stress_convicting_pair(driver, result)), "met",
	    json_met(driver, result), "races",
	    json_races(driver, &result->races));
}

json_t *
stress_json(
    const struct stress_config *config, const struct stress_result *result)
{
	json_t *json = json_config(config);

	json_object_update_new(json, json_result(config->driver, result));
	stress_json_trouble(json, config, result);
	return json;
}
