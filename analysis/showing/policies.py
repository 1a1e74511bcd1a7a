# SPDX-License-Identifier: BSD-2-Clause
"""How soon each scheduler convicts each kernel: small programs known to be wrong.

Trials of one worker from seeds far apart, each until the first failure; the
medians of executions and of time.  A trial that finds nothing in its time counts
as infinitely long, so a median may be "more than" that.
"""

from showing import document, search, trials

HARD = "safestack"
HARD_S, EASY_S = 10, 1  # medians that are asked for: by two; by the portfolio


def options(parser):
    parser.add_argument("-t", type=int, default=20, metavar="TRIALS", help="of each [20]")
    parser.add_argument("-d", type=float, default=10, metavar="SECONDS", help="of a trial [10]")
    parser.add_argument("kernels", nargs="*", metavar="KERNEL", help="[all]")


def cell(tried, limit):
    found = trials.count_found(tried)
    if found == 0:
        return f"none, {limit:g} s each"
    if 2 * found <= len(tried):
        return f"> {limit:g} s ({found} of {len(tried)})"
    words = f"{trials.median(tried, 'executions'):,.0f}, {trials.seconds(trials.median(tried, 'seconds'))}"
    return words if found == len(tried) else f"{words} ({found} of {len(tried)})"


def table(outcome, schedulers, limit):
    lines = ["| executions, time | " + " | ".join(f"`{s}`" for s in schedulers) + " |",
             "|---|" + "---:|" * len(schedulers)]  # fmt: skip
    for kernel, tried in outcome.items():
        lines.append(f"| {kernel} | " + " | ".join(cell(tried[s], limit) for s in schedulers) + " |")
    return lines


def asked(outcome, schedulers):
    """What is promised, beside what came out."""
    portfolio = {k: trials.median(tried["portfolio"], "seconds") for k, tried in outcome.items()}
    easy = {k: v for k, v in portfolio.items() if k != HARD}
    lines = []
    if easy:
        slowest = max(easy, key=easy.get)
        lines.append(f"- By the portfolio: {sum(v <= EASY_S for v in easy.values())} of {len(easy)} "
                     f"kernels have a median of at most {EASY_S} s (asked: all but {HARD}); the "
                     f"longest is {trials.seconds(easy[slowest])}, {slowest}.")  # fmt: skip
    if HARD in outcome:
        medians = {s: trials.median(outcome[HARD][s], "seconds")
                   for s in schedulers if s != "portfolio"}  # fmt: skip
        quick = [s for s, value in medians.items() if value <= HARD_S]
        lines.append(f"- {HARD}: {len(quick)} schedulers have a median of at most {HARD_S} s "
                     f"(asked: 2): {', '.join(quick) or 'none'}.")  # fmt: skip
    return lines


def run(options):
    load = document.load()
    program = options.program[0] if options.program else search.build("hunt")
    kernels = [s["name"] for s in search.listed(program, "scenarios") if "wrong" in s and not s["vm"]]
    if options.kernels:
        kernels = [k for k in kernels if k in options.kernels]
    schedulers = [*search.drawing(program), "portfolio"]
    run_ = search.Search(program)
    outcome, records = {k: {s: [] for s in schedulers} for k in kernels}, []
    for kernel in kernels:
        for trial in range(options.t):
            for scheduler in schedulers:
                search.progress(f"{kernel}, trial {trial + 1} of {options.t}: {scheduler}")
                one, row = trials.search_trial(run_, kernel, scheduler, trial, options.d)
                outcome[kernel][scheduler].append(one)
                records.append(row)
    search.progress_end()
    text = table(outcome, schedulers, options.d) + [""] + asked(outcome, schedulers)
    text += ["", f"{options.t} trials each, at most {options.d:g} s, one worker. "
             + document.measured(records, load)]  # fmt: skip
    print("\n".join(text))
    if options.write:
        document.put("policies", "\n".join(text))
    return int(any(trials.count_found(tried["portfolio"]) == 0 for tried in outcome.values()))
