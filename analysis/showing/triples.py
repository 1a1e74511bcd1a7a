# SPDX-License-Identifier: BSD-2-Clause
"""Scenarios of three CPUs: how long they are, and how soon they are searched by bound."""

from showing import search

ABOUT, LONGEST = 60, 75  # points: what is asked for, and what is still about that
WITHIN_S = {3: 2, 4: 60}  # preemptions: time that is asked for
NO_VM = ["bench.rmw.3x3", "bench.rmw.3x4", "bench.count.3x3", "bench.count.3x4", "bench.locks"]


def longest(run, scenario, strategy):
    """Points of the longest of a few executions at random."""
    rows = run.rows("explore", scenario, *words_of(strategy), "-n", 500, "-j", 1)
    return max(row["longest_steps"] for row in rows)


def words_of(strategy):
    return [] if strategy == "none" else ["-s", strategy]


def measured(run, only, strategies):
    """[(scenario, strategy, points)] of the VM."""
    found = []
    for scenario in search.of_vm("TRIPLE"):
        if scenario in (only or [scenario]):
            found += [(scenario, s, longest(run, scenario, s)) for s in strategies]
    return found


def longer(run, only, strategies):
    return [one for one in measured(run, only, strategies) if one[2] > LONGEST]


def short(run, only, strategies):
    rest = [s for s in NO_VM if s in (only or [s])]
    return ([one for one in measured(run, only, strategies) if one[2] <= LONGEST]
            + [(s, "none", longest(run, s, "none")) for s in rest])  # fmt: skip


def bounded(run, scenario, strategy, k, seconds):
    rows = run.rows("explore", scenario, *words_of(strategy), "--scheduler", "bound", "--bound", k,
                    "-j", 1, "-d", seconds)  # fmt: skip
    return list(rows)[-1]


def cell(row):
    level = row["space"]["bounds"][-1] if row["space"]["bounds"] else {"bound": -1, "schedules": 0}
    if row["failures"]:
        return f"**{row['note']}**"
    if not row["complete"]:
        return f"k ≤ {level['bound']} in {row['wall_s']:.0f} s"
    return f"{level['schedules']:,} in {row['wall_s']:.2g} s"


def table(run, only, strategies, seconds, promises):
    """Lines and records; the promises get theirs."""
    lines = ["| bound | strategy | points, longest | k ≤ 3 | k ≤ 4 |", "|---|---|---:|---:|---:|"]
    records, late = [], {k: [] for k in WITHIN_S}
    found = short(run, only, strategies)
    for scenario, strategy, points in found:
        search.progress(f"{scenario}, {strategy}: bound")
        rows = {k: bounded(run, scenario, strategy, k, min(seconds, 60)) for k in WITHIN_S}
        records += rows.values()
        lines.append(f"| {scenario} | {strategy} | {points} | "
                     + " | ".join(cell(row) for row in rows.values()) + " |")  # fmt: skip
        for k, row in rows.items():
            if row["failures"] or not row["complete"] or row["wall_s"] > WITHIN_S[k]:
                late[k].append(f"{scenario} {strategy} ({points} points) {row['wall_s']:.2g} s")
    for k, within in WITHIN_S.items():
        promises.add(f"three CPUs, about {ABOUT} points: k = {k} in {within} s",
                     f"{len(found) - len(late[k])} of {len(found)}", not late[k],
                     ", ".join(late[k]))  # fmt: skip
    return [*lines, ""], records
