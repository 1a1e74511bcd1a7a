/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `vmrace bench`: blocks of families, until there is enough or the time is up.
 *
 * A block runs all cells of a family, the baseline and the peers among them, in
 * an order drawn from the seed, and then the same order backwards (A B C, C B
 * A): a drift of the machine that is steady over a block costs every cell the
 * same, and each ratio can be taken within a block.  Which family is next, and
 * who of it is left out because there is enough: bench_enough.c.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench_report.h"
#include "bench/commands.h"
#include "bench/google.h"
#include "stress/apart.h"
#include "stress/clock.h"
#include "stress/interrupt.h"
#include "stress/need.h"
#include "stress/progress.h"
#include "stress/records.h"
#include "stress/rounds.h"

struct session {
	struct bench_options options;
	struct tier_limits limits;
	struct bench_plan *plan;
	struct records records; /* DIR/bench.jsonl */
	struct trial_result *result;
	char run[48];
	enum verdict worst;
	double begin_s;
	unsigned blocks, passes, processes, refused, repetitions;
};

static FILE *
text_of(const struct session *session)
{
	return session->options.json ? stderr : stdout;
}

/* --- One trial ---------------------------------------------------------- */

static uint64_t
ns_of(double seconds)
{
	return (uint64_t)(seconds * 1e9);
}

static struct trial
trial_of(const struct session *session, const struct family *family,
    const struct cell *cell)
{
	const struct tier_limits *limits = &session->limits;

	return (struct trial){
		.subject = cell->subject,
		.loop = cell->loop,
		.request = { .args = family->variant->args,
		    .threads = cell->threads,
		    .seed = session->options.seed + session->processes },
		.measure = session->options.measure,
		.repetitions = limits->repetitions,
		.repetition_ns = ns_of(limits->repetition_s),
		.warm_least_ns = ns_of(limits->warm_least_s),
		.warm_most_ns = ns_of(limits->warm_most_s),
		.raise = !session->options.no_raise,
	};
}

/* Keep what it came to.  FALSE: it could not be recorded. */
static boolean_t
keep(struct session *session, const struct family *family, struct cell *cell,
    const struct place *place)
{
	const struct trial_result *result = session->result;

	for (unsigned i = 0; i < result->done; i++) {
		const struct repetition *repetition = &result->repetition[i];
		char why[128];
		struct value value = {
			.block = place->block,
			.pass = place->pass,
			.regime = repetition_regime(repetition),
			.admitted =
			    !repetition_refused(repetition, why, sizeof(why)),
			.ops_per_s = reading_ops_per_s(&repetition->reading),
		};

		repetition_quantiles(repetition, value.quantile_ns);
		memcpy(cell->events, repetition->events, sizeof(cell->events));
		cell->counted = repetition->reading.ops;
		session->repetitions++;
		session->refused += !value.admitted;
		if (!value.admitted)
			cell_note_why(cell, why);
		if (result->verdict == VERDICT_SOUND)
			cell_note(cell, &value);
		if (!records_write(&session->records,
			bench_json(
			    &session->options, family, cell, result, place, i),
			result->verdict))
			return FALSE;
	}
	return TRUE;
}

static void
tell(const struct session *session, const struct family *family,
    const struct cell *cell)
{
	const struct trial_result *result = session->result;
	char *name;

	if (result->verdict == VERDICT_SOUND || interrupted())
		return;
	name = cell_name(family, cell);
	progress_clear();
	fprintf(text_of(session), "%s: ", name);
	verdict_print(text_of(session), result->verdict, result->note);
	fflush(text_of(session));
	free(name);
}

static void
show(const struct session *session, const struct family *family,
    const struct cell *cell)
{
	double spent = seconds_now() - session->begin_s;
	char *name = cell_name(family, cell);
	char most[32] = "";

	if (session->limits.budget_s > 0)
		snprintf(most, sizeof(most), " of at most %.0f",
		    session->limits.budget_s);
	progress_show(
	    "%.0f%s s, block %u: %s", spent, most, session->blocks + 1, name);
	free(name);
}

