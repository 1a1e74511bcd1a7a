# SPDX-License-Identifier: BSD-2-Clause
"""What a strategy holds: resident memory, and what it has retired but not yet freed.

Memory does not depend on how far two CPUs are apart, nor on what else they do: every
repetition that ended as it should counts.  Most of what is resident is the program:
where the loop around nothing was measured beside it, that is taken off; where a
workload has one object, nothing is left to be shown.
"""

from matplotlib.ticker import EngFormatter

from reporting import style
from reporting.measurements import arguments, families, sound

plt = style.plt
EMPTY = "empty"
KINDS = {
    "rss_over_empty": "resident, above the empty loop's",
    "rss_bytes": "resident, the program included",
    "unreclaimed_peak": "retired, not freed, at most",
}


def amount(count):
    return EngFormatter("B", places=1)(count) if count >= 1000 else f"{count:g} B"


def middle(values):
    """The median of those that were measured, if any were."""
    known = values.dropna()
    return known.median() if len(known) else float("nan")


def points(family):
    """A row for each strategy with the most threads, medians over its repetitions."""
    rows = []
    family = family[family["threads"] == family["threads"].max()]
    alone = arguments(family["args"].iloc[0]).get("objects") == "1"
    nothing = middle(family.loc[family["strategy"] == EMPTY, "rss_kb"]) * 1024
    for strategy, cell in family[family["strategy"] != EMPTY].groupby("strategy"):
        resident = float("nan") if alone else middle(cell["rss_kb"]) * 1024
        row = {
            "strategy": strategy, "threads": int(cell["threads"].iloc[0]), "n": len(cell),
            "rss_bytes": resident, "rss_over_empty": max(resident - nothing, 0),
            "live_objects": middle(cell["live_objects"]),
            "unreclaimed_peak": cell["unreclaimed_peak"].max(),
        }  # fmt: skip
        if any(row[kind] == row[kind] for kind in KINDS):
            rows.append(row)
    return [r for s in style.in_order(r["strategy"] for r in rows) for r in rows
            if r["strategy"] == s]  # fmt: skip


def draw(key, rows, machine):
    kinds = [k for k in KINDS if any(r[k] == r[k] for r in rows)]
    if "rss_over_empty" in kinds:
        kinds.remove("rss_bytes")
    looks = style.looks(r["strategy"] for r in rows)
    figure, panels = plt.subplots(
        1, len(kinds), figsize=(1.8 + 3.4 * len(kinds), 1.5 + 0.3 * len(rows)),
        sharey=True, squeeze=False,
    )  # fmt: skip
    for axes, kind in zip(panels[0], kinds):
        for y, row in enumerate(rows):
            if row[kind] == row[kind]:
                axes.barh(-y, row[kind], 0.7, color=looks[row["strategy"]][0])
                axes.annotate(amount(row[kind]), (row[kind], -y), xytext=(4, 0),
                              textcoords="offset points", va="center", fontsize=8.5)  # fmt: skip
        axes.set_title(KINDS[kind])
        axes.xaxis.set_major_formatter(EngFormatter("B"))
        axes.margins(x=0.25)
        axes.set_xlim(left=0)
        axes.grid(axis="y", visible=False)
        axes.locator_params(axis="x", nbins=4)
    panels[0][0].set_yticks([-y for y in range(len(rows))], [r["strategy"] for r in rows])
    threads = rows[0]["threads"]
    plural = "threads" if threads > 1 else "thread"
    figure.suptitle(f"{' '.join(filter(None, key))}, {threads} {plural}: memory\n{machine}")
    return figure


def reading(rows):
    known = [r for r in rows if r["unreclaimed_peak"] == r["unreclaimed_peak"]]
    if not known:
        return "What had been retired and was not free yet was not measured here."
    if not any(r["unreclaimed_peak"] > 0 for r in known):
        return "No strategy held memory that it had retired."
    most = max(known, key=lambda r: r["unreclaimed_peak"])
    return (
        f"Most memory retired and not yet freed: {most['strategy']}, "
        f"{amount(most['unreclaimed_peak'])}."
    )


def pictures(table, machine):
    for key, family in families(sound(table)):
        rows = points(family)
        if rows:
            yield "memory-" + "-".join(filter(None, key)), rows, draw(key, rows, machine), reading(rows)
