# SPDX-License-Identifier: BSD-2-Clause
"""Which scenarios of the VM are searched to their end, and how soon.

Each pair under each sound strategy by dpor, one worker; what dpor does not end
in its time (-d) by at most 4 preemptions, with the estimate of how much there
is, on every core.  Then scenarios of three CPUs that are longer than those of
"cost", for a short while (-l): nothing is asked of them.

With -o the records stay, and what is in them is not run again, unless it was
given less time.  ^C prints what was measured.
"""

from showing import document, search, triples

PAIRS, PAIRS_COMPLETE, PAIR_S = 36, 30, 60


def options(parser):
    parser.add_argument("-d", type=float, default=PAIR_S, metavar="SECONDS",
                        help=f"of each pair [{PAIR_S}]")  # fmt: skip
    parser.add_argument("-l", type=float, default=10, metavar="SECONDS",
                        help="of each scenario of three CPUs [10]")  # fmt: skip
    parser.add_argument("-s", default="all", metavar="NAME,...", help="strategies [all]")
    parser.add_argument("-o", metavar="DIR", help="records are kept there, and gone on with")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO",
                        help="[all pairs, and those of three CPUs]")  # fmt: skip


class Rows:
    """Rows that were run, by what they are of."""

    def __init__(self, program, options):
        self.run = search.Search(program, options.o)
        self.records = []
        self.known = {}
        self.cut = False
        for row in search.kept(options.o):
            self.keep(row)
        self.before = len(self.records)

    def keep(self, row):
        name = (row["scenario"], row["strategy"], row["schedulers"][0])
        if not row["interrupted"]:
            self.known[name] = row
        self.records.append(row)

    def get(self, scenario, strategy, scheduler, seconds):
        """The row, run if there is none of as much time; None after ^C."""
        name = (scenario, strategy, scheduler)
        row = self.known.get(name)
        enough = row and (row["complete"] or row["failures"] or row["seconds"] >= seconds)
        if not enough and not self.cut:
            search.progress(f"{scenario}, {strategy}: {scheduler}, at most {seconds:g} s; "
                            f"{len(self.known)} rows so far")  # fmt: skip
            bound = ["--bound", 4] if scheduler == "bound" else []
            try:
                for row in self.run.rows("explore", scenario, "-s", strategy, "--scheduler", scheduler,
                                         *bound, "-d", seconds):  # fmt: skip
                    self.keep(row)
            except KeyboardInterrupt:
                self.cut = True
            search.progress_end()
        return self.known.get(name)


def number(value):
    return f"{value:,.0f}" if value < 1e7 else f"{value:.1e}".replace("e+0", "e").replace("e+", "e")


def seconds(value):
    return f"{value:.2g} s" if value < 10 else f"{value:.0f} s"


def estimate(row):
    space = row["space"]
    if "estimate" not in space:
        return f"{number(space['seen'])} {space['unit']} seen"
    share = space["seen"] / space["estimate"]
    return f"{number(space['seen'])} of ≈ {number(space['estimate'])} {space['unit']} ({share:.1g})"


def ended(row):
    """Of a search by dpor: what it saw, or how much of what there is."""
    if row is None:
        return "-"
    if row["failures"]:
        return f"**{row['note']}**"
    if row["complete"]:
        return f"{number(row['space']['seen'])}, {seconds(row['wall_s'])}"
    return estimate(row)


def reached(row):
    """Of a search by bound: the last bound that was seen whole, and what is behind it."""
    if row is None:
        return "-"
    if row["failures"]:
        return f"**{row['note']}**"
    levels = row["space"]["bounds"]
    certified = [level for level in levels if level["none_fails"]]
    words = f"k ≤ {certified[-1]['bound']}" if certified else "k < 0"
    if row["complete"]:
        return f"{words}: {number(levels[-1]['schedules'])} in {seconds(row['wall_s'])}"
    return f"{words}, then {estimate(row)}"