/* FALSE: it could not be recorded. */
static boolean_t
measure(struct session *session, struct family *family, struct cell *cell,
    unsigned position)
{
	struct trial trial = trial_of(session, family, cell);
	struct place place = { session->run, session->blocks, session->passes,
		session->processes, position };
	enum verdict verdict;

	show(session, family, cell);
	records_begin(&session->records);
	trial_apart(&trial, session->result);
	session->processes++;
	cell->processes++;
	tell(session, family, cell);
	verdict = session->result->verdict;
	if (verdict != VERDICT_SOUND)
		cell_note_why(cell, session->result->note);
	if (!interrupted() || verdict == VERDICT_VIOLATION)
		session->worst = session->processes == 1
				     ? verdict
				     : verdict_worse(session->worst, verdict);
	return keep(session, family, cell, &place);
}

/* --- Blocks ------------------------------------------------------------- */

/* Who is in the block that comes: [cell_count]. */
static bool *
members(const struct session *session, const struct family *family)
{
	bool *in = need_zeroed(family->cell_count, sizeof(*in));
	boolean_t all =
	    session->options.blocks != 0 || session->limits.enough == 0;

	for (unsigned c = 0; c < family->cell_count; c++)
		in[c] = all || !cell_enough(
				   family, &family->cells[c], &session->limits);
	return in;
}

static boolean_t
block(struct session *session, struct family *family)
{
	struct rounds order_of = { .seed = session->options.seed,
		.cell_count = family->cell_count };
	unsigned *order = need_zeroed(family->cell_count, sizeof(*order));
	bool *in = members(session, family);
	unsigned position = 0;
	boolean_t written = TRUE;

	family->blocks++;
	for (unsigned pass = 0; pass < session->limits.passes; pass++) {
		rounds_order(&order_of, 2 * session->blocks + pass, order);
		for (unsigned i = 0; i < family->cell_count && written; i++) {
			if (interrupted())
				break;
			if (in[order[i]])
				written = measure(session, family,
				    &family->cells[order[i]], position++);
		}
		session->passes++;
	}
	session->blocks++;
	free(order);
	free(in);
	return written;
}

static boolean_t
is_wanted(const struct session *session, const struct family *family)
{
	unsigned blocks = session->options.blocks;

	if (blocks != 0)
		return family->blocks < blocks;
	return !family_enough(family, &session->limits);
}

/* What the machine is now; NULL: it does not matter to who is next. */
static const char *
regime_now(const struct session *session)
{
	struct regime_sample sample;

	if (session->options.blocks != 0 || session->limits.enough == 0)
		return NULL;
	sample = regime_probe();
	return regime_name(regime_of(&sample, &sample));
}

static boolean_t
is_time(const struct session *session)
{
	return session->limits.budget_s == 0 ||
	       seconds_now() - session->begin_s < session->limits.budget_s;
}

static boolean_t
blocks(struct session *session)
{
	const struct bench_plan *plan = session->plan;
	struct family **wanted =
	    need_zeroed(plan->family_count, sizeof(struct family *));
	boolean_t written = TRUE;

	while (written && !interrupted() && is_time(session)) {
		unsigned count = 0;

		for (unsigned f = 0; f < plan->family_count; f++)
			if (is_wanted(session, &plan->families[f]))
				wanted[count++] = &plan->families[f];
		if (count == 0)
			break;
		written =
		    block(session, family_next(wanted, count,
				       regime_now(session), &session->limits));
	}
	free(wanted);
	return written;
}

/* --- The command -------------------------------------------------------- */

