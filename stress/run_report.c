/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress/run_report.h"
#include "stress/plan.h"
#include "stress/records.h"
#include "stress/unreplayed.h"

static const char *const unreplayed_names[] = {
#define UNREPLAYED(name, sentence) #name,
#include "stress/unreplayed.def"
#undef UNREPLAYED
};

double
run_events_per_s(const struct run_result *result)
{
	unsigned long events = result->events - result->warmup_events;
	uint64_t ns = result->wall_ns - result->warmup_ns;

	return ns == 0 ? 0 : (double)events * 1e9 / (double)ns;
}

double
run_overlap_share(const struct run_result *result)
{
	if (result->overlap_looks == 0)
		return 0;
	return (double)result->overlap_seen / (double)result->overlap_looks;
}

unsigned
run_cache_max(const struct run_config *config)
{
	if (config->cache_max == 0)
		return 100;
	return config->cache_max == ~0u ? 0 : config->cache_max;
}

unsigned long
run_unreplayed(const struct run_result *result)
{
	return unreplayed_sum(result->unreplayed);
}

/* --- For people --------------------------------------------------------- */

static void
print_vm(FILE *out, const struct run_result *result)
{
	const struct vm_statistics *vm = &result->vm;

	fprintf(out,
	    "  faults      %lu, %lu zero-filled, %lu started again\n"
	    "  copies      %lu on write, %lu pushed into a copy object\n"
	    "  objects     %lu collapses, %lu bypasses, %lu mappings grown\n"
	    "  lookups     %lu, %lu found; cache: %lu entries, %lu revivals, "
	    "%lu trims\n"
	    "  paging      %lu page-ins, %lu page-outs, %lu freed clean, "
	    "%lu reactivated\n",
	    vm->faults, vm->zero_fills, vm->fault_retries, vm->cow_faults,
	    vm->copy_pushes, vm->object_collapses, vm->object_bypasses,
	    vm->coalesces, vm->lookups, vm->lookup_hits, vm->cache_entries,
	    vm->cache_revivals, vm->cache_trims, vm->pageins, vm->pageouts,
	    vm->pageout_frees, vm->reactivations);
}

static void
print_machine(FILE *out, const struct run_result *result)
{
	const struct machine_stats *machine = &result->machine;

	fprintf(out,
	    "  shootdowns  %lu; IPIs: %lu sent, %lu left for an idle CPU\n"
	    "  sleeps      %lu; for a page %lu, for memory %lu, "
	    "for an object's paging %lu\n"
	    "  frames      %u at most in use, of %u\n",
	    machine->shootdowns, machine->ipis, machine->ipis_idle,
	    machine->sleeps, result->vm.page_waits, result->vm.memory_waits,
	    result->vm.pip_waits, result->peak_frames, result->frames);
}

static void
print_regime(FILE *out, const struct run_result *result)
{
	const struct regime_sample *before = &result->regime[0],
				   *after = &result->regime[1];
	enum regime regime = regime_of(before, after);

	if (regime == REGIME_SINGLE)
		fputs("  regime      single: the host gives us one CPU to run "
		      "on\n",
		    out);
	else if (before->pingpong_ns == 0 || after->pingpong_ns == 0)
		fprintf(out,
		    "  regime      %s: a cache line did not come back in time; "
		    "two CPUs do %.2f times the work of one\n",
		    regime_name(regime), regime_disjoint_ratio(before, after));
	else
		fprintf(out,
		    "  regime      %s: a cache line's round trip takes %.0f ns "
		    "before, %.0f after; two CPUs do %.2f times the work of "
		    "one\n",
		    regime_name(regime), before->pingpong_ns,
		    after->pingpong_ns, regime_disjoint_ratio(before, after));
}

void
run_print(FILE *out, const struct plan *plan, const struct run_config *config,
    const struct run_result *result)
{
	fprintf(out,
	    "  events      %lu in %.3f s: %.0f events/s; %lu processes, "
	    "%lu repetition%s%s\n",
	    result->events, (double)result->wall_ns * 1e-9,
	    run_events_per_s(result), result->processes, result->repetitions,
	    result->repetitions == 1 ? "" : "s",
	    result->warmup_ns != 0 ? ", the first not timed" : "");
	unreplayed_print(out, result->unreplayed, result->events);
	unrecorded_print(out, plan);
	fprintf(out,
	    "  overlap     %.1f %% of events begun while another CPU was "
	    "inside the VM\n",
	    100 * run_overlap_share(result));
	print_vm(out, result);
	print_machine(out, result);
	if (config->verify)
		fprintf(out, "  model       %lu values read and compared\n",
		    result->model_reads);
	if (config->regime)
		print_regime(out, result);
	if (config->yardstick)
		fprintf(out,
		    "  kernel      the live kernel's own anonymous faults, one "
		    "thread: %.0f/s before, %.0f/s after\n",
		    result->kernel_faults_per_s[0],
		    result->kernel_faults_per_s[1]);
}

void
run_print_row_head(FILE *out)
{
	fputs("\n  round  strategy     CPUs  regime        round trip, ns  "
	      "disjoint   events/s\n",
	    out);
}

