/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "stress/interrupt.h"
#include "stress/parse.h"
#include "stress/records.h"
#include "stress/search/explore_options.h"
#include "stress/search/explore_report.h"
#include "stress/search/rcu_option.h"
#include "stress/search/space.h"

static double
per_s(uint64_t count, const struct explore_result *result)
{
	return result->wall_s > 0 ? (double)count / result->wall_s : 0;
}

/* A schedule that was not gone as it stands. */
static boolean_t
lacks_turns(const struct explore_config *config,
    const struct explore_result *result, char *text, size_t size)
{
	for (unsigned i = 0; i < config->workers; i++) {
		const struct sched_search *search = &result->slot[i].search;

		if (search->untaken == 0)
			continue;
		snprintf(text, size, "%u of %u turns could not be taken",
		    search->untaken, search->turns);
		return TRUE;
	}
	return FALSE;
}

/* The defect that a row is known for: what shows it under the original is in
 * shown.def. */
static boolean_t
lacks_the_defect(const struct explore_config *config, char *text, size_t size)
{
	const char *known = "known to be wrong, and not found";
	const struct scenario_shown *shown;

	if (config->scenario->wrong != NULL) {
		snprintf(text, size, "%s: %s", known, config->scenario->wrong);
		return TRUE;
	}
	if (config->ops == NULL || strcmp(config->ops->name, "original") != 0)
		return FALSE;
	for (shown = scenario_shown; shown->hazard != NULL; shown++) {
		unsigned long hazard = 0;

		if (strcmp(shown->scenario, config->scenario->name) != 0 ||
		    !parse_hazard(shown->hazard, &hazard) ||
		    (config->as_found & hazard) == 0)
			continue;
		snprintf(
		    text, size, "%s: %s, given back", known, shown->hazard);
		return TRUE;
	}
	return FALSE;
}

boolean_t
explore_lacks(const struct explore_config *config,
    const struct explore_result *result, char *text, size_t size)
{
	uint64_t classes =
	    config->policies[0]->deepens ? 0 : result->search.leaves;

	if (lacks_turns(config, result, text, size))
		return TRUE;
	if (result->choices == 0) {
		snprintf(text, size, "there was never a choice");
		return TRUE;
	}
	if (exposure_lacks(&result->exposure, config, result->complete, classes,
		text, size))
		return TRUE;
	return !result->complete && lacks_the_defect(config, text, size);
}

enum verdict
explore_verdict(
    const struct explore_config *config, const struct explore_result *result)
{
	boolean_t only_races = TRUE;
	char text[EXPOSURE_TEXT];

	for (unsigned i = 0; i < result->founds; i++)
		only_races &= result->found[i].verdict == SCHED_RACE;
	if (result->founds > 0)
		return only_races ? VERDICT_SANITIZER : VERDICT_VIOLATION;
	if (result->trouble[0] != '\0')
		return result->skipped ? VERDICT_SKIPPED : VERDICT_NOT_STARTED;
	return explore_lacks(config, result, text, sizeof(text))
		   ? VERDICT_NOT_EXPOSED
		   : VERDICT_SOUND;
}

void
explore_note_words(const struct explore_config *config,
    const struct explore_result *result, char *note, size_t size)
{
	const struct explore_found *first = &result->found[0];

	note[0] = '\0';
	if (result->founds > 0)
		snprintf(note, size, "%s: %s",
		    sched_verdict_name(first->verdict), first->text);
	else if (result->trouble[0] != '\0')
		snprintf(note, size, "%s", result->trouble);
	else if (!explore_lacks(config, result, note, size) && result->complete)
		space_complete(config, result, note, size);
	if (result->interrupted)
		note_interrupted(note, size);
}

/* --- For people --------------------------------------------------------- */

static void
print_found(FILE *out, const struct explore_config *config,
    const struct explore_found *found)
{
	const struct sched_policy_ops *policy = config->policies[found->policy];
	char *replay = explore_replay_line(config, found);

	fprintf(out, "  %s x%llu: %s\n", sched_verdict_name(found->verdict),
	    (unsigned long long)found->count, found->text);
	fprintf(out, "    first by %s", policy->name);
	if (policy->draws)
		fprintf(out, ", seed %llu", (unsigned long long)found->seed);
	fprintf(out,
	    ", after %llu executions, %.3f s: %llu steps, %llu preemptions\n",
	    (unsigned long long)found->after_runs, found->after_s,
	    (unsigned long long)found->steps,
	    (unsigned long long)found->preemptions);
	if (found->schedule[0] != '\0')
		fprintf(out, "    schedule %s\n", found->schedule);
	fprintf(out, "replay: %s\n", replay);
	free(replay);
}

void
explore_print(FILE *out, const struct explore_config *config,
    const struct explore_result *result)
{
	char note[512];

	if (result->executions > 0)
		fprintf(out,
		    "  executions  %llu in %.3f s: %.0f/s; %.1f points each, "
		    "%.0f/s; %llu failed; %llu repeated\n",
		    (unsigned long long)result->executions, result->wall_s,
		    per_s(result->executions, result),
		    (double)result->points / (double)result->executions,
		    per_s(result->points, result),
		    (unsigned long long)result->failures,
		    (unsigned long long)result->repeated);
	if (!result->skipped)
		space_print(out, config, result);
	for (unsigned i = 0; i < result->founds; i++)
		print_found(out, config, &result->found[i]);
	explore_note_words(config, result, note, sizeof(note));
	verdict_print(out, explore_verdict(config, result), note);
}

