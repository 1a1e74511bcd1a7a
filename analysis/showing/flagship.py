# SPDX-License-Identifier: BSD-2-Clause
"""Defects of the original, given back, and who convicts them how soon.

Native stress, plain and under ThreadSanitizer, beside each scheduler: trials in
turns, in one run, each until the first conviction.  Time is the row's own, from
when its CPUs begin; what a process takes to be there is in none.  dpor is run
under ThreadSanitizer, for what it leaves out a race may do.  Native stress
has seeded delays; a sleeper that nobody wakes (C2) it finds by its watchdog.
The picture has every trial as a dot, the median as a bar.
"""

import importlib.util
import pathlib

from showing import document, search, trials

PICTURE = search.TOP / "docs" / "pictures" / "first-conviction.svg"
WATCHDOG_S = 5
# Exhibit: the driver and the scenario that hunt it.
WHERE = {
    "A1": ("cache", "deallocate.cache_trim"),
    "A6": ("lookup", "lookup.cache_trim"),
    "C2": ("clean", "fault.page_clean"),
    "E1": ("collapse", "collapse.copy"),
}
NATIVE = "stress"  # a subject's name begins with it


def options(parser):
    parser.add_argument("-t", type=int, default=20, metavar="TRIALS", help="of each [20]")
    parser.add_argument("-d", type=float, default=60, metavar="SECONDS", help="of a trial [60]")
    parser.add_argument("exhibits", nargs="*", metavar="ID", help=f"[{' '.join(WHERE)}]")
    parser.add_argument("--stress", action="append", metavar="PATH", type=search.program,
                        help="vmrace-stress, plain and then the ThreadSanitizer build's, "
                        "instead of building them")  # fmt: skip
    parser.add_argument("--picture", metavar="FILE", type=pathlib.Path,
                        help="draw it there, .svg or .png [with --write: in docs/pictures]")  # fmt: skip


def native_trial(run, exhibit, seconds, trial):
    for row in run.rows(NATIVE, WHERE[exhibit][0], "--as-found", exhibit, "-s", "original", "-c", 4,
                        "-d", seconds, "-r", trial + 1, "--perturb", "--watchdog", WATCHDOG_S):  # fmt: skip
        if row["verdict"] in ("sound", "not exposed"):
            return trials.Trial(), row
        return trials.Trial(row["wall_ns"] / 1e9, row["operations"], row["verdict"]), row
    return trials.Trial(), None


def subjects(programs, stress, seconds):
    """{name: (exhibit, trial number) -> (trial, record)}."""
    runs = [search.Search(program) for program in programs]

    def native(path):
        search_ = search.Search(path)
        return lambda exhibit, i: native_trial(search_, exhibit, seconds, i)

    def by(scheduler, build=0):
        return lambda exhibit, i: trials.search_trial(
            runs[build], WHERE[exhibit][1], scheduler, i, seconds, "-s", "original", "--as-found", exhibit)  # fmt: skip

    names = (f"{NATIVE}, native", f"{NATIVE}, native, TSan")
    return ({name: native(path) for name, path in zip(names, stress)}
            | {s: by(s) for s in [*search.drawing(programs[0]), "portfolio", "bound"]}
            | ({"dpor, TSan": by("dpor", 1)} if len(runs) > 1 else {}))  # fmt: skip


# --- The picture ---------------------------------------------------------------


def draw_subject(axes, y, name, tried, limit, style):
    colour = style.LOOKS["original" if name.startswith(NATIVE) else "global"][0]
    # In their order, one below the other: all can be seen.
    dots = [(min(t.seconds, limit), y + 0.56 * ((i + 0.5) / len(tried) - 0.5), t.found)
            for i, t in enumerate(tried)]  # fmt: skip
    for found, look in ((True, {"marker": "o"}), (False, {"marker": ">", "markerfacecolor": "none"})):
        some = [dot[:2] for dot in dots if dot[2] == found]
        if some:
            axes.plot(*zip(*some), ls="", color=colour, markersize=3, alpha=0.75,
                      markeredgewidth=0.6, **look)  # fmt: skip
    middle, found = trials.median(tried, "seconds"), trials.count_found(tried)
    if middle <= limit:
        axes.plot([middle, middle], [y - 0.38, y + 0.38], color="#222222", linewidth=1.6)
    words = trials.seconds(middle) if middle <= limit else f"> {limit:g} s"
    words += "" if found == len(tried) else f" ({found} of {len(tried)})"
    axes.text(1.01, y, words, transform=axes.get_yaxis_transform(), va="center", fontsize=8)


