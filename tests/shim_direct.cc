// SPDX-License-Identifier: BSD-2-Clause
// The loop of shim_cost.c, said to the library without the shim.
#include <benchmark/benchmark.h>

extern "C" void turn_of_work(void);
extern "C" void register_direct(void);

static void
batches(benchmark::State &state)
{
	while (state.KeepRunningBatch(64))
		for (int i = 0; i < 64; i++)
			turn_of_work();
}

static void
singly(benchmark::State &state)
{
	for (auto _ : state)
		turn_of_work();
}

void
register_direct(void)
{
	benchmark::RegisterBenchmark("turn/direct", batches)->UseRealTime();
	benchmark::RegisterBenchmark("turn/range_for", singly)->UseRealTime();
}