/* --- For programs ------------------------------------------------------- */

static json_t *
json_hash(uint64_t hash)
{
	return json_sprintf("%016llx", (unsigned long long)hash);
}

json_t *
explore_found_json(
    const struct explore_config *config, const struct explore_found *f)
{
	char *replay = explore_replay_line(config, f);
	json_t *json = json_pack("{ss so sI sI sI ss sI sI so sf sI ss so}",
	    "verdict", sched_verdict_name(f->verdict), "text",
	    records_string(f->text), "count", (json_int_t)f->count, "execution",
	    (json_int_t)f->execution, "seed", (json_int_t)f->seed, "scheduler",
	    config->policies[f->policy]->name, "steps", (json_int_t)f->steps,
	    "preemptions", (json_int_t)f->preemptions, "trace_hash",
	    json_hash(f->hash), "after_s", f->after_s, "after_executions",
	    (json_int_t)f->after_runs, "schedule", f->schedule, "replay",
	    records_string(replay));

	free(replay);
	return json;
}

static json_t *
json_founds(
    const struct explore_config *config, const struct explore_result *result)
{
	json_t *rows = json_array();

	for (unsigned i = 0; i < result->founds; i++)
		json_array_append_new(
		    rows, explore_found_json(config, &result->found[i]));
	return rows;
}

json_t *
explore_config_json(const struct explore_config *config)
{
	return json_pack("{ss so ss si so sI sf sI si so so}", "scenario",
	    config->scenario->name, "wrong",
	    records_string(config->scenario->wrong), "strategy",
	    config->ops != NULL ? config->ops->name : "none", "tasks",
	    (int)config->scenario->tasks, "schedulers",
	    records_words(explore_scheduler(config)), "seed",
	    (json_int_t)config->seed, "seconds", config->seconds, "steps_max",
	    (json_int_t)config->step_limit, "workers", (int)config->workers,
	    "as_found", records_words(as_found_words(config->as_found)), "rcu",
	    rcu_option_json(&config->rcu));
}

/* What was asked of explore alone. */
static json_t *
json_asked(const struct explore_config *config)
{
	char *identity = explore_identity(config);
	json_t *json =
	    json_pack("{si si sI ss ss*}", "bound", (int)config->bound, "depth",
		(int)config->depth, "runs_max", (json_int_t)config->runs,
		"identity", identity, "schedule", config->schedule);

	free(identity);
	return json;
}

/* What an execution takes, part by part; null: none was timed. */
static json_t *
json_times(const struct stage_times *times)
{
	double n = (double)times->timed;

	if (times->timed == 0)
		return json_null();
	return json_pack("{sI sf sf sf}", "timed", (json_int_t)times->timed,
	    "reset_ns", (double)times->reset_ns / n, "run_ns",
	    (double)times->run_ns / n, "check_ns", (double)times->check_ns / n);
}

static json_t *
json_exposure(
    const struct explore_config *config, const struct explore_result *result)
{
	const struct scenario *scenario = config->scenario;
	const struct exposure *e = &result->exposure;
	json_t *parts = json_array();
	const char *sentence;

	for (unsigned i = 0; scenario->part != NULL && i < scenario->tasks; i++)
		json_array_append_new(
		    parts, json_pack("{ss sI}", "operation",
			       scenario->part(scenario, i, &sentence),
			       "executions", (json_int_t)e->did[i]));
	return json_pack("{sb so so}", "met", e->met, "did", parts, "came_up",
	    records_words(as_found_words(e->came_up)));
}

json_t *
explore_json(
    const struct explore_config *config, const struct explore_result *result)
{
	json_t *json = explore_config_json(config);
	json_t *space = space_json(config, result);
	char note[512];

	json_object_update_new(json, json_asked(config));
	if (space != NULL)
		json_object_set_new(json, "space", space);
	json_object_set_new(json, "execution", json_times(&result->times));
	json_object_set_new(json, "exposed", json_exposure(config, result));
	explore_note_words(config, result, note, sizeof(note));
	json_object_update_new(
	    json, json_pack("{so sb sb sI sI sI sI sI sI sI so sf sf sf so}",
		      "note", records_string(note), "complete",
		      result->complete, "interrupted", result->interrupted,
		      "executions", (json_int_t)result->executions, "points",
		      (json_int_t)result->points, "choices",
		      (json_int_t)result->choices, "preemptions",
		      (json_int_t)result->preemptions, "failures",
		      (json_int_t)result->failures, "longest_steps",
		      (json_int_t)result->longest, "repeated",
		      (json_int_t)result->repeated, "trace_hash",
		      json_hash(result->hash), "wall_s", result->wall_s,
		      "points_per_s", per_s(result->points, result),
		      "executions_per_s", per_s(result->executions, result),
		      "found", json_founds(config, result)));
	return json;
}
