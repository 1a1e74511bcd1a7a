# SPDX-License-Identifier: BSD-2-Clause
"""Two cells of the table compared: the ratio of their speeds, and what it is worth.

PAIRS.  What stands in one pass through a block, there or back, was measured within
the same seconds, so the k-th repetition of one is compared with the k-th of the
other in that pass and regime.  Where hardly any pass has both, the samples are
compared whole.

CLUSTERS.  Pairs whose processes are the same, or were chained by other pairs, are
drawn together: one process's luck is in all of them.  An interval is worth as much
as it has clusters, however many repetitions; of one cluster there is none.

DIFFERENT is what two tests agree on, each by Holm's adjustment for how much was asked,
and the interval: the rank test of repetitions, which takes two of one process for two
processes, and Student's (Welch's, where nothing is paired) of clusters' means, which
does not.  Fewer than CLUSTERS clusters show no difference.
"""

import functools
import math
from dataclasses import dataclass

import numpy as np

from reporting import hodges_lehmann, ranks
from reporting.measurements import variation

SIGNIFICANT = 0.01
PAIRED_SHARE = 0.8  # of the smaller side, that must find a partner
CLUSTERS = 6  # with fewer, their means are taken for normal on too little ground


@dataclass
class Comparison:
    """What became of a ÷ b; times are rates' ratios, p two-sided against no difference."""

    n: int  # pairs; where nothing is paired, repetitions of the smaller side
    clusters: int  # that the interval rests on: of the side that has fewer, or of pairs
    paired: bool
    ratio: float
    low: float | None
    high: float | None
    p: float
    delta: float
    p_equal: float
    cv_a: float
    cv_b: float
    median_a: float
    median_b: float
    p_holm: float = math.nan
    p_holm_processes: float = math.nan
    differs: bool = False  # see adjust()
    test: object = None  # p of (shift, alternative)
    test_processes: object = None  # the same of clusters' means
    interval: object = None  # of the ratio's logarithm

    @property
    def cv(self):
        known = [cv for cv in (self.cv_a, self.cv_b) if not math.isnan(cv)]
        return max(known, default=math.nan)


def exponential(bounds):
    return tuple(None if x is None else math.exp(x) for x in bounds)


def process_names(rows):
    return (rows["run"] + "#" + rows["process"].astype(str)).to_numpy()


def block_names(rows):
    return (rows["run"] + "#" + rows["block"].astype(str)).to_numpy()


def pass_names(rows):
    return (block_names(rows) + "#" + rows["pass"].astype(str)).to_numpy()


def ordered(rows):
    return rows.sort_values(["run", "block", "position", "repetition", "process"], kind="stable")


def pair_up(a, b):
    """[(index in a, index in b)]: the k-th with the k-th of each pass; both are ordered."""
    partners = {}
    for j, name in enumerate(pass_names(b)):
        partners.setdefault(name, []).append(j)
    waiting = {name: iter(places) for name, places in partners.items()}
    found = []
    for i, name in enumerate(pass_names(a)):
        j = next(waiting.get(name, iter(())), None)
        if j is not None:
            found.append((i, j))
    return found


def chained(first, second):
    """A cluster for each pair of names: the same where a chain of pairs shares names."""
    root = {}

    def find(name):
        while root.setdefault(name, name) != name:
            name = root[name]
        return name

    for one, other in zip(first, second):
        root[find(one)] = find(other)
    return [find(name) for name in first]


def means(values, clusters):
    """One number for each cluster."""
    _, number = np.unique(clusters, return_inverse=True)
    return np.bincount(number, values) / np.bincount(number)


def by_pairs(a, b, pairs, rng, resamples):
    """The interval of the logarithm, the two tests, and how many clusters."""
    i, j = np.array(pairs).T
    differences = np.log(a["ops_per_s"].to_numpy()[i]) - np.log(b["ops_per_s"].to_numpy()[j])
    clusters = chained([f"a#{x}" for x in process_names(a)[i]],
                       [f"b#{x}" for x in process_names(b)[j]])  # fmt: skip
    interval = hodges_lehmann.interval(
        hodges_lehmann.OneSample(differences), [clusters], rng, resamples
    )
    tests = [
        functools.partial(ranks.paired, differences),
        functools.partial(ranks.student, means(differences, clusters)),
    ]
    return interval, tests, len(set(clusters))


def by_samples(a, b, rng, resamples):
    log_a, log_b = np.log(a["ops_per_s"].to_numpy()), np.log(b["ops_per_s"].to_numpy())
    clusters = [process_names(a), process_names(b)]
    interval = hodges_lehmann.interval(
        hodges_lehmann.TwoSample(log_a, log_b), clusters, rng, resamples
    )
    tests = [
        functools.partial(ranks.unpaired, log_a, log_b),
        functools.partial(ranks.welch, *map(means, (log_a, log_b), clusters)),
    ]
    return interval, tests, min(len(set(names)) for names in clusters)


def compare(a, b, name="", resamples=None):
    """a ÷ b of two cells that have rows; `name` seeds the resampling."""
    a, b = ordered(a), ordered(b)
    rng = hodges_lehmann.generator(name, len(a), len(b))
    pairs = pair_up(a, b)
    smaller = min(len(a), len(b))
    paired = len(pairs) >= max(1, PAIRED_SHARE * smaller)
    if paired:
        interval, tests, clusters = by_pairs(a, b, pairs, rng, resamples)
    else:
        interval, tests, clusters = by_samples(a, b, rng, resamples)
    low, high = exponential(interval.at())
    return Comparison(
        n=len(pairs) if paired else smaller,
        clusters=clusters,
        paired=paired,
        ratio=math.exp(interval.estimate),
        low=low,
        high=high,
        p=tests[0](0.0, "two-sided"),
        delta=ranks.cliffs_delta(a["ops_per_s"], b["ops_per_s"]),
        p_equal=ranks.equivalence(tests[0]),
        cv_a=variation(a["ops_per_s"]),
        cv_b=variation(b["ops_per_s"]),
        median_a=float(a["ops_per_s"].median()),
        median_b=float(b["ops_per_s"].median()),
        test=tests[0],
        test_processes=tests[1],
        interval=interval,
    )


def adjust(comparisons):
    """Judge all of them as one family, in place."""
    of_processes = ranks.holm([c.test_processes() for c in comparisons])
    of_repetitions = ranks.holm([c.p for c in comparisons])
    for comparison, p, p_processes in zip(comparisons, of_repetitions, of_processes):
        comparison.p_holm, comparison.p_holm_processes = p, p_processes
        comparison.differs = (
            max(p, p_processes) < SIGNIFICANT
            and comparison.clusters >= CLUSTERS
            and comparison.low is not None
            and not comparison.low <= 1 <= comparison.high
        )


def level(rows, name=""):
    """(median, interval of its logarithm) of the rates of one cell."""
    rows = ordered(rows)
    interval = hodges_lehmann.interval(
        hodges_lehmann.Median(np.log(rows["ops_per_s"].to_numpy())), [process_names(rows)],
        hodges_lehmann.generator("level", name, len(rows)),
    )  # fmt: skip
    return math.exp(interval.estimate), interval
