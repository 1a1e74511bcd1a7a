/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "stress/build.h"
#include "stress/parse.h"
#include "stress/stress_report.h"

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

double
stress_operations_per_s(const struct stress_result *result)
{
	if (result->wall_ns == 0)
		return 0;
	return (double)result->operations * 1e9 / (double)result->wall_ns;
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

	fprintf(out, "  %s x%lu: ", race->kind, race->count);
	print_side(out, &race->side[0]);
	if (race->side[1].stack[0] != '\0') {
		fputs(" / ", out);
		print_side(out, &race->side[1]);
	}
	if (pair >= 0)
		fprintf(out, " [%s x %s]", half_name(driver->pairs[pair].a),
		    half_name(driver->pairs[pair].b));
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
	for (unsigned i = 0; i < count; i++)
		fprintf(out, "%s %lu %s x %s", i > 0 ? ";" : "", result->met[i],
		    half_name(driver->pairs[i].a),
		    half_name(driver->pairs[i].b));
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
	print_met(out, config->driver, result);
	for (unsigned i = 0; i < result->races.count; i++)
		print_race(out, config->driver, &result->races.race[i], stacks);
	if (bad)
		fprintf(out, "replay: %s\n", config->replay);
	fprintf(out, "verdict: %s%s%s%s\n", verdict_name(result->verdict),
	    bad ? " !!!" : "", result->note[0] != '\0' ? ": " : "",
	    result->note);
}

/* --- For programs ------------------------------------------------------- */

static json_t *
json_side(const struct race_side *side)
{
	return json_pack("{ss ss ss si ss}", "function", side->function,
	    "where", side->where, "access", side->write ? "write" : "read",
	    "size_bytes", (int)side->size, "stack", side->stack);
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
			    json_sprintf("%s/%s",
				half_name(driver->pairs[pair].a),
				half_name(driver->pairs[pair].b)));
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

json_t *
stress_json(
    const struct stress_config *config, const struct stress_result *result)
{
	char *as_found = as_found_words(config->as_found);
	json_t *json = json_pack("{si ss ss ss si sI sf sb ss si sb sb ss ss "
				 "ss ss sb sI sI sI sI sf "
				 "so so ss}",
	    "schema", 1, "driver", config->driver->name, "strategy",
	    config->ops->name, "backend", "native", "cpus", (int)config->cpus,
	    "seed", (json_int_t)config->seed, "seconds", config->seconds,
	    "perturb", config->perturb, "as_found", as_found, "frames",
	    (int)config->frames, "daemon", config->daemon, "swap_async",
	    config->swap_async, "sanitizer", BUILD_SANITIZER, "compiler",
	    BUILD_COMPILER, "verdict", verdict_name(result->verdict), "note",
	    result->note, "finished", result->finished, "operations",
	    (json_int_t)result->operations, "rounds",
	    (json_int_t)result->rounds, "delays", (json_int_t)result->delays,
	    "wall_ns", (json_int_t)result->wall_ns, "operations_per_s",
	    stress_operations_per_s(result), "met",
	    json_met(config->driver, result), "races",
	    json_races(config->driver, &result->races), "replay",
	    config->replay);

	free(as_found);
	return json;
}
