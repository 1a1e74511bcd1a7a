# SPDX-License-Identifier: BSD-2-Clause
"""Hodges and Lehmann's estimator with BCa bootstrap intervals, resampled by cluster.

THE ESTIMATE.  Of one sample: the median of the means of all pairs (Walsh averages).
Of two: the median of all differences.  On logarithms it is the ratio that two
speeds have, and a few wild repetitions do not move it.

THE INTERVAL.  Repetitions of one process resemble each other: where its heap came
to lie is part of the measurement.  So processes are drawn, then repetitions within
those drawn.  With only a few processes that is the wider of the usual ways, and
comes nearest to its 95 %; tests/analysis/test_promises.py measures it.

THE SPEED.  A resample is a row of how often each observation was drawn.  A pair of
observations then weighs the product of their counts, and the median of a resample
is a weighted median of numbers that were sorted once.
"""

import hashlib

import numpy as np
from scipy.special import ndtr, ndtri

RESAMPLES = 10_000
FEWEST = 6  # with fewer observations an interval says nothing
CHUNK = 4_000_000  # weights held at once


def generator(*words):
    """A random generator that depends on what is compared, and on nothing else."""
    digest = hashlib.blake2b("\0".join(map(str, words)).encode(), digest_size=8)
    return np.random.default_rng(int.from_bytes(digest.digest(), "little"))


def drawn(rng, clusters, resamples):
    """How often each observation is drawn, a row a resample: clusters, then within them."""
    clusters = np.asarray(clusters)
    names = np.unique(clusters)
    times = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    counts = np.zeros((resamples, len(clusters)), dtype=np.int32)
    for k, name in enumerate(names):
        members = np.flatnonzero(clusters == name)
        n = len(members)
        counts[:, members] = rng.multinomial(times[:, k] * n, np.full(n, 1 / n))
    return counts


def weighted_medians(values, weights):
    """The median of each row: `values` are sorted, `weights` say how often each is there."""
    below = np.cumsum(weights, axis=1, dtype=np.int32)
    total = below[:, -1]
    lower = (below >= ((total + 1) // 2)[:, None]).argmax(axis=1)
    upper = (below >= (total // 2 + 1)[:, None]).argmax(axis=1)
    return (values[lower] + values[upper]) / 2


def chunked(rows, width, body):
    step = max(1, CHUNK // max(1, width))
    return np.concatenate([body(slice(at, at + step)) for at in range(0, rows, step)])


class Median:
    """The plain median of one sample."""

    def __init__(self, sample):
        self.sample = np.asarray(sample, dtype=float)
        self.order = np.argsort(self.sample, kind="stable")

    def of(self, counts):
        return weighted_medians(self.sample[self.order], counts[:, self.order])


class OneSample:
    """The median of the Walsh averages of a sample."""

    def __init__(self, sample):
        sample = np.asarray(sample, dtype=float)
        i, j = np.triu_indices(len(sample))
        means = (sample[i] + sample[j]) / 2
        order = np.argsort(means, kind="stable")
        self.means, self.i, self.j = means[order], i[order], j[order]
        self.same = self.i == self.j

    def of(self, counts):
        def body(rows):
            first, second = counts[rows][:, self.i], counts[rows][:, self.j]
            weights = first * second
            weights[:, self.same] = (weights + first)[:, self.same] // 2
            return weighted_medians(self.means, weights)

        return chunked(len(counts), len(self.means), body)


class TwoSample:
    """The median of all differences between two samples, observations of a first."""

    def __init__(self, a, b):
        a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
        self.size = len(a)
        differences = (a[:, None] - b[None, :]).ravel()
        order = np.argsort(differences, kind="stable")
        self.differences = differences[order]
        self.i, self.j = order // len(b), order % len(b) + len(a)

    def of(self, counts):
        def body(rows):
            return weighted_medians(
                self.differences, counts[rows][:, self.i] * counts[rows][:, self.j]
            )

        return chunked(len(counts), len(self.differences), body)


def left_out_each(clusters):
    """Counts without each cluster in turn."""
    clusters = np.asarray(clusters)
    names = np.unique(clusters)
    return (clusters[None, :] != names[:, None]).astype(np.int32)


def acceleration_of(jackknifed):
    """How the spread changes with the estimate: each sample centred and weighted by itself."""
    squares = cubes = 0.0
    for values in jackknifed:
        n = len(values)
        influence = (n - 1) * (values.mean() - values)
        squares += (influence**2).sum() / n**2
        cubes += (influence**3).sum() / n**3
    return cubes / (6 * squares**1.5) if squares > 0 else 0.0


def bca(estimate, resampled, jackknifed, level=0.95):
    """The bias-corrected and accelerated interval: Efron's, with ties split in halves.

    `jackknifed` has an array for each sample: the estimates without each of its clusters.
    """
    below = (np.mean(resampled < estimate) + np.mean(resampled <= estimate)) / 2
    edge = 1 / (2 * len(resampled))
    bias = ndtri(np.clip(below, edge, 1 - edge))
    acceleration = acceleration_of(jackknifed)
    normal = bias + ndtri([(1 - level) / 2, (1 + level) / 2])
    shares = ndtr(bias + normal / (1 - acceleration * normal))
    low, high = np.quantile(resampled, np.clip(shares, 0, 1))
    return float(min(low, estimate)), float(max(high, estimate))


class Interval:
    """An estimate, and the intervals of every level around it."""

    def __init__(self, estimate, resampled=None, jackknifed=None):
        self.estimate, self.resampled, self.jackknifed = estimate, resampled, jackknifed

    def at(self, level=0.95):
        """(low, high), or (None, None) where there is too little to say."""
        if self.resampled is None:
            return None, None
        return bca(self.estimate, self.resampled, self.jackknifed, level)


def interval(statistic, samples, rng, resamples=None):
    """`samples` is a list of the clusters of each sample's observations."""
    sizes = [len(sample) for sample in samples]
    estimate = float(statistic.of(np.ones((1, sum(sizes)), dtype=np.int32))[0])
    if min(sizes) < FEWEST or min(len(set(sample)) for sample in samples) < 2:
        return Interval(estimate)
    resamples = resamples or RESAMPLES
    counts = np.hstack([drawn(rng, sample, resamples) for sample in samples])
    jackknife = []
    for k, sample in enumerate(samples):
        rows = left_out_each(sample)
        without = np.hstack([
            rows if other == k else np.ones((len(rows), size), dtype=np.int32)
            for other, size in enumerate(sizes)
        ])  # fmt: skip
        jackknife.append(statistic.of(without))
    return Interval(estimate, statistic.of(counts), jackknife)
