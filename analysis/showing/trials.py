# SPDX-License-Identifier: BSD-2-Clause
"""Time to first conviction, over and over: what a trial came to, and its median."""

import statistics

APART = 100_000_000  # seeds between one trial and the next
# Schedulers that draw nothing, and what they are told: dpor has one worker anyway.
EXHAUSTIVE = {"bound": ["--bound", 8, "-j", 1], "dpor": []}

INFINITE = float("inf")


class Trial:
    """seconds and executions until the first failure; infinite: none in its time."""

    def __init__(self, seconds=INFINITE, executions=INFINITE, note=""):
        self.seconds, self.executions, self.note = seconds, executions, note

    @property
    def found(self):
        return self.seconds < INFINITE


def search_trial(run, scenario, scheduler, trial, seconds, *words):
    """One worker, until the first failure.  Returns the trial and its record."""
    own = EXHAUSTIVE.get(scheduler, ["-j", 1, "-r", 1 + trial * APART])
    for row in run.rows("explore", scenario, "--scheduler", scheduler, "--stop", *own, "-d", seconds,
                        *words):  # fmt: skip
        if not row["found"]:
            return Trial(), row
        first = row["found"][0]
        return Trial(first["after_s"], first["after_executions"], first["verdict"]), row
    return Trial(), None


def median(trials, what):
    return statistics.median(getattr(t, what) for t in trials)


def count_found(trials):
    return sum(t.found for t in trials)


def seconds(value):
    """0.00123 as 1.2 ms."""
    for size, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if value >= size:
            return f"{value / size:.3g} {unit}" if value / size >= 99.5 else f"{value / size:.2g} {unit}"
    return f"{value * 1e9:.0f} ns"
