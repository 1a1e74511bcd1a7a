# SPDX-License-Identifier: BSD-2-Clause
"""A seed is one execution: twice, in every build, wherever the program lies.

A row has the sum of its executions' trace hashes, so two rows that agree in it
agree in each execution, but for one chance in 2^64.  The second time one worker
does what two did before: what ran before an execution is another.  A row that
differs is halved until the first seed that does is known.  AddressSanitizer ends
a process at its first report: rows of what is known to be wrong that it ended so
are told, and not compared.

The same program twice: every scheduler with every scenario.  In every build: the
scenarios dealt out among the schedulers, for a row takes long to begin there.
"""

from showing import document, search

KEY = ("scenario", "strategy", "schedulers")


def key(row):
    return tuple(str(row[k]) for k in KEY)


def ended_by_sanitizer(row):
    """Were executions of what is known to be wrong cut short by a report?"""
    crashed = any(f["verdict"] == "crash" for f in row["found"])
    return crashed and row["wrong"] is not None and row["sanitizer"] != "none"


class Comparison:
    """Rows of several runs, the first of which is what the others must repeat."""

    def __init__(self):
        self.first = {}
        self.seeds = 0
        self.compared = 0
        self.different = []  # (what it is called, what was expected, the run)
        self.ended = []  # (what it is called, the row) that a sanitizer has
        self.records = []

    def add(self, label, again, row):
        self.records.append(row)
        expected = self.first.setdefault(key(row), row)
        if expected is row:
            self.seeds += row["executions"]
            return
        if ended_by_sanitizer(row):
            self.ended.append((label, row))
            return
        self.compared += row["executions"]
        if any(expected[what] != row[what] for what in ("trace_hash", "points", "executions")):
            self.different.append((label, expected, again))


def row_words(row, first, count):
    strategy = [] if row["strategy"] == "none" else ["-s", row["strategy"]]
    return [row["scenario"], *strategy, "--scheduler", ",".join(row["schedulers"]),
            "-r", first, "-n", count, "-j", 1]  # fmt: skip


def first_different(one, other, row):
    """The first seed of a row that two programs take another way; None: each agrees alone."""
    first, count = row["seed"], row["executions"]

    def differ(begin, length):
        words = row_words(row, begin, length)
        return [r["trace_hash"] for r in one.rows("explore", *words)] != [
            r["trace_hash"] for r in other.rows("explore", *words)
        ]

    if not differ(first, count):
        return None
    while count > 1:
        half = count // 2
        if differ(first, half):
            count = half
        else:
            first, count = first + half, count - half
    return first


def deal(scenarios, schedulers, all_of_each):
    """{scheduler: scenarios}: each has all of them, or they are dealt out."""
    if all_of_each:
        return {name: scenarios for name in schedulers}
    return {name: scenarios[i :: len(schedulers)] for i, name in enumerate(schedulers)}


