# SPDX-License-Identifier: BSD-2-Clause
"""How every picture looks: one colour and one marker per strategy, everywhere.

The palette is Okabe and Ito's, which the colour-blind can tell apart.  `busted`
is grey and dashed.  Files come out the same from the same numbers: no date, no
random identifiers.
"""

import io
import re

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402 (the back end comes first)

LOOKS = {
    "global": ("#0072B2", "s"),
    "original": ("#E69F00", "o"),
    "fine": ("#009E73", "^"),
    "rcu": ("#CC79A7", "D"),
    "percpu": ("#D55E00", "P"),
    "busted": ("#999999", "x"),
    "unsynchronised": ("#000000", "*"),
    "empty": ("#BBBBBB", "."),
    "linux": ("#56B4E9", "h"),
    "lfht": ("#56B4E9", "v"),
    "ck_ht": ("#8C6D31", "<"),
    "mutex_hash": ("#5B5B9B", ">"),
    "rwlock_hash": ("#7FA83C", "p"),
}
SPARE = ["#56B4E9", "#D55E00", "#8C6D31", "#5B5B9B", "#7FA83C", "#000000"]
MARKERS = "vX<>ph*8"
IDEAL = {"color": "#666666", "linewidth": 1, "linestyle": (0, (1, 2))}

plt.rcParams.update({
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#E4E4E4",
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "figure.titlesize": 10.5,
    "svg.fonttype": "path",
})  # fmt: skip


def unique(values):
    return list(dict.fromkeys(values))


def in_order(strategies):
    """Those that have a look first, in its order, then the others by name."""
    names = set(strategies)
    return [s for s in LOOKS if s in names] + sorted(names - set(LOOKS))


def looks(strategies):
    """{strategy: (colour, marker)}; what has none of its own gets one by its name."""
    strategies = set(strategies)
    spare = [(SPARE[i % len(SPARE)], MARKERS[i % len(MARKERS)]) for i in range(64)]
    others = sorted(strategies - set(LOOKS))
    return {
        s: LOOKS[s] if s in LOOKS else spare[others.index(s)] for s in in_order(strategies)
    }


def line(strategy, look):
    return {
        "color": look[0],
        "marker": look[1],
        "linestyle": "--" if strategy == "busted" else "-",
        "markersize": 6,
        "linewidth": 1.6,
        "label": strategy,
    }


def legend_beside(figure, axes):
    """All labels of a figure once, to the right of its last panel."""
    handles = {}
    for one in figure.axes:
        for handle, label in zip(*one.get_legend_handles_labels()):
            handles.setdefault(label, handle)
    labels = [name for name in in_order(handles) if name != "ideal"]
    labels += [name for name in handles if name == "ideal"]
    axes.legend([handles[name] for name in labels], labels, loc="upper left", bbox_to_anchor=(1.01, 1))


def svg(figure, name):
    """Its text, without prologue, every identifier marked with the picture's name."""
    with matplotlib.rc_context({"svg.hashsalt": name}):
        buffer = io.BytesIO()
        figure.savefig(
            buffer, format="svg",
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )  # fmt: skip
    text = buffer.getvalue().decode()
    text = text[text.index("<svg") :]
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'xlink:href="#', f'xlink:href="#{name}-', text)
    return re.sub(r"url\(#", f"url(#{name}-", text)


def png(figure, path):
    figure.savefig(path, dpi=150, metadata={"Software": None})


def close(figure):
    plt.close(figure)
