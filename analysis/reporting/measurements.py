# SPDX-License-Identifier: BSD-2-Clause
"""Records of speeds to one table, a line a repetition.

Benchmarks and timed runs of traces are the same kind of thing: a workload, a
strategy, a number of threads, a rate, and what two CPUs were to each other
meanwhile.  A run of a trace is a process of its own, and its round is a block of
the command that it was made by.

A *cell* is what may be pooled: one workload, operation, arguments, strategy and
number of threads in one regime.  Near and far are never pooled; what is mixed or
was not admitted is in no cell, and counted.
"""

import pathlib
import re

import numpy as np
import pandas as pd

FAMILY = ["workload", "operation", "args"]
ORDER = ["block", "process", "position", "repetition"]
REGIMES = ["near", "far", "single", "unknown"]
NOT_OURS = "not ours"  # in place of a regime: nothing of a family was admitted

# What of a bench record goes into the table, with what stands for null.
COLUMNS = {
    "file": 0, "measure": "", "workload": "", "operation": "", "args": "", "kind": "",
    "strategy": "", "threads": 0, "tier": "", "seed": 0, "block": 0, "process": 0,
    "position": 0, "repetition": 0, "ops": 0, "wall_ns": 0, "ops_per_s": 0.0,
    "jain": np.nan, "max_min": np.nan, "longest_wait_ns": np.nan, "regime": "unknown",
    "pingpong_ns_before": np.nan, "pingpong_ns_after": np.nan, "disjoint_ratio": np.nan,
    "admitted": True, "refused": "", "rss_kb": np.nan, "live_objects": np.nan,
    "unreclaimed_peak": np.nan, "p50_ns": np.nan, "p99_ns": np.nan, "p999_ns": np.nan,
    "max_ns": np.nan, "verdict": "", "commit": "", "cpu": "", "host": "", "started": "",
    "run": "",
}  # fmt: skip
LISTS = ["histogram", "counts", "thread_ops"]


def trace_name(record):
    return pathlib.PurePath(record["trace"]).name.removesuffix(".vmt.zst")


def sessions(records):
    """For each run of a trace the number of the first that the same command made.

    The records do not name it.  It has one command line and one seed, its rounds only
    go up, and none of them has a cell twice.
    """
    known, found = {}, []
    for number, record in enumerate(records):
        command = (record["file"], record["argv"], record["seed"])
        cell = (record["trace"], record["copies"], record["strategy"], record["cpus"])
        now = record.get("round", 0)
        first, last, seen = known.get(command, (number, 0, set()))
        if now < last or (now, cell) in seen:
            first, seen = number, set()
        seen.add((now, cell))
        known[command] = (first, now, seen)
        found.append(first)
    return found


def from_run(record, number, session):
    """A timed run, as if it were a repetition of a benchmark; None if it was not timed."""
    if not record["seconds"] or not record["events_per_s"]:
        return None
    regime = record.get("regime", "unknown")
    refused = {True: "not admitted", False: ""}[regime == "not admitted"]
    if record["verdict"] != "sound":
        refused = f"verdict: {record['verdict']}"
    return {
        **record,
        "measure": "throughput",
        "workload": "W18",
        "operation": f"trace_{trace_name(record)}",
        "args": f"copies:{record['copies']}",
        "kind": "strategy",
        "threads": record["cpus"],
        "tier": "none",
        "run": f"{session:06}",
        "block": record.get("round", number),
        "process": number,
        "position": 0,
        "repetition": 0,
        "ops": record["events"],
        "ops_per_s": record["events_per_s"],
        "admitted": not refused,
        "refused": refused,
        "regime": "mixed" if regime == "not admitted" else regime,
    }


def generations(table):
    """Runs that were appended to one file with one seed and do not say which they are of.

    A place in the order that comes again is another run's.
    """
    place = ["file", "run", "measure", "seed", "threads", "strategy", *FAMILY, *ORDER]
    return table.groupby(place, sort=False).cumcount()


def passes(table):
    """1 for a cell's first process in its block, 2 for the one on the way back."""
    cell = ["run", "measure", *FAMILY, "strategy", "threads", "block"]
    return table.groupby(cell, sort=False)["position"].rank(method="dense").astype(int)