def compare(programs, scenarios, seeds, seed, all_of_each):
    """programs: [(label, path, workers)]; so many seeds, spread over all there is."""
    hands = deal(scenarios, search.drawing(programs[0][1]), all_of_each)
    columns = len(search.strategies())
    rows = sum(columns if s["vm"] else 1 for hand in hands.values() for s in hand)
    each = -(-seeds // rows)
    runs = [(label, search.Search(path), workers) for label, path, workers in programs]
    comparison = Comparison()
    for label, run, workers in runs:
        for scheduler, hand in hands.items():
            if not hand:
                continue
            words = [",".join(s["name"] for s in hand), "--scheduler", scheduler, "-n", each,
                     "-r", seed, "-j", workers, *(["-s", "all"] if any(s["vm"] for s in hand) else [])]  # fmt: skip
            for row in run.rows("explore", *words):
                comparison.add(label, run, row)
                search.progress(f"{label}, {scheduler}: {row['scenario']}, {row['strategy']}; "
                                f"{comparison.seeds} seeds, {comparison.compared} compared")  # fmt: skip
    search.progress_end()
    comparison.runs = runs
    comparison.rows = rows
    return comparison


def report(comparison):
    """Lines of text; the last says how it came out."""
    lines = [
        f"{comparison.seeds:,} seeds over {comparison.rows} rows (scenario, strategy, scheduler):"
    ]
    for label, run, workers in comparison.runs:
        places = sorted(a for a in run.addresses if a)
        lines.append(f"  {label}: {workers} worker{'s' * (workers > 1)}, loaded at "
                     f"{', '.join(places) or 'an address that was gone too soon'}")  # fmt: skip
    for label, row, run in comparison.different:
        seed = first_different(comparison.runs[0][1], run, row)
        lines.append(f"  {label}: {' '.join(key(row))} went another way: "
                     + (f"first seed {seed}" if seed is not None
                        else "each execution alone does not: what ran before it matters"))  # fmt: skip
    for label, row in comparison.ended:
        lines.append(f"  {label}: {' '.join(key(row))} not compared: its reports end executions")
    wrong = sum(row["executions"] for _, row, _ in comparison.different)
    lines.append(f"  {comparison.compared - wrong:,} of {comparison.compared:,} repeated the trace hash"
                 + (f"; {len(comparison.different)} rows differ" if wrong else ""))  # fmt: skip
    return lines


def addresses(comparison):
    return {a for _, run, _ in comparison.runs for a in run.addresses if a}


# --- The command ---------------------------------------------------------------

BUILDS = {"plain": "hunt", "ThreadSanitizer": "tsan", "AddressSanitizer": "asan", "gcc": "gcc"}


def options(parser):
    parser.add_argument("-n", type=int, default=10000, metavar="SEEDS",
                        help="that are run twice [10000]; 0: none")  # fmt: skip
    parser.add_argument("-b", type=int, default=1000, metavar="SEEDS",
                        help="that are run in every build [1000]; 0: none")  # fmt: skip
    parser.add_argument("-r", type=int, default=1, metavar="SEED", help="the first [1]")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="[all]")


def builds_of(options):
    """[(label, path, workers)]: the first is what the others must repeat."""
    if options.program is not None:
        return [(str(path), path, 2) for path in options.program]
    return [(label, search.build(preset), 2) for label, preset in BUILDS.items()]


def promise(promises, asked, comparison):
    """asked: in words, what has the number of seeds in it."""
    wrong = sum(row["executions"] for _, row, _ in comparison.different)
    repeated = f"{comparison.compared - wrong:,} of {comparison.compared:,} repetitions of {comparison.seeds:,} seeds"
    promises.add(asked, repeated, wrong == 0, f"{len(comparison.different)} rows differ, below")


def run(options):
    builds = builds_of(options)
    scenarios = search.listed(builds[0][1], "scenarios")
    if options.scenarios:
        scenarios = [s for s in scenarios if s["name"] in options.scenarios]
    twice = [builds[0], ("again", builds[0][1], 1)]
    promises, text, records, places = document.Promises(options), [], [], set()
    for asked, runs, seeds, all_of_each in (
        (f"{options.n:,} seeds give the same trace hash twice", twice, options.n, True),
        (f"{options.b:,} seeds the same in {', '.join(b[0] for b in builds)}", builds, options.b, False),
    ):
        if len(runs) < 2 or not seeds:
            continue
        comparison = compare(runs, scenarios, seeds, options.r, all_of_each)
        promise(promises, asked, comparison)
        text += report(comparison) + [""]
        records += comparison.records
        places |= addresses(comparison)
    promises.add("at different load addresses", f"{len(places)} addresses", len(places) > 1,
                 "the kernel put every process at one")  # fmt: skip
    lines = [*promises.table(), "```", *text[:-1], "```", "", document.footer(options, records)]
    status = document.publish("determinism", lines, options)
    if not promises.broken or status != 0:
        return status
    return 77 if len(promises.broken) == 1 and len(places) < 2 else 1
