/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "stress/trouble_options.h"
#include "stress/trouble_report.h"

/* Failed by chance, or the one that was to fail. */
static unsigned long
failed_allocations(const struct stress_result *result)
{
	return result->finished ? result->vm.failed_allocations
				: result->trouble.allocations;
}

void
stress_print_trouble(FILE *out, const struct stress_config *config,
    const struct stress_result *result)
{
	const struct {
		unsigned long count;
		const char *what;
	} met[] = {
		{ result->trouble.gets, "reads failed" },
		{ result->trouble.puts, "writes failed" },
		{ failed_allocations(result), "allocations failed" },
		{ result->trouble.late, "writes late" },
		{ result->trouble.now, "writes at once" },
		{ result->trouble.never, "requests never done" },
		{ result->refused, "calls and accesses refused" },
		{ result->vm.lost_pages, "pages lost" },
	};
	const char *before = "  trouble     ";

	if (!trouble_is_any(&config->trouble) || !result->finished)
		return;
	for (unsigned i = 0; i < sizeof(met) / sizeof(met[0]); i++) {
		if (met[i].count == 0)
			continue;
		fprintf(out, "%s%lu %s", before, met[i].count, met[i].what);
		before = "; ";
	}
	if (before[0] == ';')
		fputc('\n', out);
}

static json_t *
json_weights(const struct weight *list, const unsigned *weights)
{
	json_t *json = json_object();

	for (unsigned i = 0; list[i].name != NULL; i++)
		json_object_set_new(
		    json, list[i].name, json_integer(weights[i]));
	return json;
}

void
stress_json_trouble(json_t *json, const struct stress_config *config,
    const struct stress_result *result)
{
	const struct trouble_counts *met = &result->trouble;
	char *asked = trouble_identity(&config->trouble);

	json_object_set_new(
	    json, "swap_pages", json_integer(config->swap_pages));
	json_object_set_new(
	    json, "refused", json_integer((json_int_t)result->refused));
	json_object_set_new(json, "trouble",
	    json_pack("{ss sI sI sI sI sI sI sI}", "asked", asked,
		"failed_gets", (json_int_t)met->gets, "failed_puts",
		(json_int_t)met->puts, "failed_allocations",
		(json_int_t)failed_allocations(result), "late_writes",
		(json_int_t)met->late, "writes_at_once", (json_int_t)met->now,
		"never_done", (json_int_t)met->never, "lost_pages",
		(json_int_t)result->vm.lost_pages));
	if (config->driver->weights != NULL)
		json_object_set_new(json, "weights",
		    json_weights(config->driver->weights, config->weights));
	free(asked);
}
