# SPDX-License-Identifier: BSD-2-Clause
"""The modelled RCU: litmus shapes, models that are wrong, and a leaked pointer.

Every class of every shape by dpor, under each RCU that keeps its promise: none
fails.  The same under each that breaks it: at least one does, and when.  Shapes
that ask for no grace period, such as store buffering, are not among them: under
sequential consistency they could not fail.

Then a pointer kept from one section and used in the next (rcu.leak): of random
schedules, how many are convicted by ThreadSanitizer if a grace period orders
what it must and no more ("precise"), and if it orders all that has ended
("coarse"); the shapes, which are sound, beside it.
"""

import time

from showing import document, search, trials

SHAPES, SHAPES_S, CONVICTED_S, SHARE = 8, 1, 1, 50
LEAK = "rcu.leak"
# They live on more than RCU promises: sound or not as the model has it.
BEYOND = {"rcu.await": "lazy", "rcu.locked": "scheduled"}
SOUND = "sound"


def options(parser):
    parser.add_argument("-n", type=int, default=4000, metavar="EXECUTIONS",
                        help="at random, of the leaked pointer, ten times as many without a "
                        "sanitizer [4000]")  # fmt: skip


def models(program, group):
    return [w["name"] for w in search.listed(program, "rcu") if w["group"] == group and w["name"] != SOUND]


def shapes(program):
    return [s["name"] for s in search.listed(program, "scenarios")
            if s["name"].startswith("rcu.") and "wrong" not in s and s["name"] not in BEYOND]  # fmt: skip


class Pass:
    """All shapes by dpor under one model, in one process."""

    def __init__(self, run, names, model):
        begin = time.monotonic()
        search.progress(f"dpor, all shapes: {model}")
        self.model = model
        self.rows = list(run.rows("explore", ",".join(names), "--scheduler", "dpor", "--rcu", model))
        self.process_s = time.monotonic() - begin
        self.search_s = sum(row["wall_s"] for row in self.rows)
        self.failed = [row["scenario"] for row in self.rows if row["failures"]]
        self.complete = sum(row["complete"] for row in self.rows)

    def first(self):
        """(time to the first conviction, shape, verdict), or None."""
        before = 0
        for row in self.rows:
            if row["found"]:
                return before + row["found"][0]["after_s"], row["scenario"], row["found"][0]["verdict"]
            before += row["wall_s"]
        return None


def shape_table(earliest, busted):
    lines = ["| shape | classes | time | fails under |", "|---|---:|---:|---|"]
    for row in earliest.rows:
        under = ", ".join(p.model for p in busted if row["scenario"] in p.failed) or "**nothing**"
        lines.append(f"| {row['scenario']} | {row['space']['seen']:,} | {trials.seconds(row['wall_s'])} "
                     f"| {under} |")  # fmt: skip
    total = sum(row["space"]["seen"] for row in earliest.rows)
    return [*lines, f"| **all {len(earliest.rows)}** | {total:,} | {trials.seconds(earliest.search_s)}; "
            f"with the process {trials.seconds(earliest.process_s)} | |", ""]  # fmt: skip


def model_table(sound, busted):
    lines = ["| RCU | shapes that fail | first conviction | after | all shapes took |",
             "|---|---:|---|---:|---:|"]  # fmt: skip
    for kind, passes in (("", sound), ("busted: ", busted)):
        for one in passes:
            first = one.first()
            words = f"{first[1]}, {first[2]} | {trials.seconds(first[0])}" if first else "none | -"
            lines.append(f"| {kind}{one.model} | {len(one.failed)} of {len(one.rows)} | {words} "
                         f"| {trials.seconds(one.process_s)} |")  # fmt: skip
    return [*lines, ""]


def promise_models(promises, sound, busted):
    """True: all are as they should be, however long that took."""
    earliest = sound[0]
    promises.add(f"{SHAPES} litmus shapes exhaustively in {SHAPES_S} s",
                 f"{earliest.complete} in {trials.seconds(earliest.process_s)}, process and all",
                 earliest.complete >= SHAPES and earliest.process_s < SHAPES_S
                 and earliest.complete == len(earliest.rows),
                 f"of it {trials.seconds(earliest.search_s)} searched")  # fmt: skip
    firsts = {one.model: one.first() for one in busted}
    late = [m for m, first in firsts.items() if first is None or first[0] >= CONVICTED_S]
    times = [first[0] for first in firsts.values() if first]
    promises.add(f"each busted model convicted in {CONVICTED_S} s",
                 f"{len(firsts) - len(late)} of {len(firsts)}"
                 + (f"; the longest took {trials.seconds(max(times))}" if times else ""),
                 not late, ", ".join(late))  # fmt: skip
    wrong = [one.model for one in sound if one.failed]
    promises.add("no model that keeps its promise convicted", f"{len(sound) - len(wrong)} of {len(sound)}",
                 not wrong, ", ".join(wrong))  # fmt: skip
    return all(firsts.values()) and not wrong and earliest.complete == len(earliest.rows)