def draw(outcome, limit, count):
    from matplotlib.ticker import FuncFormatter

    from reporting import style

    columns = min(2, len(outcome))
    rows = -(-len(outcome) // columns)
    names = list(next(iter(outcome.values())))
    figure, panels = style.plt.subplots(
        rows, columns, sharex=True, sharey=True, squeeze=False,
        figsize=(2 + 3.9 * columns, 1.2 + (0.5 + 0.3 * len(names)) * rows),
    )  # fmt: skip
    for axes, (exhibit, tried) in zip(panels.flat, outcome.items()):
        for y, name in enumerate(names):
            draw_subject(axes, y, name, tried[name], limit, style)
        axes.set_title(f"{exhibit}: {WHERE[exhibit][1]}", loc="left")
        axes.set_title("median", loc="right", fontsize=8)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: trials.seconds(x * (1 + 1e-9))))
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.grid(visible=False, axis="y")
    for axes in list(panels.flat)[len(outcome):]:
        axes.set_visible(False)
    figure.supxlabel("time to first conviction" + (
        " (an arrow: none by then)" if any(trials.count_found(t) < count for tried in outcome.values()
                                           for t in tried.values()) else ""), fontsize=10)  # fmt: skip
    figure.suptitle(f"Defects given back: who convicts them how soon, {count} trials each")
    return figure


def save(figure, path):
    from reporting import style

    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".png":
        style.png(figure, path)
    else:
        path.write_text(style.svg(figure, "first-conviction"), encoding="utf-8")
    style.close(figure)


# --- The command ---------------------------------------------------------------


def cell(name, tried):
    found = trials.count_found(tried)
    middle = trials.median(tried, "seconds")
    words = trials.seconds(middle) if middle < trials.INFINITE else "-"
    if not name.startswith(NATIVE) and middle < trials.INFINITE:
        words = f"{trials.median(tried, 'executions'):,.0f}, {words}"
    notes = ", ".join(sorted({t.note for t in tried if t.found}))
    words += f", {notes}" if notes else ""
    return words if found == len(tried) else f"{words} ({found} of {len(tried)})"


def table(outcome):
    lines = ["| executions, time | " + " | ".join(outcome) + " |", "|---|" + "---:|" * len(outcome)]
    for name in next(iter(outcome.values())):
        lines.append(f"| {name} | " + " | ".join(cell(name, t[name]) for t in outcome.values()) + " |")
    return lines


def promised(options, outcome, count):
    promises = document.Promises(options)
    every = [tried for by_name in outcome.values() for tried in by_name.values()]
    promises.add("one flagship, native stress under ThreadSanitizer beside each scheduler, 20 trials",
                 f"{len(outcome)}: {', '.join(outcome)}; {len(every)} times {count} trials",
                 count >= 20, "fewer trials were asked for")  # fmt: skip
    for name in (*(n for n in next(iter(outcome.values())) if n.startswith(NATIVE)), "portfolio"):
        found = sum(trials.count_found(by_name[name]) for by_name in outcome.values())
        promises.add(f"convicted by {name}", f"{found} of {count * len(outcome)} trials",
                     found == count * len(outcome), "no conviction in the time of a trial")  # fmt: skip
    return promises


def run_trials(options, exhibits, who):
    """({exhibit: {subject: trials}}, records), all subjects in turns."""
    outcome, records = {e: {name: [] for name in who} for e in exhibits}, []
    for trial in range(options.t):
        for exhibit in exhibits:
            for name, try_once in who.items():
                search.progress(f"{exhibit}, trial {trial + 1} of {options.t}: {name}")
                one, row = try_once(exhibit, trial)
                outcome[exhibit][name].append(one)
                records.append(row)
    search.progress_end()
    return outcome, records


def run(options):
    exhibits = options.exhibits or list(WHERE)
    if not set(exhibits) <= set(WHERE):
        search.leave(f"exhibits are {', '.join(WHERE)}", 64)
    picture = options.picture or (PICTURE if options.write else None)
    if picture is not None and not importlib.util.find_spec("matplotlib"):
        search.leave("the picture wants python3-matplotlib, and /usr/bin/python3 to run this")
    programs = options.program or [search.build(p) for p in ("hunt", "tsan")]
    stress = options.stress or [search.build(p, "vmrace-stress") for p in ("hunt", "tsan")]
    outcome, records = run_trials(options, exhibits, subjects(programs, stress, options.d))
    drivers = ", ".join(f"{e} `{WHERE[e][0]}` and `{WHERE[e][1]}`" for e in exhibits)
    promises = promised(options, outcome, options.t)
    how = (f"Medians of {options.t} trials in turns, at most {options.d:g} s each, strategy `original`; "
           f"`stress DRIVER -c 4 --perturb --watchdog {WATCHDOG_S}`, `explore SCENARIO -j 1`: {drivers}.")  # fmt: skip
    lines = [*promises.table(), *table(outcome), "", document.footer(options, records, how)]
    if picture is not None:
        save(draw(outcome, options.d, options.t), picture)
        lines = ["![Time to first conviction](pictures/first-conviction.svg)", "", *lines]
    status = document.publish("flagship", lines, options)
    every = (tried["portfolio"] for tried in outcome.values())
    return status or int(any(trials.count_found(tried) == 0 for tried in every))
