# SPDX-License-Identifier: BSD-2-Clause
"""What an execution's time goes into, and how many there are in a second.

Rates are by wall clock, one worker, the median of a few runs; where other work
had the processor, they are too low.  Its parts are measured within executions
that nobody disturbed, one in 251, and bear a machine that is not ours: reset,
run and check together are what an execution would take alone, but for the
search's own bookkeeping.  Figures are printed beside what is asked, and none of
them fails the command: that only a wrong number of classes does.
"""

import statistics

from showing import document, search

# Scenario, strategies; points and executions a second that are asked, plain and
# under ThreadSanitizer.
LOCKS = ("bench.locks", "none", {"none": (30e6, 1e6), "thread": (5e6, 150e3)})
VM = {"none": (None, 200e3), "thread": (None, 40e3)}
CLASSES = {"bench.count.3x3": 1680, "bench.count.3x4": 34650, "bench.count.4x3": 369600,
           "bench.rmw.3x3": 1680, "bench.rmw.3x4": 34650, "bench.rmw.4x3": 369600}  # fmt: skip
CLASSES_PER_S = 200e3


def options(parser):
    parser.add_argument("-t", type=int, default=5, metavar="RUNS", help="of each row [5]")
    parser.add_argument("-d", type=float, default=2, metavar="SECONDS", help="of a run [2]")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO",
                        help="of three CPUs and a VM [all]")  # fmt: skip


def figure(value):
    return f"{value / 1e6:.2f} M" if value >= 1e6 else f"{value / 1e3:.0f} k"


def beside(value, asked):
    return figure(value) + (f" (asked {figure(asked)})" if asked else "")


def measure(run, scenario, strategy, options):
    """Records of a few runs, whose parts are averages already."""
    words = ["-s", strategy] if strategy != "none" else []
    rows = []
    for trial in range(options.t):
        rows += run.rows("explore", scenario, *words, "-j", 1, "-d", options.d,
                         "-r", 1 + trial * 10**9)  # fmt: skip
    return rows


def line(rows, asked):
    one = rows[0]
    points, executions = (statistics.median(r[f"{what}_per_s"] for r in rows)
                          for what in ("points", "executions"))  # fmt: skip
    timed = [r["execution"] for r in rows if r["execution"] is not None]
    cells = [one["scenario"], one["strategy"], f"{one['points'] / one['executions']:.0f}",
             beside(points, asked[0]), beside(executions, asked[1])]  # fmt: skip
    if timed:
        parts = [statistics.median(t[f"{what}_ns"] for t in timed) for what in ("reset", "run", "check")]
        cells += [f"{part:,.0f} ({100 * part / sum(parts):.0f} %)" for part in parts]
        cells.append(figure(1e9 / sum(parts)))
    return "| " + " | ".join(cells) + " |"


def speed_table(run, scenarios, options):
    head = ["scenario", "strategy", "points each", "points/s", "executions/s", "reset ns", "run ns",
            "check ns", "executions/s, undisturbed"]  # fmt: skip
    lines = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (len(head) - 2)]
    records = []
    for scenario in [LOCKS[0], *scenarios]:
        is_vm = scenario != LOCKS[0]
        for strategy in search.strategies() if is_vm else ["none"]:
            search.progress(f"{scenario}, {strategy}")
            rows = measure(run, scenario, strategy, options)
            records += rows
            lines.append(line(rows, (VM if is_vm else LOCKS[2])[rows[0]["sanitizer"]]))
    return lines, records


def class_table(run):
    """(lines, how many counts are wrong)."""
    lines = ["| dpor | classes | there are | redundant | classes/s |", "|---|---:|---:|---:|---:|"]
    wrong = 0
    for row in run.rows("explore", ",".join(CLASSES), "--scheduler", "dpor"):
        space, expected = row["space"], CLASSES[row["scenario"]]
        wrong += space["seen"] != expected or space["redundant"] != 0 or not row["complete"]
        lines.append(f"| {row['scenario']} | {space['seen']:,} | {expected:,} | {space['redundant']} "
                     f"| {beside(space['seen'] / row['wall_s'], CLASSES_PER_S)} |")  # fmt: skip
    return lines, wrong


def run(options):
    load = document.load()
    programs = options.program or [search.build("hunt"), search.build("tsan")]
    text, wrong = [], 0
    for program in programs:
        run_ = search.Search(program)
        triples = [s["name"] for s in search.listed(program, "scenarios")
                   if s["vm"] and s["name"].count(".") == 2]  # fmt: skip
        if options.scenarios:
            triples = [name for name in triples if name in options.scenarios]
        lines, records = speed_table(run_, triples, options)
        text += [f"Sanitizer: {records[0]['sanitizer']}.", "", *lines, ""]
        if records[0]["sanitizer"] == "none":
            lines, wrong = class_table(run_)
            text += [*lines, ""]
    search.progress_end()
    text.append(f"One worker; medians of {options.t} runs of {options.d:g} s. "
                + document.measured(records, load))  # fmt: skip
    print("\n".join(text))
    if options.write:
        document.put("cost", "\n".join(text))
    return int(wrong != 0)
