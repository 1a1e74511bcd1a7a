# SPDX-License-Identifier: BSD-2-Clause
"""False alarms: the sound strategies fail in none of many executions.

Passes over every scenario of the VM, every sound strategy and every scheduler
that draws, until there are so many executions.  Each pass has seeds of its own.
With -o the records stay, and the same command goes on where it was cut off.
"""

import collections
import time

from showing import document, search


def options(parser):
    parser.add_argument("-n", type=float, default=1e8, metavar="EXECUTIONS",
                        help="of all together [1e8]")  # fmt: skip
    parser.add_argument("-p", type=int, default=0, metavar="EXECUTIONS",
                        help="of each row in a pass [so many that one is enough]")  # fmt: skip
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
        rows = len(self.names) * len(search.strategies()) * len(self.schedulers)
        options.p = options.p or -(-int(options.n) // rows)
        self.cut = False
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
        if search.is_alarm(row):
            search.progress_end()
            search.complain(f"{row['verdict']}: {row['identity']}: {row['note']}")
        rate = max(1, self.executions - self.before) / self.spent()
        left = max(0, self.options.n - self.executions) / rate
        search.progress(f"{self.executions:,} of {self.options.n:,.0f} executions, {rate:,.0f}/s, "
                        f"{left / 60:.0f} min left; seed {row['seed']}, {row['schedulers'][0]}: "
                        f"{row['scenario']}, {row['strategy']}; {self.failures} failed")  # fmt: skip

    def go(self):
        """^C ends it, too; what was run stays."""
        try:
            self.passes()
        except KeyboardInterrupt:
            self.cut = True
        search.progress_end()

    def passes(self):
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
    alone = sum(row["verdict"] == "not exposed" for row in rows)
    text = [*table(rows), "", document.paragraph(
        f"{len(rows):,} rows over {scenarios} scenarios, seeds {min(seeds)} to {last:,}, "
        f"sanitizer {', '.join(builds)}; {repeated:,} executions were run twice and compared."
        + (f"  In {alone} rows nothing was ever to be chosen." if alone else "")), ""]  # fmt: skip
    wrong = [f"- **{row['verdict']}**: `{row['identity']}`: {row['note']}"
             for row in rows if search.is_alarm(row)]  # fmt: skip
    return [*text, *wrong, ""] if wrong else text


def promised(options, campaign, asked):
    promises = document.Promises(options)
    promises.add(f"{asked:,.0f} executions of the sound strategies", f"{campaign.executions:,}",
                 campaign.executions >= asked, "cut off")  # fmt: skip
    wrong = sum(search.is_alarm(row) for row in campaign.rows)
    promises.add("0 false alarms", f"{campaign.failures} executions failed, in {wrong} rows",
                 wrong == 0, "told below")  # fmt: skip
    return promises


def run(options):
    program = options.program[0] if options.program else search.build(options.preset)
    asked = options.n
    campaign = Campaign(program, options)
    options.machine.goes_on = campaign.before > 0
    campaign.go()
    if not campaign.rows:
        if campaign.cut:
            return search.INTERRUPTED
        search.leave("nothing was run")
    promises = promised(options, campaign, asked)
    lines = [*promises.table(), *summary(campaign.rows), document.footer(options, campaign.rows)]
    build = campaign.rows[0]["sanitizer"]
    name = "alarms" if build == "none" else f"alarms, {build}"
    return document.publish(name, lines, options, campaign.cut) or int(
        any(search.is_alarm(row) for row in campaign.rows))  # fmt: skip
