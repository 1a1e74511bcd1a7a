/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an estimate may be called.
 *
 * An exhaustive search counts leaves, each once, and has a number for all of
 * them from probes: a share.  A random one repeats itself and does not know
 * how much there is; it has a number for how often it still meets what is new.
 *
 * A CERTIFICATE is a bound that was searched to its end with nothing found.
 */
#include "stress/search/space.h"

#include <string.h>

#include "stress/build.h"

#define SAMPLED_MIN 100 /* executions; below, nothing is said */
#define PROBES_MIN  30

static boolean_t
is_exhaustive(const struct explore_config *config)
{
	return config->policies[0]->exhaustive;
}

static const char *
leaves(const struct explore_config *config)
{
	return config->policies[0]->deepens ? "schedules" : "classes";
}

/* Share of the space that was seen; below 0: not known. */
static double
covered(const struct explore_result *result)
{
	const struct sched_search *search = &result->search;

	if (result->complete)
		return 1;
	/* An estimate that has been proved too small is none. */
	if (search->probes < PROBES_MIN ||
	    search->total <= (double)search->leaves)
		return -1;
	return (double)search->leaves / search->total;
}

/* The fewest preemptions of a failure; UINT64_MAX: none was found. */
static uint64_t
fewest(const struct explore_result *result)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < result->founds; i++)
		if (result->found[i].preemptions < least)
			least = result->found[i].preemptions;
	return least;
}

void
space_words(const struct explore_config *config,
    const struct explore_result *result, char *text, size_t size)
{
	const struct sched_search *search = &result->search;
	struct species_estimate e = species_estimate(&result->species);
	char bound[40] = "";

	text[0] = '\0';
	if (!is_exhaustive(config)) {
		if (e.sampled >= SAMPLED_MIN)
			snprintf(text, size, "%.2g %% new; >= %.3g classes",
			    100 * e.unseen, e.at_least);
		return;
	}
	if (config->policies[0]->deepens)
		snprintf(bound, sizeof(bound), "bound %u: ", result->bound);
	if (covered(result) >= 0)
		snprintf(text, size, "%sabout %.2g %% of %.3g %s", bound,
		    100 * covered(result), search->total, leaves(config));
	else
		snprintf(text, size, "%s%llu %s", bound,
		    (unsigned long long)search->leaves, leaves(config));
}

void
space_complete(const struct explore_config *config,
    const struct explore_result *result, char *text, size_t size)
{
	unsigned long long count = result->search.leaves;

	if (!config->policies[0]->deepens)
		snprintf(text, size, "complete: each of %llu classes%s", count,
		    strcmp(BUILD_SANITIZER, "thread") == 0
			? ""
			: "; --tsan tells of races");
	else if (result->search.whole)
		snprintf(text, size, "complete: all %llu schedules", count);
	else
		snprintf(text, size,
		    "complete: every schedule of at most %u preemptions",
		    result->bound);
}

/* --- For people --------------------------------------------------------- */

static void
print_levels(FILE *out, const struct explore_result *result)
{
	uint64_t least = fewest(result);

	for (unsigned k = 0; k < result->levels; k++)
		fprintf(out, "  bound %-4u  %llu schedules: %s\n", k,
		    (unsigned long long)result->level[k],
		    least > k ? "none fails, certified" : "not all are sound");
}

static void
print_search(FILE *out, const struct explore_config *config,
    const struct explore_result *result)
{
	const struct sched_search *search = &result->search;

	fprintf(out, "  space       ");
	if (config->policies[0]->deepens && !result->complete)
		fprintf(out, "bound %u: stopped after ", result->bound);
	fprintf(
	    out, "%llu %s", (unsigned long long)search->leaves, leaves(config));
	if (search->stands_for > (double)search->leaves)
		fprintf(out, ", for %.3g: tasks are alike", search->stands_for);
	if (result->complete)
		fprintf(out, ", all there are");
	else if (covered(result) >= 0)
		fprintf(out,
		    " of about %.3g +- %.2g (%llu probes): %.2g %%; of a "
		    "lopsided space there is more than that",
		    search->total, search->error,
		    (unsigned long long)search->probes, 100 * covered(result));
	if (!config->policies[0]->deepens)
		fprintf(out, "; %llu executions were redundant",
		    (unsigned long long)search->redundant);
	fputc('\n', out);
}

void
space_print(FILE *out, const struct explore_config *config,
    const struct explore_result *result)
{
	struct species_estimate e = species_estimate(&result->species);

	if (is_exhaustive(config)) {
		print_levels(out, result);
		print_search(out, config, result);
	} else if (e.sampled >= SAMPLED_MIN)
		fprintf(out,
		    "  space       at most %.2g %% of what is drawn is still "
		    "new: %llu sampled, %llu classes, %llu once; >= %.3g "
		    "classes\n",
		    100 * e.unseen, (unsigned long long)e.sampled,
		    (unsigned long long)e.classes, (unsigned long long)e.once,
		    e.at_least);
}

/* --- For programs ------------------------------------------------------- */

static json_t *
json_levels(const struct explore_result *result)
{
	json_t *rows = json_array();

	for (unsigned k = 0; k < result->levels; k++)
		json_array_append_new(
		    rows, json_pack("{si sI sb}", "bound", (int)k, "schedules",
			      (json_int_t)result->level[k], "none_fails",
			      fewest(result) > k));
	return rows;
}

json_t *
space_json(
    const struct explore_config *config, const struct explore_result *result)
{
	const struct sched_search *search = &result->search;
	struct species_estimate e = species_estimate(&result->species);
	double share = covered(result);
	json_t *json;

	if (!is_exhaustive(config))
		return e.sampled < SAMPLED_MIN
			   ? NULL
			   : json_pack("{ss sI sI sI sf sf}", "kind", "drawn",
				 "sampled", (json_int_t)e.sampled,
				 "classes_seen", (json_int_t)e.classes,
				 "classes_seen_once", (json_int_t)e.once,
				 "unseen_share", e.unseen, "classes_at_least",
				 e.at_least);
	json = json_pack("{ss ss sI sI sI so sb}", "kind", "searched", "unit",
	    leaves(config), "seen", (json_int_t)search->leaves, "redundant",
	    (json_int_t)search->redundant, "probes", (json_int_t)search->probes,
	    "bounds", json_levels(result), "whole", search->whole);
	if (share >= 0 && search->probes >= PROBES_MIN)
		json_object_update_new(
		    json, json_pack("{sf sf}", "estimate", search->total,
			      "estimate_error", search->error));
	if (config->policies[0]->deepens)
		json_object_set_new(
		    json, "stands_for", json_real(search->stands_for));
	if (share >= 0)
		json_object_set_new(json, "seen_share", json_real(share));
	return json;
}
