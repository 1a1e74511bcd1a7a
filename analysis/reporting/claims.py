# SPDX-License-Identifier: BSD-2-Clause
"""What must be shown (claims.json), held against the table.

A claim names an operation, the arguments that matter, two sides and, for each
regime, a bound.  Its kind is

  ratio   a ÷ b must exceed the bound; with several b, against each of them
  level   the rate of a, in operations a second, must
  equal   a ÷ b must lie within 1/bound to bound

Where the bound is null the figure is shown and nothing is claimed.

It *holds* if all agree that it does: the 95 % interval passes whole; a one-sided rank
test of repetitions against the bound itself says p < .01 after Holm's adjustment over
all claims of the report that could be tested; and so does Student's (or Welch's) test
of processes' means, for repetitions of one process resemble each other, and the first
test errs more often than it says.  Of several b, all must have been measured in that
regime.  A claim that is a *yardstick* voids those of its regime that are no yardsticks
when it fails: ratios to something slow are no merit.  While it could not be judged,
they hold only *if the yardstick does*, which is no more than that.
"""

import json
import math
import pathlib
from dataclasses import dataclass

import numpy as np
import pandas

from reporting import ranks
from reporting.compare import (
    SIGNIFICANT, compare, exponential, level, means, ordered, process_names,
)  # fmt: skip
from reporting.measurements import arguments, families, of_measure, usable, variation

PATH = pathlib.Path(__file__).parent / "claims.json"


@dataclass
class Row:
    """One claim in one family and one regime."""

    id: str
    text: str
    kind: str
    workload: str
    family: str
    regime: str
    bound: float | None
    yardstick: bool = False
    verdict: str = ""
    n: int = 0
    clusters: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_holm: float | None = None
    p_processes: float | None = None
    p_holm_processes: float | None = None
    cv: float | None = None
    against: str = ""
    paired: bool | None = None

    @property
    def figure(self):
        """The number with its interval, as the verdict quotes it."""
        if self.value is None:
            return ""
        shown = (lambda x: f"{x / 1e6:.3g} M/s") if self.kind == "level" else (lambda x: f"{x:.3g}")
        bounds = "" if self.low is None else f" [{shown(self.low)}, {shown(self.high)}]"
        return shown(self.value) + bounds

    @property
    def shown_bound(self):
        if self.bound is None:
            return ""
        if self.kind == "level":
            return f"≥ {self.bound / 1e6:.3g} M/s"
        return f"within {self.bound:.3g}×" if self.kind == "equal" else f"≥ {self.bound:.3g}"


def load(path=PATH):
    return json.loads(path.read_text(encoding="utf-8"))


def strategies(side):
    return side["strategy"] if isinstance(side["strategy"], list) else [side["strategy"]]


def cell(rows, strategy, threads, regime):
    """Of one family; a lone thread has perhaps no regime, and then counts in each."""
    rows = rows[(rows["strategy"] == strategy) & (rows["threads"] == threads)]
    found = rows[rows["regime"] == regime]
    if len(found) == 0 and threads == 1:
        found = rows[rows["regime"] == "single"]
    return found


def as_asked(given, wanted):
    """An argument is that value, or is none for null, or is another for {"not": value}."""
    return given != wanted["not"] if isinstance(wanted, dict) else given == wanted


def meant(claim, key):
    _, operation, args = key
    given = arguments(args)
    return operation == claim["operation"] and all(
        as_asked(given.get(name), value) for name, value in claim.get("args", {}).items()
    )


def sides(claim):
    """[(strategy, threads)] of all that the claim names, a first."""
    return [
        (name, claim[side]["threads"])
        for side in ("a", "b")
        if side in claim
        for name in strategies(claim[side])
    ]


def measured(claim, rows):
    """Has the family all that is named, in whatever regime?"""
    return set(sides(claim)) <= set(zip(rows["strategy"], rows["threads"]))


def judge_level(row, a):
    row.value, interval = level(a, row.id)
    row.low, row.high = exponential(interval.at())
    row.n, row.clusters = len(a), len(set(process_names(a)))
    row.cv = variation(a["ops_per_s"])
    logs = np.log(ordered(a)["ops_per_s"].to_numpy())
    if row.bound is not None:
        bound, processes = math.log(row.bound), means(logs, process_names(ordered(a)))
        row.p = ranks.paired(logs, bound, "greater")
        row.p_processes = ranks.student(processes, bound, "greater")


def hardness(kind, comparison):
    """The least is the hardest: by the end of the interval that the bound is held against."""
    low, high = comparison.low, comparison.high
    if low is None:
        low = high = comparison.ratio
    return -max(1 / low, high) if kind == "equal" else low


def judge_ratio(row, a, others):
    """Against each of the others; what is kept is the hardest."""
    compared = [(name, compare(a, b, f"{row.id}/{name}")) for name, b in others]
    name, worst = min(compared, key=lambda found: hardness(row.kind, found[1]))
    row.value, row.low, row.high, row.paired = worst.ratio, worst.low, worst.high, worst.paired
    row.against = name if len(compared) > 1 else ""
    row.n = min(c.n for _, c in compared)
    row.clusters = min(c.clusters for _, c in compared)
    row.cv = worst.cv
    if row.bound is None:
        return
    if row.kind == "equal":
        ask = lambda test: ranks.equivalence(test, row.bound)  # noqa: E731
    else:
        ask = lambda test: test(math.log(row.bound), "greater")  # noqa: E731
    row.p = max(ask(c.test) for _, c in compared)
    row.p_processes = max(ask(c.test_processes) for _, c in compared)


