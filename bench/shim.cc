/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only C++ of the tree: shim.h in terms of Google Benchmark 1.7.1.
 *
 * A benchmark is handed to the library in shim_main() only, so that the order
 * can still be chosen: the library runs what it has in the order that it got
 * it, and the same name several times is several repetitions to compare.py.
 *
 * FIXTURES.  The library's are functions without an argument.  Ours are called
 * by the last thread to come before any may begin, and by the last to leave.
 *
 * NAMES.  The library puts how the time was taken behind a name, and how often;
 * a reporter between it and its own takes that off again.
 *
 * MEASURED ELSEWHERE.  Two turns are asked for.  The first is what the body
 * does between begin and end.  The second is claimed to have been a batch of
 * all its operations but one; the library believes that and divides by it, the
 * processors' time as well.
 */
#include "shim.h"

#include <benchmark/benchmark.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

struct shim {
	std::string name;
	shim_body *body = nullptr;
	void *arg = nullptr;
	void (*turn)(void *) = nullptr; /* instead of the body */
	int64_t batch = 0;
	std::vector<std::string> arg_names;
	std::vector<int64_t> args;
	int threads = 0;
	double min_time = 0;
	int64_t turns = 0;
	bool itself = false;
	shim_fixture *setup = nullptr, *teardown = nullptr;

	std::mutex lock;
	std::condition_variable ready;
	int inside = 0;
	unsigned run = 0;
};

struct shim_state {
	benchmark::State *state;
	std::chrono::steady_clock::time_point start, end;
	bool started, failed;
};

namespace
{

struct {
	std::vector<std::unique_ptr<shim>> benchmarks;
	uint64_t seed;
	unsigned rounds = 0;
} all;

using real_clock = std::chrono::steady_clock;

/* --- A run -------------------------------------------------------------- */

void
enter(shim *b, int threads)
{
	std::unique_lock<std::mutex> hold(b->lock);
	unsigned run = b->run;

	if (++b->inside < threads) {
		b->ready.wait(hold, [=] { return b->run != run; });
		return;
	}
	if (b->setup != nullptr)
		b->setup(b->arg);
	b->run++;
	b->ready.notify_all();
}

void
leave(shim *b)
{
	std::unique_lock<std::mutex> hold(b->lock);

	if (--b->inside == 0 && b->teardown != nullptr)
		b->teardown(b->arg);
}

/* What all threads did by the time that passed. */
void
report_rate(const shim_state &mine)
{
	benchmark::State &state = *mine.state;
	std::chrono::duration<double> passed = mine.end - mine.start;

	if (mine.started && !mine.failed && passed.count() > 0)
		state.counters["ops_per_s"] =
		    (double)state.iterations() / passed.count();
}

void
run(shim *b, benchmark::State &state)
{
	shim_state mine = { &state, {}, {}, false, false };

	enter(b, state.threads());
	b->body(&mine, b->arg);
	if (!b->itself)
		report_rate(mine);
	leave(b);
}

/* The loop as one would write it here. */
void
run_direct(const shim *b, benchmark::State &state)
{
	auto turn = b->turn;
	void *arg = b->arg;

	while (state.KeepRunningBatch(b->batch))
		for (int64_t i = 0; i < b->batch; i++)
			turn(arg);
}

/* --- Registration ------------------------------------------------------- */

void
hand_in(shim *b)
{
	auto *to = benchmark::RegisterBenchmark(
	    b->name.c_str(), [b](benchmark::State &state) {
		    if (b->turn != nullptr)
			    run_direct(b, state);
		    else
			    run(b, state);
	    });

	if (!b->args.empty())
		to->ArgNames(b->arg_names)->Args(b->args);
	if (b->threads != 0)
		to->Threads(b->threads);
	if (b->min_time > 0)
		to->MinTime(b->min_time);
	if (b->turns != 0)
		to->Iterations(b->turns);
	if (b->itself)
		to->Iterations(2)->UseManualTime()->MeasureProcessCPUTime();
	else
		to->UseRealTime();
}

uint64_t
draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void
hand_in_ordered()
{
	std::vector<shim *> order;
	uint64_t state = all.seed;

	for (auto &b : all.benchmarks)
		order.push_back(b.get());
	for (unsigned round = 0; round < all.rounds; round++) {
		if (round % 2 == 0)
			for (size_t i = order.size(); i > 1; i--)
				std::swap(
				    order[i - 1], order[draw(&state) % i]);
		for (size_t i = 0; i < order.size(); i++)
			hand_in(round % 2 == 0 ? order[i]
					       : order[order.size() - 1 - i]);
	}
}

/* --- Reports ------------------------------------------------------------ */

class plain_names : public benchmark::BenchmarkReporter
{
	std::unique_ptr<BenchmarkReporter> to;

      public:
	explicit plain_names(BenchmarkReporter *reporter) : to(reporter)
	{
	}

	bool
	ReportContext(const Context &context) override
	{
		to->SetOutputStream(&GetOutputStream());
		to->SetErrorStream(&GetErrorStream());
		return to->ReportContext(context);
	}

	void
	ReportRuns(const std::vector<Run> &runs) override
	{
		std::vector<Run> plain = runs;

		for (Run &run : plain) {
			run.run_name.min_time.clear();
			run.run_name.min_warmup_time.clear();
			run.run_name.iterations.clear();
			run.run_name.repetitions.clear();
			run.run_name.time_type.clear();
		}
		to->ReportRuns(plain);
	}

