# SPDX-License-Identifier: BSD-2-Clause
"""Exact events per operation, from runs of the build that counts.

They are ratios of integers and free of noise: two runs of one build that differ
show a defect, so a cell whose repetitions disagree says how far.
"""

from fractions import Fraction

from reporting import style
from reporting.measurements import families


def cell_counts(cell):
    """{event: [Fraction of each repetition]} in the order of the records."""
    found = {}
    for counts in cell["counts"]:
        for event, count in (counts or {}).items():
            if count["ops"]:
                found.setdefault(event, []).append(Fraction(count["events"], count["ops"]))
    return found


def rows(table):
    """A row for each event of each cell; `low` and `high` differ where repetitions do."""
    found = []
    counted = table[(table["measure"] == "count") & (table["verdict"] == "sound")]
    for key, family in families(counted):
        for (threads, strategy), cell in family.groupby(["threads", "strategy"]):
            for event, ratios in cell_counts(cell).items():
                found.append({
                    "workload": key[0], "operation": key[1], "args": key[2], "threads": int(threads),
                    "strategy": strategy, "event": event, "n": len(ratios),
                    "low": str(min(ratios)), "high": str(max(ratios)),
                    "events_per_op": float(max(ratios)),
                })  # fmt: skip
    return found


def shown(row):
    low, high = (float(Fraction(row[edge])) for edge in ("low", "high"))
    return f"{high:.4g}" if low == high else f"{low:.4g}–{high:.4g}"


def tables(found):
    """[(title, header, lines)]: events down, strategies across, a table a family and threads."""
    names = style.unique(
        (r["workload"], r["operation"], r["args"], r["threads"]) for r in found
    )
    for name in names:
        own = [r for r in found
               if (r["workload"], r["operation"], r["args"], r["threads"]) == name]  # fmt: skip
        strategies = style.in_order(r["strategy"] for r in own)
        cells = {(r["event"], r["strategy"]): shown(r) for r in own}
        seen = style.unique(r["event"] for r in own if r["events_per_op"] > 0)
        lines = [[event, *(cells.get((event, s), "") for s in strategies)] for event in seen]
        if not lines:
            continue
        title = f"{' '.join(filter(None, name[:3]))}, {name[3]} thread" + "s" * (name[3] > 1)
        yield title, ["events per operation", *strategies], lines
