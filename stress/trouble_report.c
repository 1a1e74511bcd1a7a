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
	const struct trouble_counts *met = &result->trouble;

	if (!trouble_is_any(&config->trouble) || !result->finished)
		return;
	fprintf(out,
	    "  trouble     %lu gets, %lu puts, %lu allocations failed; %lu "
	    "writes late, %lu at once; %lu requests never done; %lu calls and "
	    "accesses refused, %lu pages lost\n",
	    met->gets, met->puts, failed_allocations(result), met->late,
	    met->now, met->never, result->refused, result->vm.lost_pages);
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
