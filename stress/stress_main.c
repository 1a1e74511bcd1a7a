/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `vmrace stress`: a row for each driver and strategy.
 *
 * A sound strategy gets one trial of the row's length.  `busted` is there to be
 * convicted: it gets short trials, each in a fresh process with another seed,
 * until one of them convicts it or there were as many as the row's length has
 * room for.  What counts is the driver's own race: a report between the two
 * halves of one of its pairs, or, where there is no sanitizer, anything its
 * oracles or a crash say.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stress/apart.h"
#include "stress/build.h"
#include "stress/clock.h"
#include "stress/commands.h"
#include "stress/interrupt.h"
#include "stress/need.h"
#include "stress/progress.h"
#include "stress/records.h"
#include "stress/stress_options.h"
#include "stress/stress_report.h"

#define TRIAL_S           0.2 /* of busted */
#define TRIAL_PATIENCE_S  1
#define REPORT_PATIENCE_S 0.3 /* where only a report convicts */

struct session {
	struct stress_options options;
	struct records records;
	struct stress_result *result;
	enum verdict worst;
	unsigned rows;  /* so far */
	double begin_s; /* of the row */
	double row_s;   /* its length */
};

struct trial_task {
	const struct session *session;
	const struct stress_config *config;
	struct stress_result *result;
};

static unsigned
rows_asked(const struct session *session)
{
	return session->options.driver_count * session->options.strategy_count;
}

static int
trial_body(void *arg)
{
	struct trial_task *task = arg;

	if (task->config->quiet && freopen("/dev/null", "w", stderr) == NULL)
		return STATUS_NOT_STARTED;
	stress_trial(task->config, task->result);
	return STATUS_SOUND;
}

/* It left in the middle: its first complaint is the reason, of what it was too
 * small for or of what was wrong. */
static void
trial_unfinished(struct stress_result *result)
{
	static const char no_memory[] = "no memory: ";
	struct evidence *evidence = &result->evidence;
	const char *why = result->complaint;

	if (strncmp(why, no_memory, strlen(no_memory)) == 0)
		snprintf(evidence->no_memory, sizeof(evidence->no_memory), "%s",
		    why + strlen(no_memory));
	else
		snprintf(
		    evidence->finding, sizeof(evidence->finding), "%s", why);
	evidence->reports = result->races.count;
}

static void
trial_look(void *arg)
{
	const struct trial_task *task = arg;
	const struct session *session = task->session;
	double spent = seconds_now() - session->begin_s;
	double left = session->row_s - spent;

	progress_show("row %u of %u: %s, %s: %.0f s, %.0f left; "
		      "%lu operations, %lu met",
	    session->rows + 1, rows_asked(session), task->config->driver->name,
	    task->config->ops->name, spent, left > 0 ? left : 0,
	    task->result->operations, stress_exposed(task->result));
}

static void
trial_apart(const struct session *session, const struct stress_config *config)
{
	struct stress_result *result = session->result;
	struct trial_task task = { session, config, result };
	struct apart_watch watch = { .beat = &result->beat,
		.patience_s = config->patience_s + APART_MARGIN_S,
		.look = trial_look };
	uint64_t start = now_ns();
	int status;

	memset(result, 0, sizeof(*result));
	status = apart(trial_body, &task, &watch);
	result->interrupted = interrupted();
	if (!result->finished)
		trial_unfinished(result);
	apart_evidence(&watch, status, result->finished, &result->evidence);
	result->verdict =
	    judge(&result->evidence, result->note, sizeof(result->note));
	if (result->wall_ns == 0) /* a crash says nothing */
		result->wall_ns = now_ns() - start;
}

/* Has this trial shown what the driver is there to show? */
static boolean_t
trial_convicts(
    const struct stress_config *config, const struct stress_result *result)
{
	if (result->verdict == VERDICT_NOT_STARTED)
		return TRUE;
	if (!build_is_slow())
		return result->verdict == VERDICT_VIOLATION;
	return stress_convicting_pair(config->driver, result) != NULL;
}

/* Behind what is said already. */
static void
note_conviction(const struct stress_config *config,
    struct stress_result *result, unsigned trials, boolean_t convicted)
{
	const struct window_pair *pair =
	    stress_convicting_pair(config->driver, result);
	char *name = pair != NULL ? stress_pair_name(pair) : NULL;
	size_t used = strlen(result->note);

