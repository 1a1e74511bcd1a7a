# SPDX-License-Identifier: BSD-2-Clause
"""Which scenarios of the VM are searched to their end, and how soon.

Each pair under each sound strategy by dpor, and what dpor does not end in its
time by at most 4 preemptions, with the estimate of how much there is; then all
sound scenarios of three CPUs by at most 3, at most 4, and dpor.  -d caps each of
these.  With -o the records stay, and what is in them is not run again, unless it
was given less time.
"""

from showing import document, search

SHORT = 60  # points of a scenario that should be searched to its end
PAIRS, PAIRS_COMPLETE = 36, 30


def options(parser):
    parser.add_argument("-d", type=float, default=60, metavar="SECONDS",
                        help="of each row [60]")  # fmt: skip
    parser.add_argument("-s", default="all", metavar="NAME,...", help="strategies [all]")
    parser.add_argument("-o", metavar="DIR", help="records are kept there, and gone on with")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO",
                        help="[all pairs, and all of three CPUs]")  # fmt: skip


class Rows:
    """Rows that were run, by what they are of."""

    def __init__(self, program, options):
        self.run = search.Search(program, options.o)
        self.seconds = options.d
        self.records = []
        self.known = {}
        for row in search.kept(options.o):
            self.keep(row)
        self.before = len(self.records)

    def keep(self, row):
        name = (row["scenario"], row["strategy"], row["schedulers"][0], row["bound"])
        if not row["interrupted"]:
            self.known[name] = row
        self.records.append(row)

    def get(self, scenario, strategy, scheduler, bound=2):
        """The row, run if there is none of as much time."""
        name = (scenario, strategy, scheduler, bound)
        row = self.known.get(name)
        if row is None or not (row["complete"] or row["failures"] or row["seconds"] >= self.seconds):
            search.progress(f"{scenario}, {strategy}: {scheduler} {bound if scheduler == 'bound' else ''}")
            words = ["-s", strategy] if strategy != "none" else []
            words += ["--bound", bound] if scheduler == "bound" else []
            for row in self.run.rows("explore", scenario, *words, "--scheduler", scheduler,
                                     "-d", self.seconds):  # fmt: skip
                self.keep(row)
        return self.known[name]


def number(value):
    return f"{value:,.0f}" if value < 1e7 else f"{value:.1e}".replace("e+0", "e").replace("e+", "e")


def seconds(value):
    return f"{value:.2g} s" if value < 10 else f"{value:.0f} s"


def reached(row):
    """Of a search that may not have come to its end, what it says."""
    if row["failures"]:
        return f"**{row['note']}**"
    levels = row["space"]["bounds"]
    certified = [level for level in levels if level["none_fails"]]
    words = f"k ≤ {certified[-1]['bound']}" if certified else "k < 0"
    if row["complete"]:
        return f"{words}: {number(levels[-1]['schedules'])} in {seconds(row['wall_s'])}"
    return f"{words}, then {estimate(row)}"


def estimate(row):
    space = row["space"]
    if "estimate" not in space:
        return f"{number(space['seen'])} {space['unit']} seen"
    share = space["seen"] / space["estimate"]
    return f"{number(space['seen'])} of ≈ {number(space['estimate'])} {space['unit']} ({share:.1g})"


def pair_cell(rows, scenario, strategy):
    """(complete?, text)."""
    row = rows.get(scenario, strategy, "dpor")
    if row["failures"]:
        return False, f"**{row['note']}**"
    if row["complete"]:
        return True, f"{number(row['space']['seen'])}, {seconds(row['wall_s'])}"
    return False, f"{estimate(row)}; {reached(rows.get(scenario, strategy, 'bound', 4))}"