def tabulate(records):
    """All measurements, a row each; columns as COLUMNS and LISTS, and `run` and `pass`."""
    rows = list(records.of("bench"))
    runs = records.of("run")
    for number, (record, session) in enumerate(zip(runs, sessions(runs))):
        row = from_run(record, number, session)
        if row is not None:
            rows.append(row)
    table = pd.DataFrame(
        [
            {name: default if row.get(name) is None else row[name]
             for name, default in COLUMNS.items()}
            | {name: row.get(name) for name in LISTS}
            for row in rows
        ],
        columns=[*COLUMNS, *LISTS],
    )  # fmt: skip
    for name, default in COLUMNS.items():
        table[name] = table[name].astype(type(default))
    table["run"] = (
        table["file"].astype(str) + "/" + table["seed"].astype(str) + "/" + table["run"] + "/"
        + generations(table).astype(str)
    )  # fmt: skip
    table["pass"] = passes(table)
    return table


def of_measure(table, measure="throughput"):
    """All of that measure, admitted or not."""
    return table[table["measure"] == measure]


def usable(table, measure="throughput"):
    """What may be looked at: of that measure, admitted, sound, in one regime, with a rate."""
    return table[
        (table["measure"] == measure)
        & table["admitted"]
        & table["regime"].isin(REGIMES)
        & (table["verdict"] == "sound")
        & ((table["ops_per_s"] > 0) | (measure != "throughput"))
    ]


def sound(table):
    """Throughput of whatever ended as it should, admitted or not."""
    rates = of_measure(table)
    return rates[(rates["verdict"] == "sound") & (rates["ops_per_s"] > 0)]


def shown(table):
    """What is drawn: what is usable, and of families that have nothing such all there is."""
    rates, every = usable(table), sound(table)
    has = set(zip(*(rates[name] for name in FAMILY)))
    other = every[[family not in has for family in zip(*(every[name] for name in FAMILY))]]
    return pd.concat([rates, other.assign(regime=NOT_OURS)])


NUMBER = re.compile(r"\d+(?:\.\d+)?")


def together(reasons):
    """[(reason, how many)]: those that differ in numbers alone are one, with least and most."""
    kinds = {}
    for reason in reasons:
        kinds.setdefault(NUMBER.sub("#", reason), []).append(NUMBER.findall(reason))
    found = []
    for kind, numbers in sorted(kinds.items()):
        ends = [(min(each, key=float), max(each, key=float)) for each in zip(*numbers)]
        words = iter(low if low == high else f"{low} to {high}" for low, high in ends)
        found.append((re.sub("#", lambda _: next(words), kind), len(numbers)))
    return found


def left_out(table):
    """[(why, how many)] of the repetitions that no statistic saw."""
    refused = table[~table["admitted"]]
    counted = together(refused["refused"].replace("", "not admitted"))
    rest = table[table["admitted"]]
    wrong = rest[rest["verdict"] != "sound"]
    counted += [
        (f"verdict: {verdict}", int(count))
        for verdict, count in wrong["verdict"].value_counts().sort_index().items()
    ]
    mixed = int(((rest["regime"] == "mixed") & (rest["verdict"] == "sound")).sum())
    if mixed:
        counted.append(("the regime changed meanwhile (mixed)", mixed))
    return counted


def families(table):
    """[((workload, operation, args), rows)], workloads in the order of their numbers."""
    groups = list(table.groupby(FAMILY, sort=True))

    def place(group):
        workload = group[0][0]
        digits = "".join(c for c in workload if c.isdigit())
        return (int(digits or 0), *group[0])

    return sorted(groups, key=place)


def arguments(args):
    """{"objects": "1024"} of "objects:1024/...": what a family's arguments say."""
    return dict(word.split(":", 1) for word in args.split("/") if ":" in word)


def variation(rates):
    """Coefficient of variation, or nan for fewer than two."""
    rates = np.asarray(rates, dtype=float)
    return float(rates.std(ddof=1) / rates.mean()) if len(rates) > 1 else float("nan")
