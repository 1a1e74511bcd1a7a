# SPDX-License-Identifier: BSD-2-Clause
"""Throughput, a picture a workload, a panel a regime.

One thread and N: a line a strategy, hollow what one thread did, filled what N did
together, a tick where N would be if they did not know of each other, and beside it
the one by the other.  With more numbers of threads: curves over them.  Bars and
bands are 95 % bootstrap intervals.  Where speeds lie far apart the axis is
logarithmic; else it begins at zero.
"""

from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter

from reporting import style
from reporting.compare import compare, exponential, level
from reporting.measurements import NOT_OURS, REGIMES, families, shown

plt = style.plt

WIDE = 6  # slowest to fastest: from then on a linear axis hides the slow ones


def lone(rows, strategy, regime):
    """What one thread of it did there; where it has no regime, it stands for each."""
    rows = rows[(rows["strategy"] == strategy) & (rows["threads"] == 1)]
    own = rows[rows["regime"] == regime]
    return own if len(own) else rows[rows["regime"] == "single"]


def by_one(cell, alone, name):
    """A point's speed by that of one thread, with its interval."""
    if cell["threads"].iloc[0] == 1 or len(alone) == 0:
        return {"by_one": None, "by_one_low": None, "by_one_high": None}
    found = compare(cell, alone, f"by one/{name}")
    return {"by_one": found.ratio, "by_one_low": found.low, "by_one_high": found.high}


def points(rows):
    """A row for each strategy, number of threads and regime."""
    found = []
    groups = rows.groupby(["workload", "operation", "args", "strategy", "threads", "regime"])
    for key, cell in groups:
        name = "/".join(map(str, key))
        median, interval = level(cell, name)
        low, high = exponential(interval.at())
        found.append({
            **dict(zip(groups.keys, key)), "kind": cell["kind"].iloc[0], "n": len(cell),
            "ops_per_s": median, "low": low, "high": high,
            **by_one(cell, lone(rows, key[3], key[5]), name),
        })  # fmt: skip
    return found


def panels_of(rows):
    """Regimes that have a panel: those of more than one thread, if there are any."""
    crowded = {r["regime"] for r in rows if r["threads"] > 1}
    return [r for r in (*REGIMES, NOT_OURS) if r in (crowded or {r["regime"] for r in rows})]


def in_panel(rows, regime):
    """A lone thread that has no regime stands in each panel."""
    own = [r for r in rows if r["regime"] == regime]
    has = {(r["strategy"], r["threads"]) for r in own}
    return own + [
        r for r in rows
        if r["threads"] == 1 and r["regime"] == "single" and (r["strategy"], 1) not in has
    ]  # fmt: skip


# --- One thread and N -----------------------------------------------------------


def ratio_words(row):
    words = f"{row['by_one']:.2f}"
    if row["by_one_low"] is not None:
        words += f"  [{row['by_one_low']:.2f}, {row['by_one_high']:.2f}]"
    return words


def draw_dot(axes, y, row, look, alone):
    """One strategy on one number of threads; `alone`: its row of one thread, or None."""
    colour, marker = look
    if row["low"] is not None:
        axes.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=3, solid_capstyle="butt")
    axes.plot([row["ops_per_s"]], [y], marker=marker, color=colour, markersize=7,
              markerfacecolor="white" if row["threads"] == 1 else colour)  # fmt: skip
    if alone is not None:
        ideal = alone["ops_per_s"] * row["threads"]
        axes.plot([ideal, ideal], [y - 0.34, y + 0.34], **style.IDEAL)
    if row["by_one"] is not None:
        axes.text(1.03, y, ratio_words(row), transform=axes.get_yaxis_transform(), va="center",
                  fontsize=8.5)  # fmt: skip


def draw_dots(panels, rows, regimes, looks):
    threads = max(r["threads"] for r in rows)
    places = {strategy: -k for k, strategy in enumerate(looks)}
    for axes, regime in zip(panels, regimes):
        inside = in_panel(rows, regime)
        ones = {r["strategy"]: r for r in inside if r["threads"] == 1}
        for row in inside:
            alone = ones.get(row["strategy"]) if row["threads"] > 1 else None
            draw_dot(axes, places[row["strategy"]], row, looks[row["strategy"]], alone)
        if any(r["by_one"] is not None for r in inside):
            axes.text(1.03, 0.8, f"{threads} by 1", transform=axes.get_yaxis_transform(),
                      fontsize=8.5, fontweight="bold")  # fmt: skip
        axes.set_title(regime)
        axes.set_ylim(-len(looks) + 0.4, 1.2)
        axes.grid(axis="y", visible=False)
        scale_speed(axes.xaxis, [r["ops_per_s"] for r in rows])
    panels[0].set_yticks(list(places.values()), list(places))
    legend = [
        plt.Line2D([], [], color="#444444", marker="o", linestyle="none", label=words,
                   markerfacecolor=face)  # fmt: skip
        for words, face in (("1 thread", "white"), (f"{threads} threads", "#444444"))
        if threads > 1 or face == "white"
    ]  # fmt: skip
    if threads > 1:
        legend.append(plt.Line2D([], [], label=f"{threads} times one", **style.IDEAL))
    below = -0.8 / (0.3 * len(looks) + 0.4)  # past the axis, whose height in inches that is
    panels[0].legend(handles=legend, loc="upper left", bbox_to_anchor=(0, below), ncols=3, fontsize=9)


