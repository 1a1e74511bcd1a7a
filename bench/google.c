/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each cell measures itself, for a fixed time on threads of its own
 * (bench/shim.h says why), and hands in what came of it: Time is the time that
 * passed by what all threads did, CPU the processors' time by the same. Nothing
 * of the machine is looked at here, so the regimes are not told apart.
 */
#include "bench/google.h"

#include <stdlib.h>

#include "bench/shim.h"
#include "bench/trial.h"
#include "stress/build.h"
#include "stress/need.h"

struct google_cell {
	struct trial trial;
	unsigned runs;
	bool violation, not_started;
};

static void
google_body(struct shim_state *state, void *arg)
{
	struct google_cell *cell = arg;
	struct reading reading;
	struct aftermath after;

	cell->trial.request.seed += cell->runs++ != 0;
	shim_begin(state);
	if (!trial_once(&cell->trial, &reading, &after)) {
		cell->not_started = true;
		shim_fail(state, "could not start");
		return;
	}
	if (after.violations != 0) {
		cell->violation = true;
		shim_fail(state, after.note);
		return;
	}
	if (loop_is_alike(cell->trial.loop))
		shim_counter(state, "jain", reading_jain(&reading));
	shim_counter(state, "longest_us", (double)reading.longest_ns * 1e-3);
	shim_end(state, reading.ops, (double)reading.wall_ns * 1e-9);
}

static void
google_register(struct google_cell *to, const struct bench_options *options,
    const struct tier_limits *limits, const struct family *family,
    const struct cell *cell)
{
	char *name = cell_name(family, cell);

	to->trial = (struct trial){
		.subject = cell->subject,
		.loop = cell->loop,
		.request = { .args = family->variant->args,
		    .threads = cell->threads,
		    .seed = options->seed },
		.repetition_ns = (uint64_t)(limits->repetition_s * 1e9),
		.warm_least_ns = (uint64_t)(limits->warm_least_s * 1e9),
		.warm_most_ns = (uint64_t)(limits->warm_most_s * 1e9),
	};
	shim_itself(shim_register(name, google_body, to));
	free(name);
}

/* An exit status, of what the flags ask for. */
static int
google_main(const struct bench_options *options, const char *program)
{
	static const int statuses[] = {
		[SHIM_DONE] = STATUS_SOUND,
		[SHIM_NO_FLAG] = STATUS_MISUSE,
		[SHIM_NO_FILE] = STATUS_NOT_STARTED,
	};
	char **argv =
	    need_zeroed((size_t)options->google_count + 2, sizeof(*argv));
	int done;

	argv[0] = (char *)program;
	for (int i = 0; i < options->google_count; i++)
		argv[i + 1] = options->google[i];
	done = shim_main(options->google_count + 1, argv);
	free(argv);
	return statuses[done];
}

int
google_run(const struct bench_options *options,
    const struct tier_limits *limits, const struct bench_plan *plan,
    const char *program)
{
	struct google_cell *cells =
	    need_zeroed(plan->cell_count, sizeof(*cells));
	unsigned count = 0;
	int status;

	shim_context("compiler", BUILD_COMPILER);
	shim_context("allocator", build_allocator());
	shim_context("commit", build_source.commit);
	for (unsigned f = 0; f < plan->family_count; f++)
		for (unsigned c = 0; c < plan->families[f].cell_count; c++)
			if (!plan->families[f].loop->library_times)
				google_register(&cells[count++], options,
				    limits, &plan->families[f],
				    &plan->families[f].cells[c]);
	if (options->blocks != 0)
		shim_order(options->seed, 2 * options->blocks);
	status = google_main(options, program);
	for (unsigned i = 0; i < count; i++)
		if (cells[i].violation)
			status = STATUS_VIOLATION;
		else if (cells[i].not_started && status == STATUS_SOUND)
			status = STATUS_NOT_STARTED;
	free(cells);
	return status;
}
