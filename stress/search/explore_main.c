/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `vmrace explore`: a row for each scenario and strategy; one that has no VM
 * has one row.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stress/apart.h"
#include "stress/clock.h"
#include "stress/interrupt.h"
#include "stress/progress.h"
#include "stress/records.h"
#include "stress/search/commands.h"
#include "stress/search/explore_options.h"
#include "stress/search/explore_report.h"
#include "stress/search/keep.h"
#include "stress/search/space.h"

struct session {
	struct explore_options options;
	struct records records;
	const struct explore_config *config; /* of the row */
	struct explore_result *result;
	enum verdict worst;
	unsigned rows, not_exposed, skipped;
	double begin_s;
};

static void
row_look(void *arg)
{
	const struct session *session = arg;
	const struct explore_result *r = session->result;
	double spent = seconds_now() - session->begin_s;
	char space[120];

	space_words(session->config, r, space, sizeof(space));
	progress_show("row %u of %u: %s, %s: %.0f s; %.0f executions/s, "
		      "%.1f M points/s; %u found%s%s",
	    session->rows + 1, session->options.rows,
	    session->config->scenario->name,
	    session->config->ops != NULL ? session->config->ops->name : "none",
	    spent, (double)r->executions / spent,
	    (double)r->points / spent * 1e-6, r->founds,
	    *space != '\0' ? "; " : "", space);
}

/* FALSE: it could not be recorded. */
static boolean_t
row(struct session *session, const struct explore_row *asked)
{
	struct explore_config config = session->options.base;
	FILE *out = session->options.json ? stderr : stdout;
	enum verdict verdict;
	char *identity;

	config.scenario = asked->scenario;
	config.ops = asked->ops;
	session->config = &config;
	memset(session->result, 0, sizeof(*session->result));
	identity = explore_identity(&config);
	fprintf(out, "%s\n", identity);
	fflush(NULL);
	free(identity);
	records_begin(&session->records);
	session->begin_s = seconds_now();
	explore(&config, session->result, row_look, session);
	progress_clear();
	/* One that cannot be written has a longer replay line. */
	(void)keep_found(&config, session->result, session->options.directory);
	if (!session->options.json)
		explore_print(out, &config, session->result);
	fflush(out);
	verdict = explore_verdict(&config, session->result);
	session->not_exposed += verdict == VERDICT_NOT_EXPOSED;
	session->skipped += verdict == VERDICT_SKIPPED;
	session->worst = session->rows++ == 0
			     ? verdict
			     : verdict_worse(session->worst, verdict);
	return records_write(
	    &session->records, explore_json(&config, session->result), verdict);
}

static void
print_worst(const struct session *session)
{
	char rows[80] = "rows";
	int length = 4;

	if (session->not_exposed > 0)
		length += snprintf(rows + length, 30, ", %u not exposed",
		    session->not_exposed);
	if (session->skipped > 0)
		snprintf(rows + length, 30, ", %u skipped", session->skipped);
	verdict_print_worst(
	    stdout, session->worst, session->rows, session->options.rows, rows);
}

static int
rows(struct session *session)
{
	const struct explore_options *options = &session->options;

	for (unsigned i = 0; i < options->rows && !interrupted(); i++)
		if (!row(session, &options->row[i]))
			return STATUS_NOT_STARTED;
	if (session->options.rows > 1 && !options->json)
		print_worst(session);
	return interrupted() ? STATUS_INTERRUPTED
			     : verdict_status(session->worst);
}

int
explore_main(int argc, char **argv)
{
	struct session session = { 0 };
	int status = STATUS_NOT_STARTED;

	explore_options_parse(&session.options, argc, argv);
	session.result = explore_result_create();
	if (session.result == NULL)
		return STATUS_NOT_STARTED;
	if (records_open_of("controlled", &session.records,
		session.options.directory, "explore.jsonl",
		session.options.json, argc, argv)) {
		interrupt_install();
		status = rows(&session);
		records_close(&session.records);
	}
	apart_memory_free(session.result, sizeof(*session.result));
	if (!records_stdout_is_whole() && status == STATUS_SOUND)
		status = STATUS_NOT_STARTED;
	return status;
}
