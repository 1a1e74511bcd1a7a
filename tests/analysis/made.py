# SPDX-License-Identifier: BSD-2-Clause
"""Records that were never measured: seeded, with speeds that are known.

A rate is its true value, times its process's luck (a heap that lies well or badly),
times noise; in the far regime it is another true value.  As in bench/, every place
in a block is a process of its own, so that no luck is shared and none cancels.
"""

import json
import os
import sys

import numpy as np

sys.dont_write_bytecode = True
HOME = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(HOME, "analysis"))

ORIGIN = {
    "schema": 1, "command": "bench", "argv": "vmrace bench", "backend": "native",
    "version": "0.1", "commit": "0123456789abcdef0123456789abcdef01234567", "dirty": False,
    "compiler": "clang 19.1.7", "flags": "-O2", "sanitizer": "none", "allocator": "jemalloc",
    "vm_checks": False, "host": "made", "kernel": "6.1", "machine": "x86_64",
    "cpu": "Made EPYC", "cores": 2, "cores_allowed": 2, "smt": False,
    "started": "2026-11-21T03:00:00Z", "verdict": "sound", "status": 0,
}  # fmt: skip

NOTHING = {
    "run": "20261121T030000Z-1", "steady": True, "max_min": None, "longest_wait_ns": None,
    "pingpong_ns_before": None, "pingpong_ns_after": None, "disjoint_ratio": None, "steal_share": None, "load1": None,
    "admitted": True, "refused": None, "autogroup_raised": True, "nice_raised": True,
    "rss_kb": None, "live_objects": None, "unreclaimed_peak": None, "histogram": None,
    "p50_ns": None, "p99_ns": None, "p999_ns": None, "max_ns": None, "counts": None, "note": "",
}  # fmt: skip


def record(workload="W1", operation="lookup_hot", strategy="original", args="", threads=2,
           rate=1e6, regime="near", block=0, process=0, position=0, repetition=0,
           measure="throughput", kind="strategy", seed=1, **more):  # fmt: skip
    ops = int(rate * 0.25)
    name = "/".join(filter(None, [operation, strategy, args, f"threads:{threads}"]))
    return {
        **ORIGIN, **NOTHING, "measure": measure, "workload": workload, "operation": operation,
        "kind": kind, "strategy": strategy, "args": args, "threads": threads, "name": name,
        "tier": "standard", "seed": seed, "block": block, "process": process,
        "position": position, "repetition": repetition, "ops": ops, "wall_ns": 250_000_000,
        "ops_per_s": rate, "thread_ops": [ops // threads] * threads, "jain": 1.0,
        "regime": regime, **more,
    }  # fmt: skip


with open(os.path.join(HOME, "analysis", "schema", "run.json"), encoding="utf-8") as schema:
    COUNTS = dict.fromkeys(json.load(schema)["required"], 0)


def run_record(strategy="rcu", verdict="sound", rate=1e6, **more):
    """Of `vmrace run`; what it counted is 0."""
    return {
        **ORIGIN, **COUNTS, "command": "run", "argv": "vmrace run make -s all", "driver": "run",
        "verdict": verdict, "status": {"sound": 0, "violation": 1, "sanitizer report": 66}[verdict],
        "trace": "make", "strategy": strategy, "cpus": 2, "copies": 2, "seed": 1, "seconds": 1.0,
        "quantum_events": 64, "shootdown": "mach", "swap": "sync", "verify": False, "plant": None,
        "identity": "run", "replay": f"./vmrace run make -s {strategy}", "note": "", "finished": True,
        "interrupted": False, "reports": int(verdict == "sanitizer report"), "events": 1000,
        "events_per_s": rate, "wall_ns": 10**9, **more,
    }  # fmt: skip


class Noise:
    """Where speeds come from."""

    def __init__(self, seed, repetition=0.016, process=0.02):
        self.rng = np.random.default_rng(seed)
        self.repetition, self.process = repetition, process

    def luck(self):
        return self.rng.normal(0, self.process)

    def rate(self, true, luck):
        return true * np.exp(luck + self.rng.normal(0, self.repetition))


def blocks(noise, true, count=6, repetitions=2, passes=2, regimes=("near",), **more):
    """Records of {strategy: rate}, or {strategy: {regime: rate}}: there and back in each block.

    The regime changes from block to block.
    """
    made = []
    for block in range(count * len(regimes)):
        regime = regimes[block % len(regimes)]
        order = [list(true)[:: (-1) ** number] for number in range(passes)]
        for position, strategy in enumerate(sum(order, [])):
            rate = true[strategy]
            rate = rate[regime] if isinstance(rate, dict) else rate
            luck = noise.luck()
            made += [
                record(
                    strategy=strategy, regime=regime, block=block, position=position,
                    process=block * passes * len(true) + position, repetition=repetition,
                    rate=noise.rate(rate, luck), **more,
                )
                for repetition in range(repetitions)
            ]  # fmt: skip
    return made


class Kept:
    """Records that are there already, as reading.Records has them."""

    def __init__(self, bench=(), run=(), stress=()):
        self.by_command = {"bench": list(bench), "run": list(run), "stress": list(stress)}
        for records in self.by_command.values():
            for one in records:
                one.setdefault("file", 0)

    def of(self, command):
        return self.by_command[command]


def write(path, records):
    with open(path, "w", encoding="utf-8") as file:
        for one in records:
            file.write(json.dumps(one) + "\n")