	void
	Finalize() override
	{
		to->Finalize();
	}
};

/* Keeps what came of one, and says nothing. */
class keeper : public benchmark::BenchmarkReporter
{
      public:
	int64_t operations = 0;
	double seconds = 0;

	bool
	ReportContext(const Context &) override
	{
		return true;
	}

	void
	ReportRuns(const std::vector<Run> &runs) override
	{
		for (const Run &run : runs) {
			if (run.error_occurred)
				continue;
			operations = run.iterations;
			seconds = run.real_accumulated_time;
		}
	}
};

/* The value of the last --flag=value of that name, or "". */
std::string
flag(int argc, char **argv, const char *name)
{
	std::string value, prefix = std::string("--") + name + "=";

	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], prefix.c_str(), prefix.size()) == 0)
			value = argv[i] + prefix.size();
	return value;
}

benchmark::BenchmarkReporter *
file_reporter(const std::string &format)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	if (format == "csv")
		return new benchmark::CSVReporter;
#pragma GCC diagnostic pop
	if (format == "console")
		return new benchmark::ConsoleReporter(
		    benchmark::ConsoleReporter::OO_None);
	return new benchmark::JSONReporter;
}

/* The library would end the program. */
bool
can_write(const std::string &path)
{
	if (std::ofstream(path).is_open())
		return true;
	fprintf(
	    stderr, "--benchmark_out: %s: %s\n", path.c_str(), strerror(errno));
	return false;
}

} /* namespace */

struct shim *
shim_register(const char *name, shim_body *body, void *arg)
{
	all.benchmarks.emplace_back(new shim);
	shim *b = all.benchmarks.back().get();

	b->name = name;
	b->body = body;
	b->arg = arg;
	return b;
}

struct shim *
shim_register_direct(
    const char *name, void (*turn)(void *), void *arg, int64_t batch)
{
	struct shim *b = shim_register(name, nullptr, arg);

	b->turn = turn;
	b->batch = batch;
	return b;
}

void
shim_arg(struct shim *b, const char *what, int64_t value)
{
	b->arg_names.push_back(what);
	b->args.push_back(value);
}

void
shim_threads(struct shim *b, int threads)
{
	b->threads = threads;
}

void
shim_setup(struct shim *b, shim_fixture *setup, shim_fixture *teardown)
{
	b->setup = setup;
	b->teardown = teardown;
}

void
shim_min_time(struct shim *b, double seconds)
{
	b->min_time = seconds;
}

void
shim_turns(struct shim *b, int64_t turns)
{
	b->turns = turns;
}

void
shim_itself(struct shim *b)
{
	b->itself = true;
}

void
shim_order(uint64_t seed, unsigned rounds)
{
	all.seed = seed;
	all.rounds = rounds;
}

void
shim_context(const char *key, const char *value)
{
	benchmark::AddCustomContext(key, value);
}

int
shim_main(int argc, char **argv)
{
	std::string out = flag(argc, argv, "benchmark_out");
	std::string format = flag(argc, argv, "benchmark_out_format");
	std::unique_ptr<benchmark::BenchmarkReporter> display, file;

	benchmark::Initialize(&argc, argv);
	if (benchmark::ReportUnrecognizedArguments(argc, argv))
		return SHIM_NO_FLAG;
	if (!out.empty() && !can_write(out))
		return SHIM_NO_FILE;
	if (all.rounds != 0)
		hand_in_ordered();
	else
		for (auto &b : all.benchmarks)
			hand_in(b.get());
	display.reset(
	    new plain_names(benchmark::CreateDefaultDisplayReporter()));
	if (!out.empty())
		file.reset(new plain_names(file_reporter(format)));
	benchmark::RunSpecifiedBenchmarks(display.get(), file.get());
	benchmark::Shutdown();
	return SHIM_DONE;
}

bool
shim_run(struct shim *b, uint64_t *operations, double *seconds)
{
	keeper kept;

	hand_in(b);
	benchmark::RunSpecifiedBenchmarks(&kept);
	benchmark::ClearRegisteredBenchmarks();
	*operations = (uint64_t)kept.operations;
	*seconds = kept.seconds;
	return kept.operations > 0 && kept.seconds > 0;
}

bool
shim_keep_running(struct shim_state *state, int64_t batch)
{
	bool on = state->state->KeepRunningBatch(batch);

	if (__builtin_expect(!state->started, 0)) {
		state->started = true;
		state->start = real_clock::now();
	}
	if (__builtin_expect(!on, 0))
		state->end = real_clock::now();
	return on;
}

void
shim_begin(struct shim_state *state)
{
	(void)state->state->KeepRunningBatch(1);
}

void
shim_end(struct shim_state *state, uint64_t operations, double seconds)
{
	benchmark::State &to = *state->state;

	if (operations < 3 || seconds <= 0) {
		to.SkipWithError("nothing was done");
		return;
	}
	to.SetIterationTime(seconds);
	(void)to.KeepRunningBatch((int64_t)operations - 1);
	(void)to.KeepRunningBatch(1);
	to.counters["ops_per_s"] = (double)operations / seconds;
}

int
shim_thread(const struct shim_state *state)
{
	return state->state->thread_index();
}

int64_t
shim_arg_value(const struct shim_state *state, unsigned number)
{
	return state->state->range(number);
}

void
shim_counter(struct shim_state *state, const char *name, double value)
{
	state->state->counters[name] = value;
}

void
shim_label(struct shim_state *state, const char *text)
{
	state->state->SetLabel(text);
}

void
shim_fail(struct shim_state *state, const char *why)
{
	state->failed = true;
	state->state->SkipWithError(why);
}
