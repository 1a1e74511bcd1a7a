#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Tests, adjustments and effect sizes, against values worked out by hand."""

import math
import unittest

import made
import numpy as np
from scipy import stats

from reporting import ranks


class Ranks(unittest.TestCase):
    def test_holm_by_hand(self):
        np.testing.assert_allclose(ranks.holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06])
        np.testing.assert_allclose(ranks.holm([0.9, 0.8]), [1, 1])
        self.assertEqual(ranks.holm([]), [])

    def test_wilcoxon_of_six_on_one_side(self):
        self.assertAlmostEqual(ranks.paired([1, 2, 3, 4, 5, 6]), 2 / 64)
        self.assertAlmostEqual(ranks.paired([1, 2, 3, 4, 5, 6], alternative="greater"), 1 / 64)
        self.assertAlmostEqual(ranks.paired([1, 2, 3, 4, 5, 6], shift=10, alternative="greater"), 1)

    def test_mann_whitney_of_four_and_four_apart(self):
        a, b = [5, 6, 7, 8], [1, 2, 3, 4]
        self.assertAlmostEqual(ranks.unpaired(a, b), 2 / math.comb(8, 4))
        self.assertAlmostEqual(ranks.unpaired(a, b, alternative="less"), 1)
        self.assertGreater(ranks.unpaired(a, b, shift=4), 0.9)

    def test_nothing_to_compare_is_no_evidence(self):
        self.assertEqual(ranks.paired([]), 1)
        self.assertEqual(ranks.paired([0.0, 0.0]), 1)
        self.assertEqual(ranks.unpaired([], [1]), 1)

    def test_student_and_welch_by_hand(self):
        """t = mean / (s / √n): of 1, 2, 3 it is 2√3 on two degrees of freedom."""
        t = 2 * math.sqrt(3)
        self.assertAlmostEqual(ranks.student([1, 2, 3]), 2 * stats.t.sf(t, 2))
        self.assertAlmostEqual(ranks.student([1, 2, 3], 2, "greater"), 0.5)
        # 1, 2, 3 against 11, 12, 13: the same spread, four degrees of freedom
        t = 10 / math.sqrt(2 / 3)
        self.assertAlmostEqual(ranks.welch([11, 12, 13], [1, 2, 3]), 2 * stats.t.sf(t, 4))
        self.assertAlmostEqual(ranks.welch([11, 12, 13], [1, 2, 3], 10, "less"), 0.5)

    def test_what_does_not_vary(self):
        self.assertEqual(ranks.student([1]), 1)
        self.assertEqual(ranks.student([1, 1], 1), 1)
        self.assertEqual(ranks.student([1, 1], 0, "greater"), 0)
        self.assertEqual(ranks.student([1, 1], 0, "less"), 1)
        self.assertEqual(ranks.welch([2, 2], [1, 1]), 0)
        self.assertEqual(ranks.welch([2], [1, 1]), 1)

    def test_cliffs_delta(self):
        self.assertEqual(ranks.cliffs_delta([2, 3], [0, 1]), 1)
        self.assertEqual(ranks.cliffs_delta([0, 1], [2, 3]), -1)
        self.assertEqual(ranks.cliffs_delta([1, 2], [1, 2]), 0)

    def test_equivalence_needs_both_sides(self):
        rng = np.random.default_rng(1)
        test = lambda d: lambda shift, side: ranks.paired(d, shift, side)  # noqa: E731
        near = rng.normal(0, 0.005, 20)
        self.assertLess(ranks.equivalence(test(near)), 1e-4)
        self.assertGreater(ranks.equivalence(test(near + 0.05)), 0.9)
        self.assertGreater(ranks.equivalence(test(near - 0.05)), 0.9)
        wide = rng.normal(0, 0.2, 20)  # no difference shown, no equality either
        self.assertGreater(ranks.equivalence(test(wide)), 0.05)


if __name__ == "__main__":
    assert made
    unittest.main()
