#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The estimators against their definitions, and the intervals against what they promise."""

import unittest

import made
import numpy as np
from scipy import stats

from reporting import hodges_lehmann as hl


class Estimates(unittest.TestCase):
    def setUp(self):
        self.rng = np.random.default_rng(3)

    def test_one_sample_is_the_median_of_walsh_averages(self):
        for n in range(1, 9):
            x = self.rng.normal(size=n)
            walsh = [(x[i] + x[j]) / 2 for i in range(n) for j in range(i, n)]
            got = hl.OneSample(x).of(np.ones((1, n), dtype=np.int32))[0]
            self.assertAlmostEqual(got, np.median(walsh))

    def test_a_count_is_that_observation_so_often(self):
        x = self.rng.normal(size=7)
        counts = np.array([[2, 0, 1, 3, 0, 1, 0], [0, 0, 0, 0, 0, 0, 5]], dtype=np.int32)
        got = hl.OneSample(x).of(counts)
        for row, value in zip(counts, got):
            y = np.repeat(x, row)
            plain = hl.OneSample(y).of(np.ones((1, len(y)), dtype=np.int32))[0]
            self.assertAlmostEqual(value, plain)

    def test_two_samples_are_the_median_of_differences(self):
        for na, nb in ((1, 1), (2, 5), (6, 4), (7, 7)):
            a, b = self.rng.normal(size=na), self.rng.normal(size=nb)
            got = hl.TwoSample(a, b).of(np.ones((1, na + nb), dtype=np.int32))[0]
            self.assertAlmostEqual(got, np.median(a[:, None] - b[None, :]))

    def test_median(self):
        for n in range(1, 9):
            x = self.rng.normal(size=n)
            got = hl.Median(x).of(np.ones((1, n), dtype=np.int32))[0]
            self.assertAlmostEqual(got, np.median(x))

    def test_a_large_sample_in_chunks_is_the_same(self):
        x = self.rng.normal(size=60)
        counts = hl.drawn(np.random.default_rng(1), np.arange(60) // 5, 400)
        whole = hl.OneSample(x).of(counts)
        before, hl.CHUNK = hl.CHUNK, 2000
        try:
            np.testing.assert_array_equal(hl.OneSample(x).of(counts), whole)
        finally:
            hl.CHUNK = before


class Draws(unittest.TestCase):
    def test_whole_clusters_come_and_go(self):
        clusters = np.repeat([0, 1, 2, 3], 5)
        counts = hl.drawn(np.random.default_rng(1), clusters, 500)
        by_cluster = counts.reshape(500, 4, 5).sum(axis=2)
        self.assertTrue((by_cluster % 5 == 0).all())
        self.assertTrue((by_cluster.sum(axis=1) == 20).all())
        self.assertTrue((by_cluster == 0).any(axis=1).mean() > 0.8)

    def test_one_cluster_says_nothing(self):
        """Eight repetitions of one process: its luck is in each of them."""
        found = hl.interval(hl.OneSample(range(8)), [["p"] * 8], np.random.default_rng(1))
        self.assertEqual((found.estimate, found.at()), (3.5, (None, None)))

    def test_unequal_clusters_keep_their_sizes(self):
        counts = hl.drawn(np.random.default_rng(1), [0, 0, 0, 1], 300)
        self.assertTrue((counts[:, :3].sum(axis=1) % 3 == 0).all())


class Bca(unittest.TestCase):
    def test_agrees_with_scipy(self):
        """On something skewed: the mean of an exponential sample."""
        x = np.random.default_rng(5).exponential(size=25)
        resampled = np.random.default_rng(1).choice(x, (20_000, 25)).mean(axis=1)
        jackknifed = (x.sum() - x) / 24
        got = hl.bca(x.mean(), resampled, [jackknifed])
        theirs = stats.bootstrap(
            (x,), np.mean, n_resamples=20_000, method="BCa", random_state=2
        ).confidence_interval
        np.testing.assert_allclose(got, theirs, rtol=0.02)

    def test_two_samples_agree_with_scipy(self):
        """Of unequal size and skewed apart: each is centred and weighted by itself."""
        rng = np.random.default_rng(5)
        x, y = rng.exponential(size=3), 3 * rng.exponential(size=12)

        def apart(a, b, axis=-1):
            return 9 * np.var(a, axis=axis) - np.var(b, axis=axis)

        jackknifed = [
            np.array([apart(np.delete(x, i), y) for i in range(3)]),
            np.array([apart(x, np.delete(y, i)) for i in range(12)]),
        ]  # fmt: skip
        resampled = apart(rng.choice(x, (20_000, 3)), rng.choice(y, (20_000, 12)))
        got = hl.bca(apart(x, y), resampled, jackknifed)
        theirs = stats.bootstrap(
            (x, y), apart, n_resamples=20_000, method="BCa", random_state=2
        ).confidence_interval
        np.testing.assert_allclose(got, theirs, rtol=0.02)

    def test_too_few_have_no_interval(self):
        interval = hl.interval(hl.OneSample([1, 2, 3]), [[0, 1, 2]], np.random.default_rng(1))
        self.assertEqual(interval.at(), (None, None))
        self.assertEqual(interval.estimate, 2)

    def test_equal_values_have_a_point(self):
        interval = hl.interval(hl.OneSample([2.0] * 10), [range(10)], np.random.default_rng(1))
        self.assertEqual(interval.at(), (2, 2))

    def test_a_higher_level_is_wider(self):
        x = np.random.default_rng(5).normal(size=20)
        interval = hl.interval(hl.OneSample(x), [np.arange(20) // 5], np.random.default_rng(1))
        (low, high), (lower, higher) = interval.at(0.9), interval.at(0.99)
        self.assertTrue(lower < low < interval.estimate < high < higher)

    def test_the_same_words_draw_the_same(self):
        self.assertEqual(hl.generator("a", 1).random(), hl.generator("a", 1).random())
        self.assertNotEqual(hl.generator("a", 1).random(), hl.generator("a", 2).random())


if __name__ == "__main__":
    assert made
    unittest.main()
