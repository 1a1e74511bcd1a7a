# SPDX-License-Identifier: BSD-2-Clause
"""Every strategy's speed by that of `original`, as a forest: a line a comparison,
the dot its ratio, the bar its 95 % interval; near and far side by side."""

import math

from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from reporting import style
from reporting.compare import adjust, compare
from reporting.measurements import FAMILY, REGIMES, families, usable

plt = style.plt
BASELINE = "original"
KINDS = ("strategy", "peer", "kernel")  # ceilings have no locking to be compared


def compared(table):
    """[(row of names, Comparison)] with the baseline, of all cells; adjusted as one family."""
    found = []
    for key, family in families(usable(table)):
        for (threads, regime), cell in family.groupby(["threads", "regime"]):
            baseline = cell[cell["strategy"] == BASELINE]
            others = cell[cell["kind"].isin(KINDS) & (cell["strategy"] != BASELINE)]
            for strategy in style.in_order(others["strategy"]):
                if len(baseline) == 0:
                    continue
                names = dict(zip(FAMILY, key), threads=int(threads), regime=regime, strategy=strategy)
                own = cell[cell["strategy"] == strategy]
                found.append((names, compare(own, baseline, "/".join(map(str, names.values())))))
    adjust([comparison for _, comparison in found])
    return found


def rows_of(found):
    """The same, flat, for the CSV and the table of the page."""
    return [
        {
            **names, "n": c.n, "clusters": c.clusters, "paired": c.paired, "ratio": c.ratio,
            "low": c.low, "high": c.high, "p": c.p, "p_holm": c.p_holm, "p_holm_processes": c.p_holm_processes, "cliffs_delta": c.delta,
            "p_equal_3_percent": c.p_equal, "cv": c.cv_a, "cv_baseline": c.cv_b,
            "median_ops_per_s": c.median_a, "median_baseline_ops_per_s": c.median_b,
            "differs": c.differs,
        }
        for names, c in found
    ]  # fmt: skip


def label(row):
    threads = f"{row['threads']} thread" + "s" * (row["threads"] > 1)
    args = f" {row['args']}" if row["args"] else ""
    return f"{row['workload']} {row['operation']}{args}, {threads}"


def ticks(low, high):
    """Ratios worth a tick between these: 1, and others that leave room for their labels."""
    steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.7, 0.8, 0.9, 1.1, 1.2, 1.5, 2, 3, 5, 10, 20, 50, 100]
    gap = math.log(high / low) / 7
    chosen = [1]
    for step in sorted(steps, key=lambda s: abs(math.log(s))):
        if low <= step <= high and all(abs(math.log(step / other)) >= gap for other in chosen):
            chosen.append(step)
    return sorted(chosen)


def layout(rows):
    """[(y, row)] and [(y, heading)], from the top."""
    lines, headings, y = [], [], 0
    for heading in style.unique(map(label, rows)):
        headings.append((y, heading))
        y -= 1
        strategies = style.in_order(r["strategy"] for r in rows if label(r) == heading)
        for strategy in strategies:
            lines += [(y, r) for r in rows if label(r) == heading and r["strategy"] == strategy]
            y -= 1
        y -= 0.4
    return lines, headings


def draw_panel(axes, lines, looks):
    for y, row in lines:
        colour, marker = looks[row["strategy"]]
        low, high = row["low"] or row["ratio"], row["high"] or row["ratio"]
        axes.plot([low, high], [y, y], color=colour, linewidth=3, solid_capstyle="butt")
        axes.plot([row["ratio"]], [y], marker=marker, color=colour, markersize=5,
                  markerfacecolor=colour if row["differs"] else "white")  # fmt: skip
        axes.annotate(f"{row['ratio']:.3g}", (high, y), xytext=(5, 0), fontsize=8.5,
                      textcoords="offset points", va="center",
                      bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 0.6})  # fmt: skip
    axes.axvline(1, color="#444444", linewidth=1)
    axes.set_xscale("log")
    axes.grid(axis="y", visible=False)


def draw(rows, machine):
    regimes = [r for r in REGIMES if any(row["regime"] == r for row in rows)]
    lines, headings = layout(rows)
    looks = style.looks(r["strategy"] for r in rows)
    bottom = min(y for y, _ in lines) - 0.8
    figure, panels = plt.subplots(
        1, len(regimes), figsize=(3.4 + 3.2 * len(regimes), 1.4 - 0.235 * bottom),
        sharey=True, sharex=True, squeeze=False,
    )  # fmt: skip
    for axes, regime in zip(panels[0], regimes):
        draw_panel(axes, [(y, r) for y, r in lines if r["regime"] == regime], looks)
        axes.set_title(regime)
        axes.set_xlabel(f"speed ÷ {BASELINE}'s")
    low = min(r["low"] or r["ratio"] for r in rows) / 1.15
    high = max(r["high"] or r["ratio"] for r in rows) * 1.5
    panels[0][0].set_xlim(min(low, 0.9), max(high, 1.2))
    panels[0][0].set_ylim(bottom, 0.8)
    panels[0][0].xaxis.set_major_locator(FixedLocator(ticks(*panels[0][0].get_xlim())))
    panels[0][0].xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    panels[0][0].xaxis.set_minor_formatter(NullFormatter())
    places = dict.fromkeys(y for y, _ in lines)
    names = {y: r["strategy"] for y, r in lines}
    panels[0][0].set_yticks(
        [*places, *(y for y, _ in headings)],
        [*(names[y] for y in places), *(h for _, h in headings)],
    )
    for text in panels[0][0].get_yticklabels()[len(places) :]:
        text.set_fontweight("bold")
        text.set_fontsize(9)
    for axes in panels[0]:
        axes.tick_params(axis="y", length=0)
        axes.tick_params(axis="x", which="minor", length=0)
    figure.suptitle(f"Speed by that of {BASELINE}\n{machine}")
    return figure


def reading(rows):
    differ = [r for r in rows if r["differs"]]
    if not differ:
        return "No comparison is different from 1 by the tests (hollow marks)."
    best = max(differ, key=lambda r: r["ratio"])
    return (
        f"{len(differ)} of {len(rows)} comparisons differ from 1 (filled marks); the largest is "
        f"{best['strategy']} in {label(best)}, {best['regime']}: {best['ratio']:.3g} times "
        f"{BASELINE}."
    )


def pictures(found, machine):
    """One picture for each number of threads that was compared."""
    rows = rows_of(found)
    for threads in sorted({r["threads"] for r in rows}, reverse=True):
        own = [r for r in rows if r["threads"] == threads]
        yield f"ratios-{threads}", own, draw(own, machine), reading(own)