void
run_print_row(
    FILE *out, const struct run_config *config, const struct run_result *result)
{
	const struct regime_sample *before = &result->regime[0],
				   *after = &result->regime[1];

	fprintf(out, "  %5u  %-12s %4u  %-12s  %5.0f -> %5.0f  %8.2f  %9.0f\n",
	    config->round, config->ops->name, config->cpus,
	    regime_name(regime_of(before, after)), before->pingpong_ns,
	    after->pingpong_ns, regime_disjoint_ratio(before, after),
	    run_events_per_s(result));
}

void
run_print_verdict(FILE *out, const struct run_result *result)
{
	verdict_print(out, result->verdict, result->note);
}

/* --- For programs ------------------------------------------------------- */

static void
set_number(json_t *json, const char *name, unsigned long number)
{
	json_object_set_new(json, name, json_integer((json_int_t)number));
}

static void
set_string(json_t *json, const char *name, const char *string)
{
	json_object_set_new(json, name, records_string(string));
}

static void
set_boolean(json_t *json, const char *name, boolean_t boolean)
{
	json_object_set_new(json, name, json_boolean(boolean));
}

static void
json_identity(json_t *json, const struct run_config *config)
{
	set_string(json, "driver", "run");
	set_string(json, "trace", config->trace_name);
	set_string(json, "strategy", config->ops->name);
	set_number(json, "cpus", config->cpus);
	set_number(json, "copies", config->copies);
	set_number(json, "seed", config->seed);
	set_number(json, "quantum_events", config->quantum);
	if (config->round != 0)
		set_number(json, "round", config->round);
	set_string(json, "shootdown", config->shootdown);
	set_string(json, "swap", config->swap_async ? "async" : "sync");
	set_number(json, "cache_max", run_cache_max(config));
	json_object_set_new(json, "seconds", json_real(config->seconds));
	set_boolean(json, "verify", config->verify);
	set_number(json, "watchdog_s", config->watchdog_s);
	set_string(json, "plant",
	    config->plant != PLANT_NOTHING ? run_plants[config->plant] : NULL);
	set_string(json, "identity", config->identity);
	set_string(json, "replay", config->replay);
}

static void
json_counts(json_t *json, const struct run_result *result)
{
#define COUNTER(name, sentence) set_number(json, #name, result->vm.name);
#include "core/counters.def"
#undef COUNTER
	set_number(json, "shootdowns", result->machine.shootdowns);
	set_number(json, "ipis", result->machine.ipis);
	set_number(json, "ipis_idle", result->machine.ipis_idle);
	set_number(json, "queue_overflows", result->machine.queue_overflows);
	set_number(json, "sleeps", result->machine.sleeps);
	set_number(json, "disk_reads", result->machine.disk_reads);
	set_number(json, "disk_writes", result->machine.disk_writes);
	set_number(json, "violations", result->machine.violations);
	set_number(json, "model_reads", result->model_reads);
}

static void
json_unreplayed(json_t *json, const struct run_result *result)
{
	char name[64];

	set_number(json, "unreplayed", run_unreplayed(result));
	for (unsigned i = 0; i < UNREPLAYED_REASONS; i++) {
		snprintf(
		    name, sizeof(name), "unreplayed_%s", unreplayed_names[i]);
		set_number(json, name, result->unreplayed[i]);
	}
}

/* null: there was nothing to measure. */
static void
set_measured(json_t *json, const char *name, double value)
{
	json_object_set_new(
	    json, name, value > 0 ? json_real(value) : json_null());
}

static void
json_regime(json_t *json, const struct run_result *result)
{
	const struct regime_sample *before = &result->regime[0],
				   *after = &result->regime[1];

	set_string(json, "regime", regime_name(regime_of(before, after)));
	set_measured(json, "pingpong_ns_before", before->pingpong_ns);
	set_measured(json, "pingpong_ns_after", after->pingpong_ns);
	set_measured(
	    json, "disjoint_ratio", regime_disjoint_ratio(before, after));
}

json_t *
run_json(const struct run_config *config, const struct run_result *result)
{
	json_t *json = json_object();

	json_identity(json, config);
	set_string(json, "note", result->note);
	set_boolean(json, "finished", result->finished);
	set_boolean(json, "interrupted", result->interrupted);
	set_number(json, "reports", result->reports);
	set_number(json, "exposed", result->overlap_seen);
	set_number(json, "events", result->events);
	set_number(json, "trace_events", result->trace_events);
	set_number(json, "processes", result->processes);
	set_number(json, "repetitions", result->repetitions);
	set_number(json, "wall_ns", result->wall_ns);
	set_number(json, "warmup_events", result->warmup_events);
	set_number(json, "warmup_ns", result->warmup_ns);
	json_object_set_new(
	    json, "events_per_s", json_real(run_events_per_s(result)));
	json_object_set_new(
	    json, "overlap_share", json_real(run_overlap_share(result)));
	set_number(json, "frames", result->frames);
	set_number(json, "peak_frames", result->peak_frames);
	json_unreplayed(json, result);
	json_counts(json, result);
	if (config->regime)
		json_regime(json, result);
	if (!config->yardstick)
		return json;
	json_object_set_new(json, "kernel_faults_per_s",
	    json_real((result->kernel_faults_per_s[0] +
			  result->kernel_faults_per_s[1]) /
		      2));
	json_object_set_new(json, "kernel_faults_before_per_s",
	    json_real(result->kernel_faults_per_s[0]));
	json_object_set_new(json, "kernel_faults_after_per_s",
	    json_real(result->kernel_faults_per_s[1]));
	return json;
}
