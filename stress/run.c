/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `vmrace run`: one run for each strategy and number of CPUs, each in a
 * process of its own, so that the crash or the hang of one is a verdict on
 * that one only.
 *
 * The run's process fills a struct run_result that it shares with this one;
 * this one prints.  So there is a verdict even if the other could not speak
 * any more.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stress/apart.h"
#include "stress/commands.h"
#include "stress/interrupt.h"
#include "stress/need.h"
#include "stress/plan.h"
#include "stress/progress.h"
#include "stress/races.h"
#include "stress/records.h"
#include "stress/rounds.h"
#include "stress/run_options.h"
#include "stress/run_report.h"
#include "stress/watchdog.h"

struct session {
	struct run_options options;
	struct plan *plan;
	struct records records; /* DIR/runs.jsonl */
	enum verdict worst;
	unsigned runs;
};

static unsigned
run_cells(const struct session *session)
{
	return session->options.strategy_count * session->options.cpus_count;
}

static unsigned
run_count(const struct session *session)
{
	unsigned rounds = session->options.rounds;

	return run_cells(session) * (rounds != 0 ? rounds : 1);
}

/* --- The run's process -------------------------------------------------- */

struct run_task {
	const struct plan *plan;
	const struct run_config *config;
	struct run_result *result;
	unsigned number, runs; /* which of how many */
};

static int
run_body(void *arg)
{
	struct run_task *task = arg;

	races_count(&task->result->reports);
	run_trace(task->plan, task->config, task->result);
	return task->result->finished ? STATUS_SOUND : STATUS_NOT_STARTED;
}

static void
run_look(void *arg)
{
	const struct run_task *task = arg;

	progress_show("run %u of %u: %s -c %u: %lu events", task->number,
	    task->runs, task->config->ops->name, task->config->cpus,
	    task->result->events);
}

/* Run it in a process of its own.  FALSE: there is none to be had. */
static boolean_t
run_apart(const struct session *session, const struct run_config *config,
    struct run_result *result)
{
	struct run_task task = { session->plan, config, result,
		session->runs + 1, run_count(session) };
	struct apart_watch watch = { .beat = &result->beat,
		.patience_s = watchdog_patience_s(config) + APART_MARGIN_S,
		.look = run_look };
	int status;

	memset(result, 0, sizeof(*result));
	status = apart(run_body, &task, &watch);
	progress_clear();
	result->evidence.reports = result->reports;
	apart_evidence(&watch, status, result->finished, &result->evidence);
	result->verdict =
	    judge(&result->evidence, result->note, sizeof(result->note));
	result->interrupted = interrupted();
	if (result->interrupted)
		note_interrupted(result->note, sizeof(result->note));
	return status != -1;
}

/* --frames N%: see what an unconstrained run needs, then take its share. */
static void
run_find_frames(const struct session *session, struct run_config *config,
    struct run_result *result)
{
	struct run_config free_run = *config;

	free_run.frames = 0;
	free_run.frames_percent = 0;
	free_run.seconds = 0;
	free_run.verify = free_run.yardstick = free_run.regime = FALSE;
	free_run.plant = PLANT_NOTHING;
	if (!run_apart(session, &free_run, result) || !result->finished)
		return;
	config->frames = (unsigned)((uint64_t)result->peak_frames *
				    config->frames_percent / 100);
	if (config->frames < 64)
		config->frames = 64;
}

/* --- Records ------------------------------------------------------------ */

static boolean_t
run_record(struct session *session, const struct run_config *config,
    const struct run_result *result)
{
	return records_write(
	    &session->records, run_json(config, result), result->verdict);
}

/* --- One after the other ------------------------------------------------ */

/* Where text goes. */
static FILE *
run_text(const struct session *session)
{
	return session->options.json ? stderr : stdout;
}

static void
run_tell(const struct session *session, const struct run_config *config,
    const struct run_result *result)
{
	FILE *out = run_text(session);

	if (config->round != 0)
		run_print_row(out, config, result);
	else if (result->finished && !session->options.json)
		run_print(out, session->plan, config, result);
	if (result->verdict == VERDICT_VIOLATION ||
	    result->verdict == VERDICT_SANITIZER)
		fprintf(out, "replay: %s\n", config->replay);
	if (config->round == 0 || result->verdict != VERDICT_SOUND)
		run_print_verdict(out, result);
	fflush(out);
}

/* Number `cell` of the strategies by numbers of CPUs; run_config_free(). */
static struct run_config
run_config(const struct session *session, unsigned cell)
{
	const struct run_options *options = &session->options;
	struct run_config config = options->base;

	config.trace_name = options->trace;
	config.ops = options->strategies[cell / options->cpus_count];
	config.cpus = options->cpus[cell % options->cpus_count];
	config.identity = run_identity(&config);
	config.replay = run_replay_line(&config);
	return config;
}

