#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""campaign.py DIRECTORY: a made-up benchmark campaign with everything in it.

Two operations under five strategies and two peers, one thread and two, near and
far, latencies, counts and memory; some repetitions mixed, some not admitted.
"""

import pathlib
import sys

import made

NEAR = {"global": 1.8e7, "original": 1.5e7, "fine": 2.9e7, "rcu": 3.1e7, "percpu": 3.2e7,
        "lfht": 3.0e7, "unsynchronised": 4.4e8}  # fmt: skip
FAR = {"global": 1.2e7, "original": 1.1e7, "fine": 1.3e7, "rcu": 5.2e7, "percpu": 5.3e7,
       "lfht": 5.0e7, "unsynchronised": 4.3e8}  # fmt: skip
ALONE = {"global": 7.3e7, "original": 4.0e7, "fine": 1.2e8, "rcu": 1.4e8, "percpu": 1.4e8,
         "lfht": 1.3e8, "unsynchronised": 2.2e8}  # fmt: skip
JAIN = {"original": 0.83, "global": 0.71, "fine": 0.97}
KINDS = {"lfht": "peer", "unsynchronised": "ceiling"}


def dressed(records, noise):
    """With fairness, memory and probes."""
    for one in records:
        strategy = one["strategy"]
        one["kind"] = KINDS.get(strategy, "strategy")
        if one["threads"] > 1:
            one["jain"] = min(1.0, JAIN.get(strategy, 0.995) + noise.rng.normal(0, 0.004))
            one["max_min"] = 1 / one["jain"] ** 2
            one["longest_wait_ns"] = int(1e6 / one["jain"])
        one["pingpong_ns_before"] = 60.0 if one["regime"] == "near" else 320.0
        one["pingpong_ns_after"], one["disjoint_ratio"] = one["pingpong_ns_before"], 1.97
        one["rss_kb"], one["live_objects"] = 9000 + 100 * len(strategy), 1024
        one["unreclaimed_peak"] = 262144 if strategy in ("rcu", "percpu", "lfht") else 0
    return records


def histogram(noise, scale):
    """Log-linear: eight buckets a doubling."""
    times = scale * noise.rng.lognormal(0, 0.5, 20000) * (1 + 40 * (noise.rng.random(20000) < 0.003))
    found = {}
    for t in times:
        power = int(t).bit_length() - 1
        step = max(1, 2**power // 8)
        upper = (int(t) // step + 1) * step
        found[upper] = found.get(upper, 0) + 1
    return sorted([float(u), c] for u, c in found.items())


def latencies(noise):
    for k, (strategy, scale) in enumerate({"original": 120, "fine": 80, "rcu": 40}.items()):
        for regime, times in (("near", 1), ("far", 3)):
            yield made.record(
                strategy=strategy, measure="latency", regime=regime, process=900 + k, block=900,
                args="objects:1/table:157", histogram=histogram(noise, scale * times),
                p50_ns=scale, p99_ns=3 * scale, p999_ns=20 * scale, max_ns=90 * scale,
            )  # fmt: skip


def counts():
    for strategy, locks in (("original", 6), ("fine", 2), ("rcu", 0)):
        yield made.record(
            strategy=strategy, measure="count", process=950, block=950, args="objects:1/table:157",
            counts={"locks": {"events": locks * 1000, "ops": 1000},
                    "shared RMW": {"events": 2000 + locks, "ops": 1000},
                    "ipis": {"events": 0, "ops": 1000}},
        )  # fmt: skip


def campaign(count=6):
    noise = made.Noise(11, repetition=0.015, process=0.01)
    both = {s: {"near": NEAR[s], "far": FAR[s]} for s in NEAR}
    records = []
    for workload, operation, args, factor in (
        ("W1", "lookup_hot", "objects:1/table:157", 1),
        ("W2", "lookup_many", "objects:1024/table:157", 0.7),
    ):
        for threads, rates in ((2, both), (1, ALONE)):
            true = {
                s: {k: v * factor for k, v in r.items()} if isinstance(r, dict) else r * factor
                for s, r in rates.items()
            }
            records += made.blocks(
                noise, true, count, regimes=("near", "far"), threads=threads, workload=workload,
                operation=operation, args=args,
            )  # fmt: skip
    dressed(records, noise)
    for one in records[3::97]:
        one.update(regime="mixed", admitted=False, refused="the CPUs moved: 60 ns, then 320")
    for one in records[5::113]:
        one.update(admitted=False, refused="two CPUs did 1.43 times the work of one")
    return records + list(latencies(noise)) + list(counts())


if __name__ == "__main__":
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    made.write(directory / "bench.jsonl", campaign())
