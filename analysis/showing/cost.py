# SPDX-License-Identifier: BSD-2-Clause
"""What an execution's time goes into, and how many there are in a second.

Rates are by wall clock, one worker, the median of a few runs; where other work
had the processor, they are too low.  Its parts are measured within executions
that nobody disturbed, one in 251, and bear a machine that is not ours: reset,
run and check together are what an execution would take alone, but for the
search's own bookkeeping.  Then classes of dpor, whose number is known, and three
CPUs by bound.  Speeds fail nothing: that only a wrong number of classes and a
failure do.
"""

import statistics

from showing import document, search, triples

# Points and executions a second that are asked, by sanitizer.
LOCKS = "bench.locks"
LOCKS_ASKED = {"none": (30e6, 1e6), "thread": (5e6, 150e3)}
VM_ASKED = {"none": 200e3, "thread": 40e3}
BUILD = {"none": "plain", "thread": "TSan"}
CLASSES = {"bench.count.3x3": 1680, "bench.count.3x4": 34650, "bench.count.4x3": 369600,
           "bench.rmw.3x3": 1680, "bench.rmw.3x4": 34650, "bench.rmw.4x3": 369600}  # fmt: skip
CLASSES_PER_S, ENOUGH = 200e3, 10000  # fewer classes take as long as a process to begin


def options(parser):
    parser.add_argument("-t", type=int, default=5, metavar="RUNS", help="of each row [5]")
    parser.add_argument("-d", type=float, default=2, metavar="SECONDS", help="of a run [2]")
    parser.add_argument("-l", type=float, default=60, metavar="SECONDS", help="of a search by bound [60]")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO",
                        help="of three CPUs and a VM [all]")  # fmt: skip


def figure(value):
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value / 1e3:.0f} k"


class Speed:
    """Runs of one scenario under one strategy."""

    def __init__(self, run, scenario, strategy, options):
        self.rows = []
        for trial in range(options.t):
            self.rows += run.rows("explore", scenario, *triples.words_of(strategy), "-j", 1,
                                  "-d", options.d, "-r", 1 + trial * 10**9)  # fmt: skip
        one = self.rows[0]
        self.name = scenario if strategy == "none" else f"{scenario} {strategy}"
        self.longest = max(row["longest_steps"] for row in self.rows)
        self.points, self.executions = (statistics.median(r[f"{what}_per_s"] for r in self.rows)
                                        for what in ("points", "executions"))  # fmt: skip
        timed = [r["execution"] for r in self.rows if r["execution"] is not None]
        self.parts = [statistics.median(t[f"{what}_ns"] for t in timed)
                      for what in ("reset", "run", "check") if timed]  # fmt: skip
        self.cells = [one["scenario"], one["strategy"], f"{one['points'] / one['executions']:.0f}",
                      figure(self.points), figure(self.executions)]  # fmt: skip

    def undisturbed(self):
        return figure(1e9 / sum(self.parts)) if self.parts else "-"

    def line(self):
        parts = [f"{part:,.0f} ({100 * part / sum(self.parts):.0f} %)" for part in self.parts]
        return "| " + " | ".join([*self.cells, *(parts or ["-"] * 3), self.undisturbed()]) + " |"


def promise_locks(promises, speed, build):
    asked = LOCKS_ASKED[build]
    for seen, wanted, unit in zip((speed.points, speed.executions), asked, ("points", "executions")):
        promises.add(f"{LOCKS}, {BUILD[build]}: {figure(wanted)} {unit}/s", figure(seen), seen >= wanted,
                     f"undisturbed {speed.undisturbed()} executions/s")  # fmt: skip


def promise_vm(promises, speeds, build):
    short = [s for s in speeds if s.longest <= triples.LONGEST]
    if not short:
        return
    slow = [s for s in short if s.executions < VM_ASKED[build]]
    least = min(short, key=lambda s: s.executions)
    promises.add(f"3 CPUs, about {triples.ABOUT} points, {BUILD[build]}: {figure(VM_ASKED[build])} executions/s",
                 f"{len(short) - len(slow)} of {len(short)} rows; the slowest {figure(least.executions)}, "
                 f"{least.name}", not slow, f"undisturbed {least.undisturbed()}")  # fmt: skip


def speed_table(run, scenarios, options, promises):
    head = ["scenario", "strategy", "points each", "points/s", "executions/s", "reset ns", "run ns",
            "check ns", "executions/s, undisturbed"]  # fmt: skip
    speeds = []
    for scenario in [LOCKS, *scenarios]:
        for strategy in ["none"] if scenario == LOCKS else search.strategies():
            search.progress(f"{scenario}, {strategy}: speed")
            speeds.append(Speed(run, scenario, strategy, options))
    build = speeds[0].rows[0]["sanitizer"]
    if build in BUILD:
        promise_locks(promises, speeds[0], build)
        promise_vm(promises, speeds[1:], build)
    lines = [f"Sanitizer: {build}.", "", "| " + " | ".join(head) + " |",
             "|---|---|" + "---:|" * (len(head) - 2)]  # fmt: skip
    return [*lines, *(s.line() for s in speeds), ""], [r for s in speeds for r in s.rows]


def class_table(run, count, promises):
    """(lines, how many counts are wrong)."""
    lines = ["| dpor | classes | there are | redundant | classes/s |", "|---|---:|---:|---:|---:|"]
    rates, wrong = {}, 0
    for scenario, expected in CLASSES.items():
        search.progress(f"{scenario}: dpor")
        rows = [row for _ in range(count)
                for row in run.rows("explore", scenario, "--scheduler", "dpor")]  # fmt: skip
        space = rows[0]["space"]
        wrong += any(row["space"]["seen"] != expected or row["space"]["redundant"] != 0
                     or not row["complete"] for row in rows)  # fmt: skip
        rates[scenario] = statistics.median(row["space"]["seen"] / row["wall_s"] for row in rows)
        lines.append(f"| {scenario} | {space['seen']:,} | {expected:,} | {space['redundant']} "
                     f"| {figure(rates[scenario])} |")  # fmt: skip
    promises.add("dpor's counts of classes exact: 1,680, 34,650, 369,600",
                 f"{len(CLASSES) - wrong} of {len(CLASSES)}", wrong == 0, "**told below**")  # fmt: skip
    large = {s: rate for s, rate in rates.items() if CLASSES[s] >= ENOUGH}
    slowest = min(large, key=large.get)
    promises.add(f"dpor: {figure(CLASSES_PER_S)} classes/s", f"{figure(large[slowest])} and more, {slowest}",
                 large[slowest] >= CLASSES_PER_S)  # fmt: skip
    return [*lines, ""], wrong


def run(options):
    programs = options.program or [search.build("hunt"), search.build("tsan")]
    promises, text, records, wrong = document.Promises(options), [], [], 0
    scenarios = [n for n in search.of_vm("TRIPLE") if n in (options.scenarios or [n])]
    for program in programs:
        run_ = search.Search(program)
        lines, rows = speed_table(run_, scenarios, options, promises)
        text += lines
        records += rows
        if rows[0]["sanitizer"] == "none":
            lines, wrong = class_table(run_, options.t, promises)
            more, rows = triples.table(run_, options.scenarios, search.strategies(), options.l, promises)
            text += lines + more
            records += rows
    search.progress_end()
    lines = [*promises.table(), *text, document.footer(
        options, records, f"One worker; medians of {options.t} runs of {options.d:g} s.")]  # fmt: skip
    status = document.publish("cost", lines, options)
    return status or int(wrong != 0 or any(row["failures"] for row in records))
