# SPDX-License-Identifier: BSD-2-Clause
"""How soon each scheduler convicts each kernel: small programs known to be wrong.

Trials of one worker from seeds far apart, each until the first failure; the
medians of executions and of time.  A trial that finds nothing in its time counts
as infinitely long, so a median may be "more than" that.  Those that draw nothing,
bound and dpor, are not tried again where they have found nothing.
"""

from showing import document, search, trials

HARD = "safestack"
HARD_S, HARD_BY, EASY_S = 10, 2, 1  # medians that are asked for


def options(parser):
    parser.add_argument("-t", type=int, default=20, metavar="TRIALS", help="of each [20]")
    parser.add_argument("-d", type=float, default=10, metavar="SECONDS", help="of a trial [10]")
    parser.add_argument("kernels", nargs="*", metavar="KERNEL", help="[all]")


def cell(tried, limit):
    found = trials.count_found(tried)
    if found == 0:
        return f"none, {limit:g} s" + " each" * (len(tried) > 1)
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


def promise_easy(promises, outcome):
    medians = {k: trials.median(tried["portfolio"], "seconds")
               for k, tried in outcome.items() if k != HARD}  # fmt: skip
    if not medians:
        return
    late = [k for k, value in medians.items() if value > EASY_S]
    slowest = max(medians, key=medians.get)
    seen = f"{len(medians) - len(late)} of {len(medians)}"
    if medians[slowest] < trials.INFINITE:
        seen += f"; the longest median is {trials.seconds(medians[slowest])}, {slowest}"
    promises.add(f"by the portfolio each kernel but {HARD} in {EASY_S} s", seen, not late,
                 f"not in time: {', '.join(late)}")  # fmt: skip


def promise_hard(promises, tried):
    medians = {s: trials.median(t, "seconds") for s, t in tried.items()}
    quick = {s: m for s, m in medians.items() if s != "portfolio" and m <= HARD_S}
    seen = ", ".join(f"{s} {trials.seconds(m)}" for s, m in sorted(quick.items(), key=lambda one: one[1]))
    promises.add(f"{HARD} by {HARD_BY} schedulers in a median of at most {HARD_S} s",
                 f"{len(quick)}: {seen}" if quick else "none", len(quick) >= HARD_BY,
                 "the others found it in " + ", ".join(
                     f"{trials.count_found(t)} ({s})" for s, t in tried.items() if s not in quick)
                 + f" of {len(tried['portfolio'])} trials")  # fmt: skip
    found = trials.count_found(tried["portfolio"])
    promises.add(f"{HARD} by the portfolio", f"{found} of {len(tried['portfolio'])} trials", found > 0,
                 "the trials were too short")  # fmt: skip


class Trials:
    def __init__(self, options):
        program = options.program[0] if options.program else search.build("hunt")
        self.options = options
        self.run = search.Search(program)
        self.kernels = [s["name"] for s in search.listed(program, "scenarios")
                        if "wrong" in s and not s["vm"] and not s["name"].startswith("rcu.")
                        and s["name"] in (options.kernels or [s["name"]])]  # fmt: skip
        self.schedulers = [*search.drawing(program), "portfolio", *trials.EXHAUSTIVE]
        self.outcome, self.records = {}, []

    def of_kernel(self, kernel):
        tried = {s: [] for s in self.schedulers}
        for trial in range(self.options.t):
            for scheduler in self.schedulers:
                if scheduler in trials.EXHAUSTIVE and not all(t.found for t in tried[scheduler]):
                    continue
                search.progress(f"{kernel}, {self.kernels.index(kernel) + 1} of {len(self.kernels)}; "
                                f"trial {trial + 1} of {self.options.t}: {scheduler}")  # fmt: skip
                one, row = trials.search_trial(self.run, kernel, scheduler, trial, self.options.d)
                tried[scheduler].append(one)
                self.records.append(row)
        self.outcome[kernel] = tried

    def go(self):
        """False: ^C came first; kernels that were done stay."""
        try:
            for kernel in self.kernels:
                self.of_kernel(kernel)
        except KeyboardInterrupt:
            return False
        finally:
            search.progress_end()
        return True


def run(options):
    trials_ = Trials(options)
    whole = trials_.go()
    outcome = trials_.outcome
    if not outcome:
        return search.INTERRUPTED
    promises = document.Promises(options)
    promise_easy(promises, outcome)
    if HARD in outcome:
        promise_hard(promises, outcome[HARD])
    lines = [*promises.table(), *table(outcome, trials_.schedulers, options.d), "", document.footer(
        options, trials_.records, f"{options.t} trials each, at most {options.d:g} s, one worker.")]  # fmt: skip
    status = document.publish("policies", lines, options, not whole)
    return status or int(any(trials.count_found(tried["portfolio"]) == 0 for tried in outcome.values()))
