# SPDX-License-Identifier: BSD-2-Clause
"""How long operations take: the share that takes longer than x (a CCDF), both axes
logarithmic, histograms of a cell added up.

A line ends where there is nothing longer; x is the upper edge of a bucket.
"""

from collections import Counter

from matplotlib.ticker import FuncFormatter

from reporting import style
from reporting.measurements import REGIMES, families, usable

plt = style.plt


def quantile(buckets, total, share):
    """The upper edge below which that share lies."""
    passed = 0
    for upper, count in buckets:
        passed += count
        if passed >= share * total:
            return upper
    return buckets[-1][0]


def merged(cells):
    total = Counter()
    for histogram in cells:
        for upper, count in histogram:
            total[upper] += count
    return sorted((upper, count) for upper, count in total.items() if count)


def curves(family):
    """A row for each bucket of each strategy, number of threads and regime."""
    rows = []
    for (strategy, threads, regime), cell in family.groupby(["strategy", "threads", "regime"]):
        buckets = merged(h for h in cell["histogram"] if isinstance(h, list))
        total = left = sum(count for _, count in buckets)
        for upper, count in buckets:
            left -= count
            rows.append({
                "strategy": strategy, "threads": threads, "regime": regime, "upper_ns": upper,
                "count": count, "longer": left / total,
            })  # fmt: skip
    return rows


def summary(key, rows):
    """Quantiles of each curve, for the table."""
    found = []
    for name in style.unique((r["strategy"], r["threads"], r["regime"]) for r in rows):
        own = [r for r in rows if (r["strategy"], r["threads"], r["regime"]) == name]
        buckets = [(r["upper_ns"], r["count"]) for r in own]
        total = sum(count for _, count in buckets)
        found.append({
            "workload": key[0], "operation": key[1], "args": key[2], "strategy": name[0],
            "threads": name[1], "regime": name[2], "operations": total,
            **{f"p{word}_ns": quantile(buckets, total, share)
               for word, share in (("50", 0.5), ("99", 0.99), ("999", 0.999))},
            "max_ns": buckets[-1][0],
        })  # fmt: skip
    return found


def nanoseconds(x, _=None):
    for size, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if x >= size:
            return f"{x / size:.3g} {unit}"
    return f"{x:.3g} ns"


def draw(key, rows, machine):
    threads = max(r["threads"] for r in rows)
    rows = [r for r in rows if r["threads"] == threads]
    regimes = [r for r in REGIMES if any(row["regime"] == r for row in rows)]
    looks = style.looks(r["strategy"] for r in rows)
    figure, panels = plt.subplots(
        1, len(regimes), figsize=(2.4 + 3.4 * len(regimes), 3.8),
        sharey=True, sharex=True, squeeze=False,
    )  # fmt: skip
    for axes, regime in zip(panels[0], regimes):
        for strategy, look in looks.items():
            own = [r for r in rows if (r["regime"], r["strategy"]) == (regime, strategy)]
            shown = [r for r in own if r["longer"] > 0]
            if shown:
                kind = {**style.line(strategy, look), "markevery": max(1, len(shown) // 5)}
                axes.step([r["upper_ns"] for r in shown], [r["longer"] for r in shown],
                          where="post", **{**kind, "markersize": 4.5})  # fmt: skip
        axes.set(xscale="log", yscale="log", title=regime, xlabel="longer than")
        axes.xaxis.set_major_formatter(FuncFormatter(nanoseconds))
        axes.tick_params(axis="x", labelrotation=30)
    panels[0][0].set_ylabel("share of operations")
    style.legend_beside(figure, panels[0][-1])
    plural = "threads" if threads > 1 else "thread"
    figure.suptitle(f"{' '.join(filter(None, key))}, {threads} {plural}: latency\n{machine}")
    return figure


def reading(quantiles):
    threads = max(q["threads"] for q in quantiles)
    own = [q for q in quantiles if q["threads"] == threads]
    best, worst = (pick(own, key=lambda q: q["p999_ns"]) for pick in (min, max))
    sentence = f"One operation in a thousand takes longer than {nanoseconds(best['p999_ns'])} under {best['strategy']}"
    if best is not worst:
        sentence += f" ({best['regime']}), {nanoseconds(worst['p999_ns'])} under {worst['strategy']} ({worst['regime']})"
    return sentence + "."


def pictures(table, machine):
    """(name, rows, figure, sentence, quantiles) of each workload that was timed so."""
    for key, family in families(usable(table, "latency")):
        rows = curves(family)
        if rows:
            quantiles = summary(key, rows)
            name = "latency-" + "-".join(filter(None, key))
            yield name, rows, draw(key, rows, machine), reading(quantiles), quantiles
