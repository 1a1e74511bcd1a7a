/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `vmrace hunt`: what is wrong is found, shrunk, certified and saved.
 *
 * The portfolio is every policy that draws at random, in turns of time, on one
 * worker a core: which of them is good at a defect is not known before it is
 * found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/apart.h"
#include "stress/clock.h"
#include "stress/interrupt.h"
#include "stress/need.h"
#include "stress/parse.h"
#include "stress/progress.h"
#include "stress/records.h"
#include "stress/search/commands.h"
#include "stress/search/hunt_report.h"
#include "stress/search/keep.h"

struct session {
	struct hunt_options options;
	struct records records;
	struct explore_result *result;
	struct shrunk *shrunk;
	const struct hunt_target *target; /* of the row */
	enum verdict worst;               /* of those not as expected */
	unsigned rows, met, found;
	boolean_t lost; /* what could not be saved */
	double begin_s;
};

/* Which row it is, and what it is about to do. */
static void
row_show(const struct session *session, const char *what)
{
	const struct hunt_target *target = session->target;

	progress_show("%u found; row %u of %u: %s%s%s: %s", session->found,
	    session->rows + 1, session->options.targets, target->scenario->name,
	    target->hazard != NULL ? " with " : "",
	    target->hazard != NULL ? target->hazard : "", what);
}

static void
row_look(void *arg)
{
	const struct session *session = arg;
	const struct explore_result *r = session->result;
	double spent = seconds_now() - session->begin_s;
	char what[80];

	snprintf(what, sizeof(what),
	    "%.0f s; %.0f executions/s, %.1f M points/s", spent,
	    (double)r->executions / spent, (double)r->points / spent * 1e-6);
	row_show(session, what);
}

/* The first failure, as small as it gets, in a file; its path or NULL. */
static char *
row_keep(
    struct session *session, const struct explore_config *config, size_t *bytes)
{
	struct explore_found *found = &session->result->found[0];
	struct shrunk *shrunk = session->shrunk;
	struct reproducer r;
	char *path, *text;

	if (found->verdict == SCHED_CRASH)
		keep_note(config, found, 1);
	reproducer_of(&r, config, found);
	memset(shrunk, 0, sizeof(*shrunk));
	/* Of one that has no end each attempt takes its time. */
	if (!found->silent && found->verdict != SCHED_NONDETERMINISM) {
		row_show(session, "shrinking");
		shrink(&r, session->options.certify_points, shrunk);
		session->lost |= shrunk->not_started;
	}
	if (shrunk->failed && shrunk->schedule_known) {
		free(r.schedule);
		r.schedule = need_printf("%s", shrunk->schedule);
		r.hash = shrunk->after.hash;
	}
	text = reproducer_text(&r);
	*bytes = strlen(text);
	free(text);
	path = keep_save(&r, found, session->options.directory, &session->lost);
	if (path == NULL)
		*bytes = 0;
	reproducer_free(&r);
	return path;
}

static void
row_count(struct session *session, const struct hunted *hunted)
{
	if (hunt_is_met(hunted))
		session->met++;
	else {
		enum verdict verdict = hunt_verdict(hunted);

		session->worst = session->met == session->rows
				     ? verdict
				     : verdict_worse(session->worst, verdict);
	}
	session->rows++;
}

/* FALSE: it could not be recorded. */
static boolean_t
row(struct session *session, const struct hunt_target *target)
{
	struct explore_config config = session->options.base;
	struct hunted hunted = { .target = target,
		.config = &config,
		.result = session->result,
		.shrunk = session->shrunk,
		.certify_points = session->options.certify_points };
	FILE *out = session->options.json ? stderr : stdout;
	char *path = NULL, *identity;
	boolean_t written;

	config.scenario = target->scenario;
	config.ops = target->ops;
	if (target->hazard != NULL)
		(void)parse_hazard(target->hazard, &config.as_found);
	session->target = target;
	memset(session->result, 0, sizeof(*session->result));
	identity = hunt_identity(target, &config);
	fprintf(out, "%s\n", identity);
	fflush(NULL);
	free(identity);
	records_begin(&session->records);
	session->begin_s = seconds_now();
	explore(&config, session->result, row_look, session);
	session->found += session->result->founds > 0;
	if (session->result->founds > 0)
		path = row_keep(session, &config, &hunted.file_bytes);
	progress_clear();
	hunted.file = path;
	if (!session->options.json)
		hunt_print(out, &hunted);
	fflush(out);
	row_count(session, &hunted);
	written = records_write(
	    &session->records, hunt_json(&hunted), hunt_verdict(&hunted));
	free(path);
	return written;
}

static int
rows(struct session *session)
{
	const struct hunt_options *options = &session->options;

	for (unsigned i = 0; i < options->targets && !interrupted(); i++)
		if (!row(session, &options->target[i]))
			return STATUS_NOT_STARTED;
	if (options->targets > 1 && !options->json)
		printf("verdict: %u of %u as expected%s%s\n", session->met,
		    options->targets,
		    session->met < session->rows ? " !!!" : "",
		    interrupted() ? ": so far: interrupted" : "");
	if (interrupted())
		return STATUS_INTERRUPTED;
	if (session->met < session->rows)
		return verdict_status(session->worst);
	return session->lost ? STATUS_NOT_STARTED : STATUS_SOUND;
}

int
hunt_main(int argc, char **argv)
{
	struct session session = { 0 };
	int status = STATUS_NOT_STARTED;

	hunt_options_parse(&session.options, argc, argv);
	session.result = explore_result_create();
	session.shrunk = apart_memory(sizeof(*session.shrunk));
	if (session.result == NULL || session.shrunk == NULL)
		need_failed();
	if (records_open_of("controlled", &session.records,
		session.options.directory, "hunt.jsonl", session.options.json,
		argc, argv)) {
		interrupt_install();
		status = rows(&session);
		records_close(&session.records);
	}
	apart_memory_free(session.result, sizeof(*session.result));
	apart_memory_free(session.shrunk, sizeof(*session.shrunk));
	if (!records_stdout_is_whole() && status == STATUS_SOUND)
		status = STATUS_NOT_STARTED;
	return status;
}
