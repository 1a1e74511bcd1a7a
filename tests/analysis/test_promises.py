#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""test_promises.py [long]: do the statistics do what is said of them?

On records made up with known speeds, in bench's own layout: a process to each place,
two repetitions in it, there and back.  Intervals cover the true ratio, speeds that
are equal are called different in at most 1 % of families, a claim that is just not
true is hardly ever said to hold, a difference of 5 % is found; and each of these
notices when the statistics are broken on purpose.
"""

import math
import sys
import unittest
from unittest import mock

import made
import numpy as np

from reporting import claims, compare, equal, hodges_lehmann, measurements

LONG = "long" in sys.argv
TRIALS, FAMILIES, RESAMPLES = (800, 200, 4_000) if LONG else (100, 20, 1_000)
LEAST, USUAL = 5, 12  # blocks: what a claim asks for at least, and what standard comes to
hodges_lehmann.RESAMPLES = RESAMPLES


def tabulated(records):
    return measurements.tabulate(made.Kept(records))


def cells(records):
    table = measurements.usable(tabulated(records))
    return {name: rows for name, rows in table.groupby("strategy")}


def one_ratio(seed, ratio, paired=True, blocks=LEAST, repetitions=2, resamples=RESAMPLES, **sigma):
    """The comparison of two strategies, with twice as many processes as there are blocks."""
    true = {"rcu": 1e6 * ratio, "original": 1e6}
    records = made.blocks(made.Noise(seed, **sigma), true, blocks, repetitions)
    if not paired:
        for one in records:
            one["block"] += 100 * (one["strategy"] == "original")
    both = cells(records)
    return compare.compare(both["rcu"], both["original"], str(seed), resamples)


def covered(trials, **how):
    """The share of intervals that have the true ratio, 1.5, in them."""
    found = [one_ratio(seed, 1.5, **how) for seed in range(trials)]
    return sum(c.low <= 1.5 <= c.high for c in found) / trials


def told(*words):
    if LONG:
        print(*words, flush=True)


class Coverage(unittest.TestCase):
    # Four standard errors of a share below the 95 % and above.
    def assert_covers(self, trials, what, **how):
        share = covered(trials, **how)
        told(f"covered: {share:.3f} of {trials}, {what}")
        error = math.sqrt(0.95 * 0.05 / trials)
        self.assertGreater(share, 0.95 - 4 * error - 0.01)

    def test_pairs(self):
        self.assert_covers(TRIALS, "pairs of 10 processes")
        if LONG:
            self.assert_covers(TRIALS, "pairs of 24 processes", blocks=USUAL)

    def test_samples_that_are_not_paired(self):
        self.assert_covers(TRIALS // 2, "10 and 10 processes, not paired", paired=False)

    def test_it_is_not_too_wide_to_be_of_use(self):
        found = [one_ratio(seed, 1.5, blocks=USUAL) for seed in range(10)]
        self.assertLess(np.median([c.high / c.low for c in found]), 1.04)

    def test_an_interval_that_forgets_processes_is_noticed(self):
        """Where processes differ much, drawing repetitions alone covers far too little."""
        how = {"process": 0.04, "repetition": 0.01, "repetitions": 5}
        honest = covered(60, **how)
        each = lambda rows: [f"{k}" for k in range(len(rows))]  # noqa: E731
        with mock.patch.object(compare, "process_names", lambda rows: np.array(each(rows))):
            forgetful = covered(60, **how)
        self.assertLess(forgetful, 0.75)
        self.assertGreater(honest, 0.8)


def flagged(families, blocks=LEAST, seed=0, strategies="abcdefgh"):
    """Families of equal strategies, compared with the first, in which one was called different."""
    count = 0
    for family in range(families):
        both = cells(made.blocks(made.Noise(seed + family), dict.fromkeys(strategies, 1e6), blocks))
        first = both[strategies[0]]
        found = [
            compare.compare(both[name], first, f"{family}/{name}") for name in strategies[1:]
        ]
        compare.adjust(found)
        count += any(c.differs for c in found)
    return count


class Equal(unittest.TestCase):
    def test_at_most_one_family_in_a_hundred_is_flagged(self):
        for blocks in (LEAST, USUAL) if LONG else (LEAST,):
            count = flagged(FAMILIES, blocks)
            told(f"flagged: {count} of {FAMILIES}, {2 * blocks} processes")
            self.assertLessEqual(count, max(1, FAMILIES // 100))

    def test_a_test_that_is_not_adjusted_is_noticed(self):
        with mock.patch.object(compare, "SIGNIFICANT", 0.3):
            self.assertGreater(flagged(12), 1)

    def test_luck_that_is_shared_by_what_is_compared_is_noticed(self):
        """Four processes of five repetitions, as if each pair were a process of its own."""
        each = lambda rows: np.array([f"{k}" for k in range(len(rows))])  # noqa: E731
        with mock.patch.object(compare, "process_names", each):
            found = [one_ratio(seed, 1.0, blocks=2, repetitions=5) for seed in range(TRIALS)]
        self.assertGreater(sum(not c.low <= 1 <= c.high for c in found) / TRIALS, 0.1)


CLAIM = {
    "repetitions": 20, "processes": 2 * LEAST,
    "claims": [{
        "id": "R", "kind": "ratio", "text": "", "operation": "lookup_hot",
        "a": {"strategy": "rcu", "threads": 2}, "b": {"strategy": "original", "threads": 2},
        "bounds": {"near": 1.5},
    }],
}  # fmt: skip


def held(trials, ratio, blocks=LEAST):
    """How often the claim of 1.5 is said to hold."""
    count = 0
    for seed in range(trials):
        true = {"rcu": 1e6 * ratio, "original": 1e6}
        table = tabulated(made.blocks(made.Noise(seed), true, blocks))
        count += claims.judge(table, CLAIM)[0].verdict == "holds"
    told(f"a claim of 1.5 held at {ratio}, {2 * blocks} processes: {count} of {trials}")
    return count


class Claims(unittest.TestCase):
    def test_one_that_is_not_true_hardly_ever_holds(self):
        """The ratio is the bound itself, or 1 % less."""
        self.assertLessEqual(held(TRIALS, 1.5), TRIALS // 50)
        self.assertLessEqual(held(TRIALS // 2, 1.485), TRIALS // 100)
        if LONG:
            held(TRIALS, 1.5, USUAL)

    def test_one_that_is_true_holds(self):
        self.assertGreater(held(20, 1.6), 18)

    def test_one_judge_alone_is_noticed(self):
        """A rank test takes two repetitions of one process for two processes."""
        with mock.patch.object(compare, "means", lambda values, _: values):
            with mock.patch.object(claims, "passes", lambda _: True):
                self.assertGreater(held(TRIALS, 1.5), TRIALS // 50)


class Deals(unittest.TestCase):
    """A/A on records that are there."""

    def test_of_equal_sides_none_is_flagged(self):
        records = made.blocks(made.Noise(4), dict.fromkeys("abc", 1e6), 8)
        verdict = equal.deal(tabulated(records), 10, 500)
        self.assertEqual((verdict.families, verdict.comparisons), (10, 30))
        self.assertEqual(verdict.flagged, 0)

    def test_sides_are_of_one_block_and_every_process_is_on_one(self):
        rows = measurements.usable(tabulated(made.blocks(made.Noise(4), {"a": 1e6}, 6)))
        a, b = equal.dealt(rows, np.random.default_rng(1))
        blocks = rows.set_index("process")["block"].to_dict()
        pairs = list(zip(a.groupby("block"), b.groupby("block")))
        self.assertEqual(len(pairs), 6)
        for (_, one), (_, other) in pairs:
            of_one, of_other = set(one["process"]), set(other["process"])
            self.assertEqual((len(of_one), len(of_other)), (1, 1))
            self.assertNotEqual(of_one, of_other)
            self.assertEqual(blocks[of_one.pop()], blocks[of_other.pop()])
        there = [one["position"].iloc[0] for (_, one), _ in pairs]
        self.assertEqual(set(there), {0, 1})
        self.assertTrue(compare.compare(a, b, "x", 100).paired)

    def test_processes_of_two_runs_are_two(self):
        """Both have a process 0; taken for one, they would be worth half as much."""
        both = [[one | {"run": name} for one in made.blocks(made.Noise(seed), {"a": 1e6}, 4)]
                for seed, name in enumerate(("20261121T200000Z-1", "20261121T210000Z-2"))]  # fmt: skip
        rows = measurements.usable(tabulated(sum(both, [])))
        a, b = equal.dealt(rows, mock.Mock(integers=lambda *_: 0))
        self.assertEqual(compare.compare(a, b, "x", 100).clusters, 8)

    def test_those_that_are_left_take_each_other(self):
        """One pass in each block, as timed runs of traces have."""
        rows = measurements.usable(tabulated(made.blocks(made.Noise(4), {"a": 1e6}, 13, passes=1)))
        a, b = equal.dealt(rows, np.random.default_rng(1))
        self.assertEqual((len(a), len(b)), (12, 12))
        self.assertEqual(compare.compare(a, b, "x", 100).clusters, 6)

    def test_sides_that_differ_are_flagged(self):
        """If the way back is 10 % faster, a deal that never tosses the coin sees it."""
        records = made.blocks(made.Noise(4), {"a": 1e6}, 8)
        for one in records:
            one["ops_per_s"] *= 1.1 ** one["position"]
        fixed = mock.Mock(integers=lambda *_: 0)
        with mock.patch.object(equal, "generator", lambda *_: fixed):
            self.assertEqual(equal.deal(tabulated(records), 3, 500).flagged, 3)

    def test_too_few_are_not_dealt_and_it_says_so(self):
        verdict = equal.deal(tabulated(made.blocks(made.Noise(4), {"a": 1e6}, 4)), 3)
        self.assertEqual((verdict.families, verdict.places), (0, 8))


class Power(unittest.TestCase):
    def found(self, ratio, blocks, others):
        """How often it is, with the luck and the noise of the reference machine."""
        trials = TRIALS // 3
        count = 0
        for seed in range(trials):
            c = one_ratio(seed, ratio, blocks=blocks)
            equal_one = one_ratio(1, 1.0, resamples=200)
            compare.adjust([c, *[equal_one] * others])
            count += c.differs
        told(f"found {ratio:.2f}, {2 * blocks} processes, beside {others} others: {count} of {trials}")
        return count / trials

    def test_five_percent_are_found(self):
        self.assertGreater(self.found(1.05, LEAST, others=0), 0.8)
        self.assertGreater(self.found(1.05, USUAL, others=9), 0.8)

    def test_three_percent_need_more_processes(self):
        if LONG:
            self.found(1.03, LEAST, others=0)
            self.found(1.05, LEAST, others=9)
        self.assertGreater(self.found(1.03, USUAL, others=0), 0.6)

    def test_half_a_percent_is_not(self):
        found = sum(one_ratio(s, 1.005, resamples=300).p < 0.001 for s in range(40))
        self.assertLess(found, 4)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
