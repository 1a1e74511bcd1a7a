# SPDX-License-Identifier: BSD-2-Clause
"""Throughput by threads, a picture a workload, a panel a regime.

Points are medians, bands their 95 % bootstrap intervals; the dotted line is what
N threads would do if they did not know of each other.  Where speeds lie far apart
the axis is logarithmic; else it begins at zero.
"""

from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter

from reporting import style
from reporting.compare import exponential, level
from reporting.measurements import REGIMES, families, usable

plt = style.plt

WIDE = 6  # slowest to fastest: from then on a linear axis hides the slow ones


def points(rows):
    """A row for each strategy, number of threads and regime."""
    found = []
    groups = rows.groupby(["workload", "operation", "args", "strategy", "threads", "regime"])
    for key, cell in groups:
        median, interval = level(cell, "/".join(map(str, key)))
        low, high = exponential(interval.at())
        found.append({
            **dict(zip(groups.keys, key)), "kind": cell["kind"].iloc[0], "n": len(cell),
            "ops_per_s": median, "low": low, "high": high,
        })  # fmt: skip
    return found


def panels_of(rows):
    """Regimes that have a panel: those of more than one thread, if there are any."""
    crowded = {r["regime"] for r in rows if r["threads"] > 1}
    return [r for r in REGIMES if r in (crowded or {r["regime"] for r in rows})]


def in_panel(rows, regime):
    """A lone thread that has no regime stands in each panel."""
    own = [r for r in rows if r["regime"] == regime]
    has = {(r["strategy"], r["threads"]) for r in own}
    return own + [
        r for r in rows
        if r["threads"] == 1 and r["regime"] == "single" and (r["strategy"], 1) not in has
    ]  # fmt: skip


def draw_line(axes, strategy, look, rows):
    rows = sorted(rows, key=lambda r: r["threads"])
    threads = [r["threads"] for r in rows]
    axes.plot(threads, [r["ops_per_s"] for r in rows], **style.line(strategy, look))
    low = [r["low"] or r["ops_per_s"] for r in rows]
    high = [r["high"] or r["ops_per_s"] for r in rows]
    axes.fill_between(threads, low, high, color=look[0], alpha=0.22, linewidth=0)
    if threads[0] == 1 and len(threads) > 1:
        axes.plot(threads, [rows[0]["ops_per_s"] * t for t in threads], **style.IDEAL)


def scale_speed(axes, speeds):
    if max(speeds) > WIDE * min(speeds):
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_ylabel("operations a second (logarithmic)")
    else:
        axes.set_ylim(bottom=0)
        axes.set_ylabel("operations a second")
    axes.yaxis.set_major_formatter(EngFormatter())


def draw(rows, machine):
    regimes = panels_of(rows)
    looks = style.looks(r["strategy"] for r in rows)
    threads = sorted({r["threads"] for r in rows})
    figure, panels = plt.subplots(
        1, len(regimes), figsize=(2.4 + 3.4 * len(regimes), 3.8), sharey=True, squeeze=False
    )
    for axes, regime in zip(panels[0], regimes):
        inside = in_panel(rows, regime)
        for strategy, look in looks.items():
            own = [r for r in inside if r["strategy"] == strategy]
            if own:
                draw_line(axes, strategy, look, own)
        axes.set_xscale("log", base=2)
        axes.set_xticks(threads, [str(t) for t in threads])
        axes.minorticks_off()
        axes.set_xlim(threads[0] / 1.25, threads[-1] * 1.25)
        axes.set_xlabel("threads")
        axes.set_title(regime)
    scale_speed(panels[0][0], [r["ops_per_s"] for r in rows])
    panels[0][-1].plot([], [], label="ideal", **style.IDEAL)
    style.legend_beside(figure, panels[0][-1])
    figure.suptitle(f"{title(rows[0])}\n{machine}")
    return figure


def title(row):
    args = f" ({row['args']})" if row["args"] else ""
    return f"{row['workload']} {row['operation']}{args}: throughput"


def reading(rows):
    """One sentence: which strategy is fastest with the most threads, in each regime."""
    said = []
    rows = [r for r in rows if r["kind"] == "strategy"] or rows
    threads = max(r["threads"] for r in rows)
    every = len({r["strategy"] for r in rows})
    for regime in panels_of(rows):
        own = [r for r in rows if r["regime"] == regime and r["threads"] == threads]
        own.sort(key=lambda r: -r["ops_per_s"])
        if own:
            place = f" {regime}" if regime in ("near", "far") else ""
            seen = f", {len(own)} of {every} seen there" if len(own) < every else ""
            said.append(f"{own[0]['strategy']} ({own[0]['ops_per_s'] / 1e6:.3g} M/s{seen}){place}")
    plural = "threads" if threads > 1 else "thread"
    return f"Fastest strategy on {threads} {plural}: {', '.join(said)}."


def pictures(table, machine):
    """(name, rows, figure, sentence) of each."""
    for key, family in families(usable(table)):
        rows = points(family)
        name = "speed-" + "-".join(filter(None, key))
        yield name, rows, draw(rows, machine), reading(rows)
