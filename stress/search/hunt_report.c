/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE
#include "stress/search/hunt_report.h"
#include "stress/search/rcu_option.h"

#include <stdlib.h>

#include "stress/build.h"
#include "stress/interrupt.h"
#include "stress/need.h"
#include "stress/records.h"
#include "stress/search/explore_options.h"
#include "stress/search/explore_report.h"

static const struct explore_found *
first(const struct hunted *hunted)
{
	return hunted->result->founds > 0 ? &hunted->result->found[0] : NULL;
}

static boolean_t
is_interrupted(const struct hunted *hunted)
{
	return hunted->result->interrupted || hunted->shrunk->interrupted;
}

boolean_t
hunt_is_met(const struct hunted *hunted)
{
	const struct explore_found *found = first(hunted);
	const struct scenario *scenario = hunted->target->scenario;

	if (hunted->result->trouble[0] != '\0')
		return FALSE;
	if (found == NULL || !hunted->target->wrong)
		return (found != NULL) == hunted->target->wrong;
	/* A sanitizer may see it before the scenario does. */
	return scenario->wrong == NULL || hunted->target->hazard != NULL ||
	       found->verdict == scenario->verdict ||
	       (build_is_slow() && (found->verdict == SCHED_RACE ||
				       found->verdict == SCHED_CRASH));
}

enum verdict
hunt_verdict(const struct hunted *hunted)
{
	const struct explore_found *found = first(hunted);
	char text[EXPOSURE_TEXT];

	if (found != NULL)
		return found->verdict == SCHED_RACE ? VERDICT_SANITIZER
						    : VERDICT_VIOLATION;
	if (hunted->result->trouble[0] != '\0')
		return VERDICT_NOT_STARTED;
	return hunted->target->wrong || explore_lacks(hunted->config,
					    hunted->result, text, sizeof(text))
		   ? VERDICT_NOT_EXPOSED
		   : VERDICT_SOUND;
}

char *
hunt_identity(
    const struct hunt_target *target, const struct explore_config *config)
{
	char rcu[RCU_MODEL_WORDS];

	rcu_model_words(&config->rcu, rcu);
	return need_printf(
	    "hunt scenario=%s strategy=%s as-found=%s rcu=%s "
	    "seed=%llu seconds=%g steps=%llu workers=%u sanitizer=%s "
	    "compiler=\"%s\"",
	    target->scenario->name,
	    target->ops != NULL ? target->ops->name : "none",
	    target->hazard != NULL ? target->hazard : "none", rcu,
	    (unsigned long long)config->seed, config->seconds,
	    (unsigned long long)config->step_limit, config->workers,
	    BUILD_SANITIZER, BUILD_COMPILER);
}

/* --- For people ---------------------------------------------------------- */

static void
print_shrunk(FILE *out, const struct hunted *hunted)
{
	const struct shrunk *s = hunted->shrunk;
	char words[300];

	if (!s->failed) {
		fprintf(out, "  not shrunk  %s\n",
		    first(hunted)->silent ? "it has no end"
		    : first(hunted)->verdict == SCHED_NONDETERMINISM
			? "it goes another way each time"
		    : s->interrupted ? "interrupted"
		    : s->not_started ? "it could not be started"
				     : "it did not fail a second time");
		return;
	}
	fprintf(out,
	    "  shrunk     %llu preemptions, %u turns, %llu steps -> %llu, %u, "
	    "%llu; %llu executions, %.3f s\n",
	    (unsigned long long)s->before.preemptions, s->turns_before,
	    (unsigned long long)s->before.steps,
	    (unsigned long long)s->after.preemptions, s->turns,
	    (unsigned long long)s->after.steps,
	    (unsigned long long)s->executions, s->shrink_s);
	shrink_certificate(s, words, sizeof(words));
	fprintf(out, "  %s", words);
	if (s->certify_executions > 0)
		fprintf(out, "; %llu executions more, %.3f s",
		    (unsigned long long)s->certify_executions, s->certify_s);
	fprintf(out, "\n");
}

/* Of those that came to their end, and the one that was shrunk: the process of
 * a crash takes along how far it was. */
static uint64_t
longest(const struct hunted *hunted)
{
	const struct shrunk *s = hunted->shrunk;
	uint64_t steps = hunted->result->longest;

	return first(hunted) != NULL && s->failed && s->before.steps > steps
		   ? s->before.steps
		   : steps;
}

/* The command that has it again; the caller's. */
static char *
replay_line(const struct hunted *hunted)
{
	char *quoted, *line;

	if (hunted->file == NULL)
		return explore_replay_line(hunted->config, first(hunted));
	quoted = need_quoted(hunted->file);
	line = need_printf("./vmrace replay %s --explain", quoted);
	free(quoted);
	return line;
}