def pair_table(rows, scenarios, strategies):
    lines = ["| classes, time | " + " | ".join(strategies) + " |",
             "|---|" + "---:|" * len(strategies)]  # fmt: skip
    complete = dict.fromkeys(strategies, 0)
    for scenario in scenarios:
        cells = []
        for strategy in strategies:
            done, text = pair_cell(rows, scenario, strategy)
            complete[strategy] += done
            cells.append(text)
        lines.append(f"| {scenario} | " + " | ".join(cells) + " |")
    lines.append(f"| **complete, of {len(scenarios)}** | "
                 + " | ".join(f"**{count}**" for count in complete.values()) + " |")  # fmt: skip
    if len(scenarios) == PAIRS:
        lines += ["", f"Asked: {PAIRS_COMPLETE} of {PAIRS} in 60 s each, under every strategy."]
    return lines


def trial_length(rows, scenario, strategy):
    """Tasks, and points of the longest of a few executions at random."""
    words = ["-s", strategy] if strategy != "none" else []
    for row in rows.run.rows("explore", scenario, *words, "-n", 2000, "-j", 1):
        rows.records.append(row)
        return row["tasks"], row["longest_steps"]
    return 0, 0


def triple_line(rows, scenario, strategy, points):
    cells = [reached(rows.get(scenario, strategy, "bound", k)) for k in (3, 4)]
    row = rows.get(scenario, strategy, "dpor")
    if row["complete"]:
        cells.append(f"{number(row['space']['seen'])} classes, {seconds(row['wall_s'])}")
    else:
        cells.append(estimate(row))
    return f"| {scenario} | {strategy} | {points} | " + " | ".join(cells) + " |"


def triples(rows, scenarios, strategies):
    """[(points, scenario, strategy)] of three CPUs, the shortest first."""
    found = []
    for scenario in scenarios:
        for strategy in strategies if scenario["vm"] else ["none"]:
            tasks, points = trial_length(rows, scenario["name"], strategy)
            if tasks == 3:
                found.append((points, scenario["name"], strategy))
    return sorted(found)


def triple_table(rows, found):
    lines = ["| scenario | strategy | points, longest | at most 3 preemptions | at most 4 | dpor |",
             "|---|---|---:|---:|---:|---:|"]  # fmt: skip
    lines += [triple_line(rows, scenario, strategy, points) for points, scenario, strategy in found]
    short = [f for f in found if f[0] <= SHORT]
    ended = [rows.get(scenario, strategy, "bound", k)
             for _, scenario, strategy in short for k in (3, 4)]  # fmt: skip
    third, fourth = ended[::2], ended[1::2]
    lines += ["", f"Of at most {SHORT} points: {len(short)}. To their end with at most 3 preemptions "
              f"in 2 s: {sum(r['complete'] and r['wall_s'] <= 2 for r in third)}; with at most 4 in "
              f"60 s: {sum(r['complete'] and r['wall_s'] <= 60 for r in fourth)}."]  # fmt: skip
    return lines


def run(options):
    load = document.load()
    program = options.program[0] if options.program else search.build("hunt")
    rows = Rows(program, options)
    sound = [s for s in search.listed(program, "scenarios") if "wrong" not in s]
    if options.scenarios:
        sound = [s for s in sound if s["name"] in options.scenarios]
    strategies = search.strategies() if options.s == "all" else options.s.split(",")
    names = [s["name"] for s in sound if s["vm"] and s["name"].count(".") == 1]
    text = pair_table(rows, names, strategies) if names else []
    search.progress_end()
    found = triples(rows, [s for s in sound if s["name"] not in names], strategies)
    if found:
        text += [""] + triple_table(rows, found)
    search.progress_end()
    limits = sorted({r["seconds"] for r in rows.known.values() if r["seconds"] > 0})
    text += ["", f"At most {' or '.join(f'{limit:g}' for limit in limits)} s each. " + document.measured(rows.records, None if rows.before else load)]
    print("\n".join(text))
    if options.write:
        document.put("pairs", "\n".join(text))
    return int(any(row["failures"] for row in rows.records))
