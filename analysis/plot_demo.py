#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""plot_demo.py DIRECTORY: the table and the picture of `./vmrace demo`.

Reads run records, a JSON object a line, from standard input; prints each as a
row when it comes; then draws events/s by CPUs and strategy, one panel a trace,
into DIRECTORY/demo.svg and demo.png.
"""
import json
import pathlib
import subprocess
import sys

from matplotlib.ticker import EngFormatter

from reporting import style
from reporting.style import unique

plt = style.plt


def trace_name(record):
    return pathlib.PurePath(record["trace"]).name.removesuffix(".vmt.zst")


def read_rows(lines):
    """The records, each printed when it is read."""
    columns = "{:<12} {:<10} {:>4} {:>14} {:>9}  {}"
    print(columns.format("trace", "strategy", "CPUs", "events/s", "overlap", "verdict"))
    records = []
    for line in lines:
        record = json.loads(line)
        records.append(record)
        print(
            columns.format(
                trace_name(record),
                record["strategy"],
                record["cpus"],
                f"{record['events_per_s']:,.0f}",
                f"{record['overlap_share']:.0%}",
                record["verdict"],
            ),
            flush=True,
        )
    return records


def draw_panel(axes, trace, records, colours):
    cpus = unique(r["cpus"] for r in records)
    width = 0.8 / len(colours)
    for i, (strategy, colour) in enumerate(colours.items()):
        rate = {r["cpus"]: r["events_per_s"] for r in records if r["strategy"] == strategy}
        left = [x + (i - (len(colours) - 1) / 2) * width for x in range(len(cpus))]
        axes.bar(left, [rate.get(c, 0) for c in cpus], width * 0.92, color=colour, label=strategy)
    axes.set_title(trace)
    axes.set_xticks(range(len(cpus)), [f"{c} CPU" + "s" * (c > 1) for c in cpus])
    axes.yaxis.set_major_formatter(EngFormatter())


def machine():
    """What the figures were measured on: the processor and the commit."""
    words = ["unknown processor"]
    for line in open("/proc/cpuinfo", encoding="utf-8"):
        if line.startswith("model name"):
            words = [line.split(":", 1)[1].strip()]
            break
    try:
        commit = subprocess.run(
            ["git", "-C", pathlib.Path(__file__).parent, "describe", "--always", "--dirty"],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        words.append(commit.stdout.strip())
    except (OSError, subprocess.CalledProcessError):
        pass  # not a checkout, or no git
    return ", ".join(words)


def draw(records, directory):
    traces = unique(trace_name(r) for r in records)
    colours = {s: look[0] for s, look in style.looks(r["strategy"] for r in records).items()}
    figure, panels = plt.subplots(
        1, len(traces), figsize=(1.5 + 3.6 * len(traces), 4), squeeze=False, layout="constrained"
    )
    for axes, trace in zip(panels[0], traces):
        draw_panel(axes, trace, [r for r in records if trace_name(r) == trace], colours)
    panels[0][0].set_ylabel("events/s")
    panels[0][-1].legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    figure.suptitle(machine(), fontsize="small")
    for kind in "svg", "png":
        path = directory / f"demo.{kind}"
        figure.savefig(path, dpi=150)
        print(path)


def main():
    if len(sys.argv) != 2:
        print("usage: plot_demo.py DIRECTORY", file=sys.stderr)
        return 64
    records = read_rows(sys.stdin)
    if not records:
        print("plot_demo.py: no record to draw", file=sys.stderr)
        return 4
    print()
    draw(records, pathlib.Path(sys.argv[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