void
hunt_print(FILE *out, const struct hunted *hunted)
{
	const struct explore_result *result = hunted->result;
	const struct explore_found *found = first(hunted);
	char *line, note[512] = "";

	fprintf(out, "  executions %llu in %.3f s: %.0f/s",
	    (unsigned long long)result->executions, result->wall_s,
	    result->wall_s > 0 ? (double)result->executions / result->wall_s
			       : 0);
	if (longest(hunted) > 0)
		fprintf(out, "; longest %llu steps",
		    (unsigned long long)longest(hunted));
	fprintf(out, "\n");
	if (found != NULL) {
		fprintf(out,
		    "  found      %s: %s\n"
		    "             by %s, seed %llu, after %llu executions, "
		    "%.3f s\n",
		    sched_verdict_name(found->verdict), found->text,
		    hunted->config->policies[found->policy]->name,
		    (unsigned long long)found->seed,
		    (unsigned long long)found->after_runs, found->after_s);
		print_shrunk(out, hunted);
		if (hunted->file != NULL)
			fprintf(out, "  saved      %zu bytes\n",
			    hunted->file_bytes);
		line = replay_line(hunted);
		fprintf(out, "replay: %s\n", line);
		free(line);
	}
	if (found == NULL)
		explore_note_words(hunted->config, result, note, sizeof(note));
	else if (is_interrupted(hunted))
		note_interrupted(note, sizeof(note));
	fprintf(out, "verdict: %s, %s%s%s\n",
	    verdict_name(hunt_verdict(hunted)),
	    hunt_is_met(hunted) ? "as expected" : "NOT as expected !!!",
	    note[0] != '\0' ? ": " : "", note);
}

/* --- For programs -------------------------------------------------------- */

static json_t *
json_shrunk(const struct shrunk *s)
{
	char words[300];

	if (!s->failed)
		return json_null();
	shrink_certificate(s, words, sizeof(words));
	return json_pack("{sI si sI sI si sI sI sf ss sb ss sI sf sI sf}",
	    "preemptions_before", (json_int_t)s->before.preemptions,
	    "turns_before", (int)s->turns_before, "steps_before",
	    (json_int_t)s->before.steps, "preemptions",
	    (json_int_t)s->after.preemptions, "turns", (int)s->turns, "steps",
	    (json_int_t)s->after.steps, "executions", (json_int_t)s->executions,
	    "wall_s", s->shrink_s, "schedule", s->schedule, "certified",
	    s->certified == s->after.preemptions, "certificate", words,
	    "schedules_without", (json_int_t)s->schedules, "schedules_estimate",
	    s->estimate, "certify_executions",
	    (json_int_t)s->certify_executions, "certify_wall_s", s->certify_s);
}

static json_t *
json_file(const struct hunted *hunted)
{
	char *line;
	json_t *json;

	if (hunted->file == NULL)
		return json_pack("{sn si sn}", "reproducer", "reproducer_bytes",
		    0, "replay");
	line = replay_line(hunted);
	json = json_pack("{so si so}", "reproducer",
	    records_string(hunted->file), "reproducer_bytes",
	    (int)hunted->file_bytes, "replay", records_string(line));
	free(line);
	return json;
}

json_t *
hunt_json(const struct hunted *hunted)
{
	const struct explore_result *result = hunted->result;
	const struct explore_found *found = first(hunted);
	char *identity = hunt_identity(hunted->target, hunted->config);
	json_t *json = explore_config_json(hunted->config);
	char note[512];

	explore_note_words(hunted->config, result, note, sizeof(note));
	if (hunted->shrunk->interrupted && !result->interrupted)
		note_interrupted(note, sizeof(note));
	json_object_update_new(json, json_file(hunted));
	json_object_update_new(json,
	    json_pack("{sI sb sb so sb sI sI sf so so ss}",
		"certify_points_max", (json_int_t)hunted->certify_points,
		"expected_to_fail", hunted->target->wrong, "expectation_met",
		hunt_is_met(hunted), "note", records_string(note),
		"interrupted", is_interrupted(hunted), "executions",
		(json_int_t)result->executions, "points",
		(json_int_t)result->points, "wall_s", result->wall_s, "found",
		found != NULL ? explore_found_json(hunted->config, found)
			      : json_null(),
		"shrunk",
		found != NULL ? json_shrunk(hunted->shrunk) : json_null(),
		"identity", identity));
	free(identity);
	return json;
}
