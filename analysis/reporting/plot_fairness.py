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


THREADS = 2  # of the table, where a family was measured with so many; else the most
ENOUGH = 10  # repetitions, of which a median tells something


def middle(column):
    """The median of what is known; nan if nothing is, and numpy is not asked to complain."""
    known = column.dropna()
    return known.median() if len(known) else float("nan")


def cells(family):
    """A row for each number of threads above one, strategy and regime."""
    family = family[(family["threads"] > 1) & family["jain"].notna()]
    return [
        {
            "strategy": strategy, "regime": regime, "threads": threads, "n": len(cell),
            "ops_per_s": cell["ops_per_s"].median(), "jain": cell["jain"].median(),
            "jain_min": cell["jain"].min(), "max_min": middle(cell["max_min"]),
            "longest_wait_median_ns": middle(cell["longest_wait_ns"]),
            "longest_wait_ns": cell["longest_wait_ns"].max(),
        }
        for (threads, strategy, regime), cell in family.groupby(["threads", "strategy", "regime"])
    ]  # fmt: skip


def points(family):
    """Those with the most threads."""
    rows = cells(family)
    return [row for row in rows if row["threads"] == max(r["threads"] for r in rows)]


def all_of(table):
    """The cells of every family, which each row names."""
    return [
        {"workload": workload, "operation": operation, "args": args, **row}
        for (workload, operation, args), family in families(usable(table))
        for row in cells(family)
    ]


def chosen(rows, claimed):
    """What the page has of them, a handful a family: what a claim is about, if anything is.

    Cells of few repetitions are left out unless there are no others.
    """
    groups = {}
    for row in rows:
        groups.setdefault((row["workload"], row["operation"], row["args"]), []).append(row)
    wanted = [key for key in groups if claimed(key)] or list(groups)
    found = []
    for key in wanted:
        counts = {row["threads"] for row in groups[key]}
        threads = THREADS if THREADS in counts else max(counts)
        found += [row for row in groups[key] if row["threads"] == threads]
    found = [row for row in found if row["n"] >= ENOUGH] or found
    place = {name: k for k, name in enumerate(style.in_order(row["strategy"] for row in found))}
    return sorted(found, key=lambda r: (wanted.index((r["workload"], r["operation"], r["args"])),
                                        REGIMES.index(r["regime"]), place[r["strategy"]]))  # fmt: skip


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
