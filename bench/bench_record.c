/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "bench/bench_report.h"
#include "stress/build.h"
#include "stress/need.h"
#include "stress/records.h"

static char *
joined(const char *const *words, const char *without)
{
	char *text = need_printf("%s", words[0] != NULL ? words[0] : without);

	for (unsigned i = 1; words[0] != NULL && words[i] != NULL; i++) {
		char *longer = need_printf("%s,%s", text, words[i]);

		free(text);
		text = longer;
	}
	return text;
}

static char *
joined_numbers(const unsigned *numbers)
{
	char *text = need_printf("%u", numbers[0]);

	for (unsigned i = 1; numbers[i] != 0; i++) {
		char *longer = need_printf("%s,%u", text, numbers[i]);

		free(text);
		text = longer;
	}
	return text;
}

char *
bench_identity(
    const struct bench_options *options, const struct bench_plan *plan)
{
	char *workloads = joined(options->workloads, "all");
	char *strategies = joined(options->strategies, "all");
	char *threads = joined_numbers(options->threads);
	char *text =
	    need_printf("bench measure=%s tier=%s workloads=%s strategies=%s "
			"threads=%s seed=%llu families=%u cells=%u "
			"checks=%s sanitizer=%s allocator=%s "
			"compiler=\"%s\"",
		measure_name(options->measure), tiers[options->tier].name,
		workloads, strategies, threads,
		(unsigned long long)options->seed, plan->family_count,
		plan->cell_count, build_has_checks() ? "yes" : "no",
		BUILD_SANITIZER, build_allocator(), BUILD_COMPILER);

	free(workloads);
	free(strategies);
	free(threads);
	return text;
}

/* --- A record ----------------------------------------------------------- */

static void
set_number(json_t *json, const char *name, uint64_t number)
{
	json_object_set_new(json, name, json_integer((json_int_t)number));
}

static void
set_string(json_t *json, const char *name, const char *string)
{
	json_object_set_new(json, name, records_string(string));
}

/* null: it is not known. */
static void
set_measured(json_t *json, const char *name, double value, bool known)
{
	json_object_set_new(json, name, known ? json_real(value) : json_null());
}

/* Negative: likewise. */
static void
set_count(json_t *json, const char *name, long count)
{
	json_object_set_new(
	    json, name, count >= 0 ? json_integer(count) : json_null());
}

static void
json_cell(json_t *json, const struct family *family, const struct cell *cell)
{
	char *name = cell_name(family, cell);

	set_string(json, "workload", family->loop->workload);
	set_string(json, "operation", family->loop->operation);
	set_string(json, "kind", subject_kind_name(cell->subject->kind));
	set_string(json, "strategy", cell->subject->name);
	if (cell->subject->allocator != NULL)
		set_string(json, "allocator", cell->subject->allocator);
	set_string(json, "args", family->variant->args);
	set_number(json, "threads", cell->threads);
	set_string(json, "name", name);
	free(name);
}

static void
json_reading(
    json_t *json, const struct loop *loop, const struct reading *reading)
{
	json_t *each = json_array();
	double max_min = reading_max_min(reading);
	bool alike = loop_is_alike(loop);

	for (unsigned i = 0; i < reading->threads; i++)
		json_array_append_new(
		    each, json_integer((json_int_t)reading->thread_ops[i]));
	set_number(json, "ops", reading->ops);
	set_number(json, "wall_ns", reading->wall_ns);
	set_measured(json, "ops_per_s", reading_ops_per_s(reading), true);
	json_object_set_new(json, "thread_ops", each);
	set_measured(json, "jain", reading_jain(reading), alike);
	set_measured(json, "max_min", max_min, alike && max_min > 0);
	set_count(json, "longest_wait_ns",
	    loop->whole == NULL ? (long)reading->longest_ns : -1);
}

static void
json_machine(json_t *json, const struct repetition *repetition)
{
	const struct regime_sample *before = &repetition->before;
	const struct regime_sample *after = &repetition->after;
	double disjoint = regime_disjoint_ratio(before, after);
	char why[128];
	bool refused = repetition_refused(repetition, why, sizeof(why));

	set_string(json, "regime", repetition_regime(repetition));
	set_measured(json, "pingpong_ns_before", before->pingpong_ns,
	    before->pingpong_ns > 0);
	set_measured(json, "pingpong_ns_after", after->pingpong_ns,
	    after->pingpong_ns > 0);
	set_measured(json, "disjoint_ratio", disjoint, disjoint > 0);
	set_measured(json, "steal_share", repetition->steal_share,
	    repetition->steal_share >= 0);
	set_measured(json, "load1", repetition->load1, repetition->load1 >= 0);
	json_object_set_new(json, "admitted", json_boolean(!refused));
	set_string(json, "refused", refused ? why : NULL);
	set_number(json, "rss_kb", (uint64_t)repetition->rss_kb);
}

static json_t *
json_histogram(const struct latencies *latencies)
{
	const struct histogram *histogram = &latencies->histogram;
	json_t *list = json_array();

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		if (histogram->count[i] != 0)
			json_array_append_new(
			    list, json_pack("[f I]",
				      (double)histogram_upper(i) *
					  latencies->ns_per_tick,
				      (json_int_t)histogram->count[i]));
	return list;
}

static void
json_latencies(
    json_t *json, const struct repetition *repetition, boolean_t measured)
{
	static const char *const names[QUANTILES] = { "p50_ns", "p99_ns",
		"p999_ns", "max_ns" };
	double ns[QUANTILES];

	repetition_quantiles(repetition, ns);
	for (enum quantile i = 0; i < QUANTILES; i++)
		set_measured(json, names[i], ns[i], measured);
	json_object_set_new(json, "histogram",
	    measured ? json_histogram(&repetition->latencies) : json_null());
}

static void
json_counts(
    json_t *json, const struct repetition *repetition, boolean_t measured)
{
	json_t *counts = measured ? json_object() : json_null();

	for (enum event i = 0; i < EVENTS && measured; i++)
		json_object_set_new(counts, event_name(i),
		    json_pack("{sI sI}", "events",
			(json_int_t)repetition->events[i], "ops",
			(json_int_t)repetition->reading.ops));
	json_object_set_new(json, "counts", counts);
}

json_t *
bench_json(const struct bench_options *options, const struct family *family,
    const struct cell *cell, const struct trial_result *result,
    const struct place *place, unsigned number)
{
	const struct repetition *repetition = &result->repetition[number];
	json_t *json = json_object();

	set_string(json, "measure", measure_name(options->measure));
	json_cell(json, family, cell);
	set_string(json, "tier", tiers[options->tier].name);
	set_string(json, "run", place->run);
	set_number(json, "seed", options->seed);
	set_number(json, "block", place->block);
	set_number(json, "process", place->process);
	set_number(json, "position", place->position);
	set_number(json, "repetition", number);
	json_reading(json, cell->loop, &repetition->reading);
	json_object_set_new(json, "steady",
	    result->warmed ? json_boolean(result->steady) : json_null());
	json_machine(json, repetition);
	json_object_set_new(json, "autogroup_raised",
	    json_boolean(result->priority.autogroup_raised));
	json_object_set_new(
	    json, "nice_raised", json_boolean(result->priority.nice_raised));
	set_count(json, "live_objects", result->after.live_objects);
	set_count(json, "unreclaimed_peak", result->after.unreclaimed_peak);
	json_latencies(json, repetition, options->measure == MEASURE_LATENCY);
	json_counts(json, repetition, options->measure == MEASURE_COUNT);
	set_string(json, "note", result->note);
	return json;
}
