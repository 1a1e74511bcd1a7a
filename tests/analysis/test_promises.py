#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""test_promises.py [long]: do the statistics do what is said of them?

On records made up with known speeds: intervals cover the true ratio, speeds that
are equal are called different in at most 1 % of families, a difference of 3 % is
found; and each of these notices when the statistics are broken on purpose.
"""

import math
import sys
import unittest
from unittest import mock

import made
import numpy as np

from reporting import compare, equal, hodges_lehmann, measurements

LONG = "long" in sys.argv
TRIALS, FAMILIES, RESAMPLES = (800, 200, 10_000) if LONG else (120, 24, 2_000)


def cells(records):
    table = measurements.usable(measurements.tabulate(made.Kept(records)))
    return {name: rows for name, rows in table.groupby("strategy")}


def one_ratio(seed, ratio, paired=True, resamples=1_000, shape=(4, 5), **sigma):
    """The comparison of two strategies; `shape` is processes, and repetitions in each."""
    noise = made.Noise(seed, **sigma)
    records = made.blocks(noise, {"rcu": 1e6 * ratio, "original": 1e6}, *shape)
    if not paired:
        for one in records:
            if one["strategy"] == "original":
                one["block"] += 100
                one["process"] += 100
                one["ops_per_s"] *= math.exp(noise._of((one["process"], "else"), noise.process))
    both = cells(records)
    return compare.compare(both["rcu"], both["original"], str(seed), resamples)


def covered(trials, **how):
    """The share of intervals that have the true ratio, 1.5, in them."""
    found = [one_ratio(seed, 1.5, **how) for seed in range(trials)]
    return sum(c.low <= 1.5 <= c.high for c in found) / trials


class Coverage(unittest.TestCase):
    # Four standard errors of a share below the 95 % and above.
    def assert_covers(self, share, trials):
        error = math.sqrt(0.95 * 0.05 / trials)
        self.assertGreater(share, 0.95 - 4 * error - 0.01)
        if LONG:
            print(f"covered: {share:.3f}")

    def test_pairs(self):
        self.assert_covers(covered(TRIALS), TRIALS)

    def test_samples_that_are_not_paired(self):
        self.assert_covers(covered(TRIALS // 2, paired=False), TRIALS // 2)

    def test_it_is_not_too_wide_to_be_of_use(self):
        found = [one_ratio(seed, 1.5) for seed in range(10)]
        self.assertLess(np.median([c.high / c.low for c in found]), 1.05)

    def test_an_interval_that_forgets_processes_is_noticed(self):
        """Where processes differ much, drawing repetitions alone covers far too little."""
        how = {"paired": False, "process": 0.04, "repetition": 0.01}
        honest = covered(60, **how)
        with mock.patch.object(compare, "process_names", lambda rows: rows["run"].to_numpy()):
            forgetful = covered(60, **how)
        self.assertLess(forgetful, 0.75)
        self.assertGreater(honest, 0.8)


def flagged(families, seed=0, strategies="abcdefgh"):
    """Families of equal strategies, compared with the first, in which one was called different."""
    count = 0
    for family in range(families):
        both = cells(made.blocks(made.Noise(seed + family), dict.fromkeys(strategies, 1e6)))
        first = both[strategies[0]]
        found = [
            compare.compare(both[name], first, f"{family}/{name}", RESAMPLES)
            for name in strategies[1:]
        ]
        compare.adjust(found)
        count += any(c.differs for c in found)
    return count


class Equal(unittest.TestCase):
    def test_at_most_one_family_in_a_hundred_is_flagged(self):
        count = flagged(FAMILIES)
        if LONG:
            print(f"flagged: {count} of {FAMILIES}")
        self.assertLessEqual(count, max(1, FAMILIES // 100))

    def test_a_test_that_is_not_adjusted_is_noticed(self):
        with mock.patch.object(compare, "SIGNIFICANT", 0.3):
            self.assertGreater(flagged(12), 1)

    def test_blocks_dealt_into_halves(self):
        table = measurements.tabulate(made.Kept(
            made.blocks(made.Noise(4), dict.fromkeys(("a", "b", "c"), 1e6), 8, 4)
        ))  # fmt: skip
        verdict = equal.split_blocks(table, 10, 1_000)
        self.assertEqual((verdict.families, verdict.comparisons), (10, 30))
        self.assertEqual(verdict.flagged, 0)

    def test_halves_that_differ_are_flagged(self):
        """If every second block is 10 % faster, dealing by that is seen."""
        records = made.blocks(made.Noise(4), {"a": 1e6}, 8, 4)
        for one in records:
            one["ops_per_s"] *= 1.1 ** (one["block"] % 2)
        table = measurements.tabulate(made.Kept(records))

        def unfair(rows, rng):
            return rows[rows["block"] % 2 == 0], rows[rows["block"] % 2 == 1]

        with mock.patch.object(equal, "dealt", unfair):
            self.assertEqual(equal.split_blocks(table, 3, 1_000).flagged, 3)

    def test_too_few_blocks_are_not_dealt(self):
        table = measurements.tabulate(made.Kept(made.blocks(made.Noise(4), {"a": 1e6}, 2, 4)))
        self.assertIsNone(equal.split_blocks(table, 3))


class Power(unittest.TestCase):
    def found(self, ratio, others):
        """How often it is, from 20 + 20 repetitions in fresh processes at a CV of 2 %."""
        trials = TRIALS // 3
        count = 0
        for seed in range(trials):
            c = one_ratio(seed, ratio, resamples=RESAMPLES, shape=(20, 1), process=0, layout=0)
            equal_one = one_ratio(1, 1.0, resamples=200)
            compare.adjust([c, *[equal_one] * others])
            count += c.differs
        if LONG:
            print(f"found {ratio:.2f} beside {others} others: {count} of {trials}")
        return count / trials

    def test_three_percent_are_found(self):
        self.assertGreater(self.found(1.03, others=0), 0.85)
        self.assertGreater(self.found(1.03, others=9), 0.5)

    def test_four_percent_are_found_among_ten(self):
        self.assertGreater(self.found(1.04, others=9), 0.85)

    def test_half_a_percent_is_not(self):
        found = sum(one_ratio(s, 1.005, layout=0, resamples=300).p < 0.001 for s in range(40))
        self.assertLess(found, 10)


if __name__ == "__main__":
    assert hodges_lehmann
    unittest.main(argv=[sys.argv[0]])