# --- Many numbers of threads -----------------------------------------------------


def draw_line(axes, strategy, look, rows):
    rows = sorted(rows, key=lambda r: r["threads"])
    threads = [r["threads"] for r in rows]
    axes.plot(threads, [r["ops_per_s"] for r in rows], **style.line(strategy, look))
    low = [r["low"] or r["ops_per_s"] for r in rows]
    high = [r["high"] or r["ops_per_s"] for r in rows]
    axes.fill_between(threads, low, high, color=look[0], alpha=0.22, linewidth=0)


def draw_ideal(axes, rows):
    """Of the strategy that is fastest alone: one line is enough to see slopes by."""
    ones = [r for r in rows if r["threads"] == 1 and r["kind"] == "strategy"]
    if ones:
        best = max(r["ops_per_s"] for r in ones)
        threads = sorted({r["threads"] for r in rows})
        axes.plot(threads, [best * t for t in threads], **style.IDEAL)


def draw_lines(panels, rows, regimes, looks):
    threads = sorted({r["threads"] for r in rows})
    for axes, regime in zip(panels, regimes):
        inside = in_panel(rows, regime)
        for strategy, look in looks.items():
            own = [r for r in inside if r["strategy"] == strategy]
            if own:
                draw_line(axes, strategy, look, own)
        draw_ideal(axes, inside)
        axes.set_xscale("log", base=2)
        axes.set_xticks(threads, [str(t) for t in threads])
        axes.minorticks_off()
        axes.set_xlim(threads[0] / 1.25, threads[-1] * 1.25)
        axes.set_xlabel("threads")
        axes.set_title(regime)
        scale_speed(axes.yaxis, [r["ops_per_s"] for r in rows])
    panels[-1].plot([], [], label="ideal", **style.IDEAL)
    style.legend_beside(panels[-1].figure, panels[-1])


# --- Both ------------------------------------------------------------------------


def scale_speed(axis, speeds):
    axes, vertical = axis.axes, axis.axis_name == "y"
    if max(speeds) > WIDE * min(speeds):
        (axes.set_yscale if vertical else axes.set_xscale)("log")
        axis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
        axis.set_minor_formatter(NullFormatter())
        axis.set_label_text("operations a second (logarithmic)")
    else:
        (axes.set_ylim if vertical else axes.set_xlim)(0, 1.08 * max(speeds))
        axis.set_label_text("operations a second")
    axis.set_major_formatter(EngFormatter(sep=""))
    if not vertical:
        axis.set_tick_params(labelrotation=30)


def draw(rows, machine):
    regimes = panels_of(rows)
    looks = style.looks(r["strategy"] for r in rows)
    few = len({r["threads"] for r in rows}) <= 2
    size = (2 + 4.2 * len(regimes), 2 + 0.3 * len(looks)) if few else (2.4 + 3.4 * len(regimes), 3.8)
    figure, panels = plt.subplots(1, len(regimes), figsize=size, sharex=True, sharey=True, squeeze=False)
    (draw_dots if few else draw_lines)(panels[0], rows, regimes, looks)
    figure.suptitle(f"{title(rows[0])}\n{machine}")
    return figure


def title(row):
    args = f" ({row['args']})" if row["args"] else ""
    return f"{row['workload']} {row['operation']}{args}: throughput"


def repetitions(count):
    return "one repetition" if count == 1 else f"{count} repetitions"


def fastest(rows):
    """In words, of one panel's strategies on the most threads: which, unless that is not known."""
    rows = sorted(rows, key=lambda r: -r["ops_per_s"])
    least = min(r["n"] for r in rows)
    if any(r["low"] is None for r in rows):
        if least < max(r["n"] for r in rows):
            return f"not known, for of some there are {repetitions(least)}"
        return f"not known from {repetitions(least)} of each"
    equal = [r for r in rows if r["high"] >= rows[0]["low"]]
    names = " or ".join(r["strategy"] for r in equal)
    apart = ", whose intervals overlap" if len(equal) > 1 else ""
    return f"{names} ({rows[0]['ops_per_s'] / 1e6:.3g} M/s, {repetitions(rows[0]['n'])}{apart})"


def reading(rows):
    """One sentence: which strategy is fastest with the most threads, in each regime."""
    said = []
    rows = [r for r in rows if r["kind"] == "strategy"] or rows
    threads = max(r["threads"] for r in rows)
    every = len({r["strategy"] for r in rows})
    for regime in panels_of(rows):
        own = [r for r in rows if r["regime"] == regime and r["threads"] == threads]
        if own:
            place = f"{regime}: " if regime in ("near", "far") else ""
            seen = f" ({len(own)} of {every} seen there)" if len(own) < every else ""
            said.append(f"{place}{fastest(own)}{seen}")
    plural = "threads" if threads > 1 else "thread"
    return f"Fastest strategy on {threads} {plural}, {'; '.join(said)}.".replace(
        f"{plural}, not known", f"{plural} is not known"
    )


def not_ours(rows):
    if rows[0]["regime"] != NOT_OURS:
        return ""
    return "None of these repetitions was admitted: to look at, not to quote. "


def pictures(table, machine):
    """(name, rows, figure, sentence) of each."""
    for key, family in families(shown(table)):
        rows = points(family)
        name = "speed-" + "-".join(filter(None, key))
        yield name, rows, draw(rows, machine), not_ours(rows) + reading(rows)
