# SPDX-License-Identifier: BSD-2-Clause
"""Throughput against fairness: fast on the right, fair on top.

A lock that lets one thread keep it for long runs looks fast and is not fair; so
no throughput of a contended lock stands alone.  Fairness is Jain's index of the
threads' own counts: 1 if all did the same, 1/N if one did everything.
"""

from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter

from reporting import style
from reporting.measurements import REGIMES, families, usable

plt = style.plt


def points(family):
    """A row for each strategy and regime with the most threads; none if they are not alike."""
    rows = []
    family = family[(family["threads"] == family["threads"].max()) & family["jain"].notna()]
    for (strategy, regime), cell in family.groupby(["strategy", "regime"]):
        rows.append({
            "strategy": strategy, "regime": regime, "threads": int(cell["threads"].iloc[0]),
            "n": len(cell), "ops_per_s": cell["ops_per_s"].median(), "jain": cell["jain"].median(),
            "jain_min": cell["jain"].min(), "max_min": cell["max_min"].median(),
            "longest_wait_ns": cell["longest_wait_ns"].max(),
        })  # fmt: skip
    return rows


def draw(key, rows, machine):
    regimes = [r for r in REGIMES if any(row["regime"] == r for row in rows)]
    looks = style.looks(r["strategy"] for r in rows)
    figure, panels = plt.subplots(
        1, len(regimes), figsize=(2.4 + 3.4 * len(regimes), 3.6),
        sharey=True, sharex=True, squeeze=False,
    )  # fmt: skip
    for axes, regime in zip(panels[0], regimes):
        for row in sorted(rows, key=lambda r: list(looks).index(r["strategy"])):
            if row["regime"] == regime:
                colour, marker = looks[row["strategy"]]
                axes.plot([row["ops_per_s"]] * 2, [row["jain_min"], row["jain"]], color=colour,
                          linewidth=1)  # fmt: skip
                axes.plot(row["ops_per_s"], row["jain"], marker=marker, color=colour,
                          markersize=8, linestyle="none", label=row["strategy"])  # fmt: skip
        axes.set(title=regime, xlabel="operations a second", xscale="log")
        axes.xaxis.set_major_formatter(EngFormatter())
        axes.xaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.tick_params(axis="x", labelrotation=30)
    worst = min(r["jain_min"] for r in rows)
    panels[0][0].set_ylim(max(0.0, min(worst - 0.02, 0.9)), 1.01)
    panels[0][0].set_ylabel("Jain's index")
    style.legend_beside(figure, panels[0][-1])
    figure.suptitle(
        f"{' '.join(filter(None, key))}, {rows[0]['threads']} threads: speed and fairness\n{machine}"
    )
    return figure


def reading(rows):
    least = min(rows, key=lambda r: r["jain"])
    sentence = f"Least fair: {least['strategy']} ({least['regime']}), Jain {least['jain']:.3f}"
    if least["max_min"] == least["max_min"]:
        sentence += f": its luckiest thread did {least['max_min']:.3g} times what its unluckiest did"
    return sentence + ". A whisker goes down to the least fair repetition."


def pictures(table, machine):
    rates = usable(table)
    for key, family in families(rates[rates["threads"] > 1]):
        rows = points(family)
        if rows:
            name = "fairness-" + "-".join(filter(None, key))
            yield name, rows, draw(key, rows, machine), reading(rows)
