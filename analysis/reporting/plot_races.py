# SPDX-License-Identifier: BSD-2-Clause
"""The race matrix, and how soon each defect that was given back was found."""

from matplotlib.patches import Patch

from reporting import races, style

plt = style.plt

# Colour, and a letter for who sees no colour.
STATES = {
    "hit": ("#D55E00", "hit"),
    "unsound": ("#F3D9A4", "met; the row was convicted otherwise"),
    "sound": ("#BFE3D4", "met and sound"),
    "never met": ("#FFFFFF", "never met"),
    "not run": ("#ECECEC", "not run"),
}


def shortened(count):
    """12 300 as 12k: a cell is small."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return str(count)


def draw_matrix(strategies, rows, machine):
    figure, axes = plt.subplots(figsize=(5.6 + 0.85 * len(strategies), 1.7 + 0.23 * len(rows)))
    for y, (_, _, cells) in enumerate(rows):
        for x, cell in enumerate(cells):
            axes.add_patch(plt.Rectangle((x, -y), 1, -1, facecolor=STATES[cell.state][0],
                                         edgecolor="#BBBBBB", linewidth=0.5))  # fmt: skip
            words = {"never met": "–", "not run": ""}.get(cell.state, shortened(cell.met))
            if cell.state == "hit":
                words = f"hit {words}" if cell.met else "hit"
            axes.text(x + 0.5, -y - 0.5, words, ha="center", va="center", fontsize=8,
                      color="white" if cell.state == "hit" else "#222222",
                      weight="bold" if cell.state == "hit" else "normal")  # fmt: skip
    axes.set(xlim=(0, len(strategies)), ylim=(-len(rows), 0))
    axes.set_xticks([x + 0.5 for x in range(len(strategies))], strategies)
    axes.set_yticks([-y - 0.5 for y in range(len(rows))], [f"{d}: {p}" for d, p, _ in rows],
                    fontsize=8.5)  # fmt: skip
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    there = {cell.state for _, _, cells in rows for cell in cells}
    keys = [Patch(facecolor=colour, edgecolor="#BBBBBB", label=text)
            for state, (colour, text) in STATES.items() if state in there]  # fmt: skip
    axes.legend(handles=keys, loc="upper left", bbox_to_anchor=(1.02, 1), fontsize=8.5)
    figure.suptitle(f"Pairs of halves: how often met, and with what end\n{machine}")
    return figure


def matrix_rows(strategies, rows):
    return [
        {"driver": driver, "pair": pair, "strategy": strategy, "state": cell.state,
         "met": cell.met, "seed": cell.seed, "replay": cell.replay}
        for driver, pair, cells in rows
        for strategy, cell in zip(strategies, cells)
    ]  # fmt: skip


def matrix_reading(strategies, rows):
    cells = [cell for _, _, row in rows for cell in row]
    count = {state: sum(cell.state == state for cell in cells) for state in races.STATES}
    lawful = [
        cell for _, _, row in rows for strategy, cell in zip(strategies, row)
        if strategy != "busted"
    ]  # fmt: skip
    hit = sum(cell.state == "hit" for cell in lawful)
    return (
        f"Of {len(cells) - count['not run']} pairs that were hunted {count['never met']} were never "
        f"met; {hit or 'none'} of those met under a strategy with locks "
        f"{'was' if hit == 1 else 'were'} hit."
    )


def draw_times(found, machine):
    """The share found by then, a line a defect; what was never found is no line."""
    times = [row for row in found if row[5]]
    figure, axes = plt.subplots(figsize=(7.6, 3.8))
    palette = [colour for colour, _ in style.LOOKS.values() if colour != "#999999"]
    for k, (exhibit, driver, strategy, total, _, seconds) in enumerate(times):
        steps = [(i + 1) / total for i in range(len(seconds))]
        axes.step([seconds[0], *seconds], [0, *steps], where="post",
                  color=palette[k % len(palette)], marker=style.MARKERS[k % len(style.MARKERS)],
                  markersize=4, linestyle="-" if k < len(palette) else "--",
                  label=f"{exhibit} {driver}, {strategy}")  # fmt: skip
    axes.set(xscale="log", ylim=(0, 1.05), xlabel="seconds until convicted",
             ylabel="share of rows")  # fmt: skip
    axes.xaxis.set_major_formatter(plt.FuncFormatter(lambda x, _: f"{x:g}"))
    style.legend_beside(figure, axes)
    figure.suptitle(f"How soon a defect that was given back is found\n{machine}")
    return figure


def times_rows(found):
    return [
        {"hazard": exhibit, "driver": driver, "strategy": strategy, "rows": total, "found": hits,
         "second": second}
        for exhibit, driver, strategy, total, hits, seconds in found
        for second in seconds or [None]
    ]  # fmt: skip


def times_reading(found):
    total, hits = sum(row[3] for row in found), sum(row[4] for row in found)
    return f"{hits} of {total} rows with a defect given back convicted it."


def pictures(records, machine):
    strategies, rows = races.matrix(records)
    if rows:
        yield ("matrix", matrix_rows(strategies, rows), draw_matrix(strategies, rows, machine),
               matrix_reading(strategies, rows))  # fmt: skip
    found = races.exhibits(records)
    if any(row[5] for row in found):
        yield "times", times_rows(found), draw_times(found, machine), times_reading(found)
