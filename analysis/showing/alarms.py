# SPDX-License-Identifier: BSD-2-Clause
"""False alarms: the sound strategies fail in none of many executions.

Passes over every scenario of the VM, every sound strategy and every scheduler
that draws, until there are so many executions.  Each pass has seeds of its own.
With -o the records stay, and the same command goes on where it was cut off.
"""

import collections
import sys
import time

from showing import document, search


def options(parser):
    parser.add_argument("-n", type=float, default=1e8, metavar="EXECUTIONS",
                        help="of all together [1e8]")  # fmt: skip
    parser.add_argument("-p", type=int, default=10000, metavar="EXECUTIONS",
                        help="of each row in a pass [10000]")  # fmt: skip
    parser.add_argument("-d", type=float, default=0, metavar="SECONDS",
                        help="begin nothing after so long; 0: no end [0]")  # fmt: skip
    parser.add_argument("-j", type=int, default=0, metavar="N", help="workers [one for each core]")
    parser.add_argument("-o", metavar="DIR", help="records are kept there, and gone on with")
    parser.add_argument("--preset", default="hunt", help="hunt, tsan or asan [hunt]")


def whole(rows):
    """{(scheduler, seed): scenario and strategy}: what need not be run again."""
    done = collections.defaultdict(set)
    for row in rows:
        if not row["interrupted"]:
            done[row["schedulers"][0], row["seed"]].add((row["scenario"], row["strategy"]))
    return done


def missing(done, names):
    """Scenarios of a pass that have not been run under every strategy."""
    return [n for n in names if not all((n, s) in done for s in search.strategies())]


class Campaign:
    def __init__(self, program, options):
        self.options = options
        self.run = search.Search(program, options.o)
        self.names = [s["name"] for s in search.listed(program, "scenarios") if s["vm"]]
        self.schedulers = search.drawing(program)
        self.known = {}
        self.executions = self.failures = 0
        for row in search.kept(options.o):
            self.keep(row)
            options.p = row["runs_max"]  # passes stay apart
        self.before = self.executions
        self.begin = time.monotonic()

    def spent(self):
        return time.monotonic() - self.begin

    def enough(self):
        return self.executions >= self.options.n or 0 < self.options.d <= self.spent()

    def keep(self, row):
        """The last of its kind: one that is run again is not counted twice."""
        name = (row["schedulers"][0], row["seed"], row["scenario"], row["strategy"])
        before = self.known.get(name, {"executions": 0, "failures": 0})
        self.executions += row["executions"] - before["executions"]
        self.failures += row["failures"] - before["failures"]
        self.known[name] = row

    @property
    def rows(self):
        return list(self.known.values())

    def add(self, row):
        self.keep(row)
        if row["verdict"] != "sound":
            search.progress_end()
            search.complain(f"{row['verdict']}: {row['identity']}: {row['note']}")
        rate = max(1, self.executions - self.before) / self.spent()
        left = max(0, self.options.n - self.executions) / rate
        search.progress(f"{self.executions:,} of {self.options.n:,.0f} executions, {rate:,.0f}/s, "
                        f"{left / 60:.0f} min left; seed {row['seed']}, {row['schedulers'][0]}: "
                        f"{row['scenario']}, {row['strategy']}; {self.failures} failed")  # fmt: skip

    def go(self):
        done, seed = whole(self.rows), 1
        while not self.enough():
            for scheduler in self.schedulers:
                names = missing(done[scheduler, seed], self.names)
                if not names or self.enough():
                    continue
                words = [",".join(names), "-s", "all", "--scheduler", scheduler, "-r", seed,
                         "-n", self.options.p, *(["-j", self.options.j] if self.options.j else [])]  # fmt: skip
                for row in self.run.rows("explore", *words):
                    self.add(row)
            seed += self.options.p
        search.progress_end()


def by(rows, column):
    """{value: [executions, points, seconds, failures]}."""
    total = {}
    for row in rows:
        value = row[column][0] if column == "schedulers" else row[column]
        sums = total.setdefault(value, [0, 0, 0, 0])
        for i, what in enumerate(("executions", "points", "wall_s", "failures")):
            sums[i] += row[what]
    return total


def table(rows):
    lines = ["| | executions | points | seconds | executions/s | failed |", "|---|---:|---:|---:|---:|---:|"]
    for column in ("strategy", "schedulers"):
        for value, (executions, points, seconds, failures) in by(rows, column).items():
            lines.append(f"| `{value}` | {executions:,} | {points:,} | {seconds:,.0f} "
                         f"| {executions / seconds:,.0f} | {failures} |")  # fmt: skip
    sums = [sum(values) for values in zip(*by(rows, "strategy").values())]
    lines.append(f"| **all** | {sums[0]:,} | {sums[1]:,} | {sums[2]:,.0f} | {sums[0] / sums[2]:,.0f} "
                 f"| {sums[3]} |")  # fmt: skip
    return lines


def summary(rows):
    seeds = [r["seed"] for r in rows]
    last = max(r["seed"] + r["runs_max"] - 1 for r in rows)
    repeated = sum(r["repeated"] for r in rows)
    scenarios = len({r["scenario"] for r in rows})
    builds = sorted({r["sanitizer"] for r in rows})
    text = table(rows)
    text += ["", f"{len(rows):,} rows over {scenarios} scenarios, seeds {min(seeds)} to {last:,}, "
             f"sanitizer {', '.join(builds)}; {repeated:,} executions were run twice and compared."]  # fmt: skip
    for row in rows:
        if row["verdict"] != "sound":
            text.append(f"- **{row['verdict']}**: `{row['identity']}`: {row['note']}")
    return text


def run(options):
    load = document.load()
    program = options.program[0] if options.program else search.build(options.preset)
    campaign = Campaign(program, options)
    campaign.go()
    if not campaign.rows:
        search.leave("nothing was run")
    text = summary(campaign.rows)
    text += ["", document.measured(campaign.rows, None if campaign.before else load)]
    print("\n".join(text))
    if options.write:
        build = campaign.rows[0]["sanitizer"]
        document.put("alarms" if build == "none" else f"alarms, {build}", "\n".join(text))
    sys.stdout.flush()
    return int(any(row["verdict"] != "sound" for row in campaign.rows))