static void
print_extent(FILE *out, const struct session *session)
{
	double spent = seconds_now() - session->begin_s;

	if (session->options.measure == MEASURE_COUNT)
		fprintf(out, "\n%u cells counted, exactly, in %.0f s\n",
		    session->repetitions, spent);
	else
		fprintf(out,
		    "\n%u repetitions in %u processes, %u blocks, %.0f s; "
		    "%u were left out: the machine was not ours, or moved\n",
		    session->repetitions, session->processes, session->blocks,
		    spent, session->refused);
}

static int
finish(struct session *session)
{
	FILE *out = text_of(session);

	progress_clear();
	if (session->options.measure == MEASURE_LATENCY)
		bench_print_latencies(out, session->plan);
	else if (session->options.measure == MEASURE_COUNT)
		bench_print_counts(out, session->plan);
	else
		bench_print(out, session->plan);
	print_extent(out, session);
	fprintf(out, "verdict: %s%s\n", verdict_name(session->worst),
	    interrupted() ? ": so far: interrupted" : "");
	return interrupted() ? STATUS_INTERRUPTED
			     : verdict_status(session->worst);
}

static int
bench_run(struct session *session)
{
	char *identity = bench_identity(&session->options, session->plan);
	boolean_t written;

	fprintf(text_of(session), "%s\n", identity);
	free(identity);
	fflush(NULL);
	interrupt_install();
	session->worst = VERDICT_NOT_EXPOSED;
	session->begin_s = seconds_now();
	written = blocks(session);
	if (!written)
		return STATUS_NOT_STARTED;
	return finish(session);
}

static struct choice
choice_of(const struct bench_options *options)
{
	return (struct choice){
		.tier = options->tier,
		.measure = options->measure,
		.workloads = options->workloads,
		.strategies = options->strategies,
		.threads = options->threads,
	};
}

/* Like no other run's: when, and by which process. */
static void
name_run(struct session *session)
{
	time_t now = time(NULL);
	char when[32];
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &utc);
	snprintf(
	    session->run, sizeof(session->run), "%s-%ld", when, (long)getpid());
}

static int
bench_measure(struct session *session, int argc, char **argv)
{
	int status = STATUS_NOT_STARTED;

	name_run(session);
	session->result = apart_memory(sizeof(*session->result));
	if (session->result == NULL)
		return status;
	if (records_open(&session->records, session->options.directory,
		"bench.jsonl", session->options.json, argc, argv)) {
		if (session->options.directory == NULL ||
		    bench_words_write(session->options.directory))
			status = bench_run(session);
		records_close(&session->records);
	}
	apart_memory_free(session->result, sizeof(*session->result));
	return status;
}

/* Some can only be counted. */
static void
say_empty(struct choice choice)
{
	const char *asked = measure_name(choice.measure);
	struct bench_plan *counts;

	choice.measure = MEASURE_COUNT;
	counts = bench_plan_create(&choice);
	fprintf(stderr, "vmrace bench: none of these has a %s to measure: %s\n",
	    asked,
	    counts->family_count != 0 ? "they are counted, with --measure count"
				      : "see \"vmrace bench --list\"");
	bench_plan_free(counts);
}

int
bench_main(int argc, char **argv)
{
	struct session session = { 0 };
	struct choice choice;
	int status = STATUS_SOUND;

	bench_options_parse(&session.options, argc, argv);
	session.limits = bench_limits(&session.options);
	choice = choice_of(&session.options);
	session.plan = bench_plan_create(&choice);
	if (session.options.list && session.options.json)
		bench_words_print(stdout);
	else if (session.options.list)
		bench_print_list(stdout);
	else if (session.plan->family_count == 0) {
		say_empty(choice);
		status = STATUS_MISUSE;
	} else if (session.options.dry_run)
		bench_print_plan(stdout, session.plan);
	else if (session.options.google != NULL)
		status = google_run(
		    &session.options, &session.limits, session.plan, argv[0]);
	else
		status = bench_measure(&session, argc, argv);
	bench_plan_free(session.plan);
	if (!records_stdout_is_whole() && status == STATUS_SOUND)
		status = STATUS_NOT_STARTED;
	return status;
}
