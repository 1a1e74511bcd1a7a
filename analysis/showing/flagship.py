# SPDX-License-Identifier: BSD-2-Clause
"""One defect of the original, given back, and who convicts it how soon.

Native stress, plain and under ThreadSanitizer, beside each scheduler: trials in
turns, in one run, each until the first conviction.  Time is the row's own, from
when its CPUs begin; what a process takes to be there is in none.  Draws every
trial as a dot, the median as a bar, in docs/pictures/first-conviction.svg.
"""

import pathlib

from showing import document, search, trials

PICTURE = search.TOP / "docs" / "pictures" / "first-conviction.svg"


def options(parser):
    parser.add_argument("-t", type=int, default=20, metavar="TRIALS", help="of each [20]")
    parser.add_argument("-d", type=float, default=60, metavar="SECONDS", help="of a trial [60]")
    parser.add_argument("--exhibit", default="E1", metavar="ID", help="[E1]")
    parser.add_argument("--driver", default="collapse", help="of vmrace stress [collapse]")
    parser.add_argument("--scenario", default="collapse.copy",
                        help="of vmrace explore [collapse.copy]")  # fmt: skip
    parser.add_argument("--stress", action="append", metavar="PATH", type=search.program,
                        help="vmrace-stress, plain and then the ThreadSanitizer build's, "
                        "instead of building them")  # fmt: skip
    parser.add_argument("--picture", metavar="FILE", type=pathlib.Path,
                        help="draw it there, .svg or .png [with --write: in docs/pictures]")  # fmt: skip


def native_trial(run, options, trial):
    for row in run.rows("stress", options.driver, "--as-found", options.exhibit, "-s", "original",
                        "-c", 4, "-d", options.d, "-r", trial + 1, "--perturb"):  # fmt: skip
        if row["verdict"] in ("sound", "not exposed"):
            return trials.Trial(), row
        return trials.Trial(row["wall_ns"] / 1e9, row["operations"], row["verdict"]), row
    return trials.Trial(), None


def subjects(program, stress, options):
    """{name: trial number -> (trial, record)}."""
    run = search.Search(program)
    native = [search.Search(path) for path in stress]

    def by(scheduler):
        words = ("-s", "original", "--as-found", options.exhibit)
        return lambda i: trials.search_trial(run, options.scenario, scheduler, i, options.d, *words)

    names = ("stress, native", "stress, native, TSan")
    found = {name: lambda i, n=n: native_trial(n, options, i) for name, n in zip(names, native)}
    return found | {s: by(s) for s in [*search.drawing(program), "portfolio"]}


def draw(outcome, limit, title):
    from matplotlib.ticker import FuncFormatter

    from reporting import style

    figure, axes = style.plt.subplots(figsize=(8, 1.3 + 0.42 * len(outcome)))
    for y, (name, tried) in enumerate(outcome.items()):
        colour = style.LOOKS["original" if name.startswith("stress") else "global"][0]
        count = len(tried)
        for i, trial in enumerate(tried):
            height = y + 0.5 * (i / max(1, count - 1) - 0.5)  # in their order: all can be seen
            axes.plot(min(trial.seconds, limit), height, ls="", marker="o" if trial.found else ">",
                      color=colour, markerfacecolor=colour if trial.found else "none",
                      markersize=4, alpha=0.75, markeredgewidth=0.8)  # fmt: skip
        middle = trials.median(tried, "seconds")
        if middle <= limit:
            axes.plot([middle, middle], [y - 0.36, y + 0.36], color="#222222", linewidth=1.8)
        words = trials.seconds(middle) if middle <= limit else f"> {limit:g} s"
        found = trials.count_found(tried)
        words += "" if found == count else f", {found} of {count}"
        axes.text(1.01, y, words, transform=axes.get_yaxis_transform(), va="center", fontsize=8.5)
    axes.text(1.01, -0.75, "median", transform=axes.get_yaxis_transform(), va="center",
              fontsize=8.5, weight="bold")  # fmt: skip
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: trials.seconds(x * (1 + 1e-9))))
    axes.set_yticks(range(len(outcome)), list(outcome))
    axes.set_ylim(len(outcome) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.set_xlabel("time to first conviction (an arrow: none by then)")
    figure.suptitle(title)
    return figure


def save(figure, path):
    from reporting import style

    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".png":
        style.png(figure, path)
    else:
        path.write_text(style.svg(figure, "first-conviction"), encoding="utf-8")
    style.close(figure)


def table(outcome):
    lines = ["| | convicted | median s | longest s | median executions | as |", "|---|---:|---:|---:|---:|---|"]
    for name, tried in outcome.items():
        found = [t for t in tried if t.found]
        notes = sorted({t.note for t in found})
        middle = [trials.median(tried, what) for what in ("seconds", "executions")]
        executions = "-" if name.startswith("stress") else f"{middle[1]:,.0f}"
        lines.append(f"| {name} | {len(found)} of {len(tried)} | {middle[0]:.2g} "
                     f"| {max((t.seconds for t in found), default=float('nan')):.2g} | {executions} "
                     f"| {', '.join(notes)} |")  # fmt: skip
    return lines


def run(options):
    load = document.load()
    program = options.program[0] if options.program else search.build("hunt")
    stress = options.stress or [search.build(p, "vmrace-stress") for p in ("hunt", "tsan")]
    who = subjects(program, stress, options)
    outcome, records = {name: [] for name in who}, []
    for trial in range(options.t):
        for name, try_once in who.items():
            search.progress(f"trial {trial + 1} of {options.t}: {name}")
            one, row = try_once(trial)
            outcome[name].append(one)
            records.append(row)
    search.progress_end()
    text = table(outcome)
    text += ["", f"Exhibit {options.exhibit}, strategy `original`: `stress {options.driver} -c 4 --perturb`, "
             f"`explore {options.scenario} -j 1`; {options.t} trials in turns, at most {options.d:g} s "
             "each. " + document.measured(records, load)]  # fmt: skip
    print("\n".join(text))
    picture = options.picture or (PICTURE if options.write else None)
    if picture is not None:
        save(draw(outcome, options.d, f"Exhibit {options.exhibit}, given back: who convicts it how soon\n"
                  f"{options.t} trials each, dots top to bottom in their order"), picture)  # fmt: skip
    if options.write:
        document.put("flagship", "\n".join(["![Time to first conviction](pictures/first-conviction.svg)",
                                            "", *text]))  # fmt: skip
    return int(not any(trials.count_found(tried) for tried in outcome.values()))