def why_not(claim, rows, missing):
    """Why there is nothing to judge: `missing` cells have no repetition that counts."""
    several = f": {', '.join(name for name, _ in missing)}" if len(missing) < len(sides(claim)) else ""
    own = [rows[(rows["strategy"] == name) & (rows["threads"] == n)] for name, n in missing]
    if any(len(found) == 0 for found in own):
        return f"not measured{several}"
    refused = pandas.concat([found for found in own if len(usable(found)) == 0] or [rows.iloc[:0]])
    if len(refused):
        word = "not admitted" if (refused["verdict"] == "sound").any() else "not sound"
        return f"{word} ({len(refused)}){several}"
    return f"regime not observed{several}"


def measure(row, claim, rows):
    """Fill in the numbers; the verdict, too, if there are none."""
    rates = usable(rows)
    cells = [(name, cell(rates, name, n, row.regime)) for name, n in sides(claim)]
    missing = [side for side, (_, found) in zip(sides(claim), cells) if len(found) == 0]
    if missing:
        row.verdict = why_not(claim, rows, missing)
    elif "b" in claim:
        judge_ratio(row, cells[0][1], cells[1:])
    else:
        judge_level(row, cells[0][1])


def within(row, low, high):
    if row.kind == "equal":
        return 1 / row.bound < low and high < row.bound
    return low >= row.bound


def passes(row):
    """With its whole interval, and both tests agree."""
    return (
        row.low is not None
        and within(row, row.low, row.high)
        and max(row.p_holm, row.p_holm_processes) < SIGNIFICANT
    )


def decide(row, wanted):
    """The verdict of what was measured."""
    if row.verdict:
        return
    if row.bound is None:
        row.verdict = "shown, not claimed"
    elif row.n < wanted["repetitions"]:
        row.verdict = f"too few repetitions ({row.n} of {wanted['repetitions']})"
    elif row.clusters < wanted["processes"]:
        row.verdict = f"too few processes ({row.clusters} of {wanted['processes']})"
    elif passes(row):
        row.verdict = "holds"
    elif within(row, row.value, row.value):
        row.verdict = f"fails narrowly: got {row.figure}"
    else:
        row.verdict = f"fails: got {row.figure}"


def failed(row):
    return row.verdict.startswith("fails")


def doubts(yardsticks):
    """The yardstick of a regime that stands against the rest of it, or None.

    One that fails, else one that was measured and not judged; else, if none holds,
    the first.
    """
    wrong = [y for y in yardsticks if y.value is not None and y.verdict != "holds"]
    wrong.sort(key=failed, reverse=True)
    if wrong or not yardsticks:
        return next(iter(wrong), None)
    return None if any(y.verdict == "holds" for y in yardsticks) else yardsticks[0]


def doubted(row, wrong):
    """Its verdict, where that yardstick of its regime does not hold."""
    if failed(wrong):
        return f"void: yardstick {wrong.id}: {wrong.verdict}"
    if failed(row):
        return f"{row.verdict}; yardstick {wrong.id}: {wrong.verdict}"
    return f"holds if yardstick {wrong.id} does: {wrong.verdict}"


def void(rows):
    """What is not to be believed, or not yet, because a yardstick of its regime does not hold."""
    for row in rows:
        if row.yardstick or row.kind == "equal" or not (row.verdict == "holds" or failed(row)):
            continue
        wrong = doubts([y for y in rows if y.yardstick and y.regime == row.regime])
        if wrong is not None:
            row.verdict = doubted(row, wrong)


def rows_of(claim, table):
    """A row for each regime in each family that is meant, at least one for each regime."""
    groups = [(key, rows) for key, rows in families(table) if meant(claim, key)]
    groups = [group for group in groups if measured(claim, group[1])] or groups[:1]
    for key, rows in groups or [(("", claim["operation"], ""), table.iloc[:0])]:
        for regime, bound in claim["bounds"].items():
            row = Row(
                claim["id"], claim["text"], claim["kind"], key[0],
                "/".join(filter(None, key[1:])), regime, bound,
                yardstick=claim.get("yardstick", False),
            )  # fmt: skip
            measure(row, claim, rows)
            if regime != "single" or row.value is not None:
                yield row


def judge(table, claims=None):
    """All rows of all claims, with their verdicts."""
    claims = claims or load()
    rates = of_measure(table)
    rows = [row for claim in claims["claims"] for row in rows_of(claim, rates)]
    tested = [row for row in rows if row.p is not None and row.n >= claims["repetitions"]]
    of_repetitions = ranks.holm([row.p for row in tested])
    of_processes = ranks.holm([row.p_processes for row in tested])
    for row, p, p_processes in zip(tested, of_repetitions, of_processes):
        row.p_holm, row.p_holm_processes = p, p_processes
    for row in rows:
        decide(row, claims)
    void(rows)
    return rows