def beyond(run):
    """What lives on more than is promised: sound under one model, convicted under another."""
    lines, records, kept = [], [], True
    for scenario, model in BEYOND.items():
        rows = [row for rcu in ("earliest", model)
                for row in run.rows("explore", scenario, "--scheduler", "dpor", "--rcu", rcu)]  # fmt: skip
        kept &= rows[0]["failures"] == 0 and rows[1]["failures"] > 0
        told = rows[1]["found"][0]["verdict"] if rows[1]["found"] else "nothing"
        lines.append(f"`{scenario}` lives on more than is promised: {rows[0]['failures']} failures under "
                     f"`earliest`, {told} under `{model}`.")  # fmt: skip
        records += rows
    return [document.paragraph(" ".join(lines)), ""], records, kept


# --- The leaked pointer --------------------------------------------------------


def share(rows):
    """Of executions that failed, in percent."""
    return 100 * sum(r["failures"] for r in rows) / sum(r["executions"] for r in rows)


class Leak:
    """By grace period and edges: rows of the leaked pointer, and of what is sound."""

    def __init__(self, plain, checked, names, graces, edges, count):
        self.graces, self.edges, self.count = graces, edges, count
        self.leak, self.sound, self.bare = {}, {}, {}
        for grace in graces:
            for edge in edges if checked else ():
                search.progress(f"{LEAK}: {grace}, {edge}")
                rcu = f"{grace},{edge}"
                self.leak[grace, edge] = self.random(checked, [LEAK], rcu, count)
                self.sound[grace, edge] = self.random(checked, names, rcu, max(1, count // 10))
            self.bare[grace] = self.random(plain, [LEAK], grace, 10 * count)

    @staticmethod
    def random(run, names, rcu, count):
        return list(run.rows("explore", ",".join(names), "--rcu", rcu, "-n", count, "-j", 1))

    def rows(self):
        return [row for some in (self.leak, self.sound, self.bare) for rows in some.values() for row in rows]

    def lines(self):
        head = [*(f"{LEAK}, {e} edges" for e in self.edges), f"{LEAK}, no sanitizer",
                *(f"sound shapes, {e}" for e in self.edges)]  # fmt: skip
        lines = ["Of random schedules are convicted:", "", "| RCU | " + " | ".join(head) + " |",
                 "|---|" + "---:|" * len(head)]  # fmt: skip
        for grace in self.graces:
            cells = [self.cell(self.leak.get((grace, e))) for e in self.edges]
            cells += [self.cell(self.bare[grace])]
            cells += [self.cell(self.sound.get((grace, e))) for e in self.edges]
            lines.append(f"| {grace} | " + " | ".join(cells) + " |")
        return [*lines, ""]

    @staticmethod
    def cell(rows):
        if rows is None:
            return "-"
        return f"{share(rows):.1f} % of {sum(r['executions'] for r in rows):,}"

    def promise(self, promises):
        if not self.leak:
            return True
        shares = {edge: share(self.leak[self.graces[0], edge]) for edge in self.edges}
        kept = shares["precise"] >= SHARE
        promises.add(f"the leaked pointer convicted in {SHARE} % of random schedules, precise edges",
                     f"{shares['precise']:.1f} %; coarse: {shares['coarse']:.1f} %", kept)  # fmt: skip
        wrong = sum(row["failures"] for rows in self.sound.values() for row in rows)
        total = sum(row["executions"] for rows in self.sound.values() for row in rows)
        promises.add("none of the sound shapes", f"{wrong} of {total:,} executions", wrong == 0)
        return kept and wrong == 0


def run(options):
    programs = options.program or [search.build("hunt"), search.build("tsan")]
    runs = [search.Search(path) for path in programs]
    names = shapes(programs[0])
    sound = [Pass(runs[0], names, model) for model in models(programs[0], "grace")]
    busted = [Pass(runs[0], names, model) for model in models(programs[0], "busted")]
    promises = document.Promises(options)
    kept = promise_models(promises, sound, busted)
    more, records, as_told = beyond(runs[0])
    leak = Leak(runs[0], runs[1] if len(runs) > 1 else None, names, models(programs[0], "grace"),
                models(programs[0], "edges"), options.n)  # fmt: skip
    search.progress_end()
    kept &= leak.promise(promises) and as_told
    records += [row for one in [*sound, *busted] for row in one.rows] + leak.rows()
    lines = [*promises.table(), *shape_table(sound[0], busted), *model_table(sound, busted), *more,
             *leak.lines(), document.footer(options, records)]  # fmt: skip
    return document.publish("rcu", lines, options) or int(not kept)