	snprintf(result->note + used, sizeof(result->note) - used,
	    "%s%s%s%s%s %u of %g s", used != 0 ? "; " : "",
	    name != NULL ? "by " : "", name != NULL ? name : "",
	    name != NULL ? ", " : "",
	    convicted ? "trial" : "not convicted in trials 1 to", trials,
	    TRIAL_S);
	free(name);
}

/* Trials until one convicts.  The last one is the row's result. */
static void
row_convict(const struct session *session, struct stress_config *config)
{
	struct stress_result *result = session->result;
	boolean_t convicted;
	unsigned trials = 0;

	config->seconds = TRIAL_S;
	config->patience_s =
	    build_is_slow() ? REPORT_PATIENCE_S : TRIAL_PATIENCE_S;
	config->quiet = TRUE;
	do {
		if (trials++ != 0)
			config->seed++;
		free((char *)config->identity);
		free((char *)config->replay);
		config->identity = stress_identity(config);
		config->replay = stress_replay_line(config);
		trial_apart(session, config);
		convicted = trial_convicts(config, result);
	} while (
	    !convicted && trials * TRIAL_S < session->row_s && !interrupted());
	note_conviction(config, result, trials, convicted);
}

static void
row_tell(const struct session *session, const struct stress_config *config)
{
	FILE *out = session->options.json ? stderr : stdout;

	if (!session->options.json)
		stress_print(
		    out, config, session->result, session->options.stacks);
	fflush(out);
}

/* FALSE: it could not be recorded. */
static boolean_t
row(struct session *session, const struct stress *driver,
    const struct vm_ops *ops)
{
	const struct stress_options *options = &session->options;
	struct stress_config config = options->base;
	FILE *out = options->json ? stderr : stdout;
	boolean_t written;

	config.driver = driver;
	config.ops = ops;
	if (!options->frames_given)
		config.frames = driver->frames;
	if (!options->cache_given)
		config.cache_max = driver->cache_max;
	if (driver->weights != NULL && !options->weights_given)
		weights_default(driver->weights, config.weights);
	if (trouble_settle(
		&config.trouble, config.perturb, driver->bears_errors))
		fprintf(stderr,
		    "note: the oracle of %s cannot bear errors: no pager and "
		    "no allocation fails\n",
		    driver->name);
	config.swap_async |=
	    driver->swap_async || config.trouble.pend != PEND_PLAIN;
	config.patience_s = config.watchdog_s != 0 ? config.watchdog_s
			    : build_is_slow()      ? 60
						   : 20;
	config.identity = stress_identity(&config);
	config.replay = stress_replay_line(&config);
	fprintf(out, "%s\n", config.identity);
	fflush(NULL);
	records_begin(&session->records);
	session->begin_s = seconds_now();
	session->row_s = config.seconds;
	if (strcmp(ops->name, "busted") == 0 && stress_pair_count(driver) != 0)
		row_convict(session, &config);
	else
		trial_apart(session, &config);
	progress_clear();
	if (session->result->interrupted)
		note_interrupted(
		    session->result->note, sizeof(session->result->note));
	row_tell(session, &config);
	session->worst = session->rows++ == 0 ? session->result->verdict
					      : verdict_worse(session->worst,
						    session->result->verdict);
	written = records_write(&session->records,
	    stress_json(&config, session->result), session->result->verdict);
	free((char *)config.identity);
	free((char *)config.replay);
	return written;
}

static int
rows(struct session *session)
{
	const struct stress_options *options = &session->options;
	unsigned asked = rows_asked(session);

	while (session->rows < asked && !interrupted()) {
		unsigned d = session->rows / options->strategy_count;
		unsigned s = session->rows % options->strategy_count;

		if (!row(session, options->drivers[d], options->strategies[s]))
			return STATUS_NOT_STARTED;
	}
	if (asked > 1 && !options->json)
		verdict_print_worst(
		    stdout, session->worst, session->rows, asked, "rows");
	return interrupted() ? STATUS_INTERRUPTED
			     : verdict_status(session->worst);
}

int
stress_main(int argc, char **argv)
{
	struct session session = { 0 };
	int status = STATUS_NOT_STARTED;

	stress_options_parse(&session.options, argc, argv);
	session.result = apart_memory(sizeof(*session.result));
	if (session.result == NULL)
		return STATUS_NOT_STARTED;
	if (records_open(&session.records, session.options.directory,
		"stress.jsonl", session.options.json, argc, argv)) {
		interrupt_install();
		status = rows(&session);
		records_close(&session.records);
	}
	apart_memory_free(session.result, sizeof(*session.result));
	if (!records_stdout_is_whole() && status == STATUS_SOUND)
		status = STATUS_NOT_STARTED;
	return status;
}