class PairTable:
    def __init__(self, rows, scenarios, strategies, limit):
        self.strategies, self.limit = strategies, limit
        self.rows = {(scenario, strategy): rows.get(scenario, strategy, "dpor", limit)
                     for scenario in scenarios for strategy in strategies}  # fmt: skip
        self.rest = {key: rows.get(*key, "bound", limit) for key, row in self.rows.items()
                     if row is not None and not row["complete"] and not row["failures"]}  # fmt: skip
        self.scenarios = scenarios

    def complete(self, strategy):
        return sum(row is not None and row["complete"] and not row["failures"]
                   for (_, one), row in self.rows.items() if one == strategy)  # fmt: skip

    def cell(self, key):
        return f"not in {self.limit:g} s" if key in self.rest else ended(self.rows[key])

    def lines(self):
        lines = ["| classes, time | " + " | ".join(self.strategies) + " |",
                 "|---|" + "---:|" * len(self.strategies)]  # fmt: skip
        for scenario in self.scenarios:
            cells = [self.cell((scenario, strategy)) for strategy in self.strategies]
            lines.append(f"| {scenario} | " + " | ".join(cells) + " |")
        counts = [f"**{self.complete(strategy)}**" for strategy in self.strategies]
        lines += [f"| **complete, of {len(self.scenarios)}** | " + " | ".join(counts) + " |", ""]
        if self.rest:
            lines += ["The rest, by `dpor` and by at most 4 preemptions:", "",
                      "| pair | strategy | dpor | bound |", "|---|---|---:|---:|"]  # fmt: skip
            lines += [f"| {scenario} | {strategy} | {estimate(self.rows[scenario, strategy])} "
                      f"| {reached(row)} |" for (scenario, strategy), row in self.rest.items()]  # fmt: skip
            lines.append("")
        return lines

    def promise(self, promises):
        if len(self.scenarios) == PAIRS:
            counts = {s: self.complete(s) for s in self.strategies}
            promises.add(f"{PAIRS_COMPLETE} of {PAIRS} pairs complete in {PAIR_S} s each, every strategy",
                         ", ".join(f"{s} {count}" for s, count in counts.items()),
                         min(counts.values()) >= PAIRS_COMPLETE and self.limit <= PAIR_S,
                         f"{self.limit:g} s each")  # fmt: skip
        certified = sum(row is not None and row["complete"] for row in self.rest.values())
        promises.add("the rest at k = 4, with the estimate",
                     f"{certified} of {len(self.rest)} to the end of k = 4",
                     certified == len(self.rest),
                     f"how much of it was seen in {self.limit:g} s is below")  # fmt: skip
        failures = sum(row["failures"] for row in [*self.rows.values(), *self.rest.values()] if row)
        promises.add("sound", f"{failures} failures", failures == 0, "told below")


def triple_table(rows, found, limit):
    lines = [f"Three CPUs, longer than what is asked; {limit:g} s each:", "",
             "| scenario | strategy | points, longest | at most 4 preemptions | dpor |",
             "|---|---|---:|---:|---:|"]  # fmt: skip
    for scenario, strategy, points in found:
        row = rows.get(scenario, strategy, "dpor", limit)
        lines.append(f"| {scenario} | {strategy} | {points} | "
                     f"{reached(rows.get(scenario, strategy, 'bound', limit))} | {ended(row)} |")  # fmt: skip
    return [*lines, ""]


def run(options):
    program = options.program[0] if options.program else search.build("hunt")
    rows = Rows(program, options)
    options.machine.goes_on = rows.before > 0
    strategies = search.strategies() if options.s == "all" else options.s.split(",")
    promises, lines = document.Promises(options), []
    names = [n for n in search.of_vm("PAIR") if n in (options.scenarios or [n])]
    if names:
        pairs = PairTable(rows, names, strategies, options.d)
        pairs.promise(promises)
        lines += pairs.lines()
    found = [] if rows.cut else triples.longer(rows.run, options.scenarios, strategies)
    if found:
        lines += triple_table(rows, found, options.l)
    if not rows.records:
        search.leave("nothing was run")
    lines = [*promises.table(), *lines, document.footer(
        options, rows.records, "dpor by one worker, bound on every core.")]  # fmt: skip
    status = document.publish("pairs", lines, options, rows.cut)
    return status or int(any(row["failures"] for row in rows.records))