static void
run_config_free(const struct run_config *config)
{
	free((char *)config->identity);
	free((char *)config->replay);
}

/* -1: on with the next; or the status to end with. */
static int
run_cell(struct session *session, unsigned cell, unsigned round,
    struct run_result *result)
{
	struct run_config config = run_config(session, cell);

	config.round = round;
	if (round == 0)
		fprintf(run_text(session), "%s\n", config.identity);
	fflush(NULL);
	records_begin(&session->records);
	if (config.frames_percent != 0)
		run_find_frames(session, &config, result);
	if (config.frames_percent == 0 || result->finished)
		(void)run_apart(session, &config, result);
	run_tell(session, &config, result);
	session->worst = session->runs++ == 0
			     ? result->verdict
			     : verdict_worse(session->worst, result->verdict);
	boolean_t written = run_record(session, &config, result);

	run_config_free(&config);
	if (!written)
		return STATUS_NOT_STARTED;
	return interrupted() ? STATUS_INTERRUPTED : -1;
}

/* Each cell once, in the order given; -1: all have run. */
static int
run_once(struct session *session, struct run_result *result)
{
	int status = -1;

	for (unsigned c = 0; c < run_cells(session) && status < 0; c++)
		status = run_cell(session, c, 0, result);
	return status;
}

/* Each cell once, in the round's order, and noted. */
static int
run_round(struct session *session, struct rounds *rounds, unsigned round,
    struct run_result *result)
{
	unsigned order[RUN_STRATEGIES_MAX * RUN_CPUS_MAX];
	int status = -1;

	rounds_order(rounds, round, order);
	for (unsigned i = 0; i < rounds->cell_count && status < 0; i++) {
		status = run_cell(session, order[i], round + 1, result);
		if (interrupted())
			break;
		rounds_note(rounds, order[i],
		    regime_of(&result->regime[0], &result->regime[1]),
		    result->verdict == VERDICT_SOUND ? run_events_per_s(result)
						     : 0);
	}
	return status;
}

/* All cells, over and over, and their table; -1: all have run. */
static int
run_rounds(struct session *session, struct run_result *result)
{
	const struct run_options *options = &session->options;
	struct rounds rounds;
	int status = -1;

	rounds_init(
	    &rounds, options->rounds, run_cells(session), options->base.seed);
	for (unsigned cell = 0; cell < rounds.cell_count; cell++) {
		struct run_config config = run_config(session, cell);

		rounds.cells[cell].strategy = config.ops->name;
		rounds.cells[cell].cpus = config.cpus;
		fprintf(run_text(session), "%s\n", config.identity);
		run_config_free(&config);
	}
	run_print_row_head(run_text(session));
	for (unsigned r = 0; r < rounds.count && status < 0; r++)
		status = run_round(session, &rounds, r, result);
	rounds_print(run_text(session), &rounds);
	rounds_fini(&rounds);
	return status;
}

static int
run_all(struct session *session, struct run_result *result)
{
	int status = session->options.rounds != 0 ? run_rounds(session, result)
						  : run_once(session, result);

	if (status == STATUS_NOT_STARTED)
		return status;
	if (run_count(session) > 1 && !session->options.json)
		verdict_print_worst(stdout, session->worst, session->runs,
		    run_count(session), "runs");
	return status >= 0 ? status : verdict_status(session->worst);
}

/* The plan of the trace of that name, or of the shipped one.  NULL: a line on
 * stderr has said why. */
static struct plan *
plan_find(const char *name)
{
	const char *home = getenv("VMRACE_HOME");
	struct plan *plan;
	char *path;

	if (access(name, F_OK) == 0 || home == NULL ||
	    strchr(name, '/') != NULL)
		return plan_create(name);
	path = need_printf("%s/stress/traces/%s.vmt.zst", home, name);
	plan = plan_create(access(path, F_OK) == 0 ? path : name);
	free(path);
	return plan;
}

int
run_main(int argc, char **argv)
{
	struct session session = { 0 };
	struct run_result *result;
	int status = STATUS_NOT_STARTED;

	run_options_parse(&session.options, argc, argv);
	session.plan = plan_find(session.options.trace);
	if (session.plan == NULL)
		return STATUS_NOT_STARTED;
	result = apart_memory(sizeof(*result));
	if (result != NULL &&
	    records_open(&session.records, session.options.directory,
		"runs.jsonl", session.options.json, argc, argv)) {
		interrupt_install();
		status = run_all(&session, result);
		records_close(&session.records);
	}
	apart_memory_free(result, sizeof(*result));
	plan_free(session.plan);
	if (!records_stdout_is_whole() && status == STATUS_SOUND)
		status = STATUS_NOT_STARTED;
	return status;
}
