#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Pairs, clusters and regimes as compare makes them; verdicts as claims gives them."""

import copy
import unittest

import made
import numpy as np

from reporting import claims, compare, hodges_lehmann, measurements, reading

hodges_lehmann.RESAMPLES = 2_000  # verdicts are the same, and there sooner

CLAIMS = {
    "repetitions": 20,
    "processes": 10,
    "claims": [
        {"id": "Y", "kind": "level", "yardstick": True, "text": "yardstick",
         "operation": "lookup_hot", "a": {"strategy": "original", "threads": 2},
         "bounds": {"near": 5e5, "far": 5e5}},
        {"id": "R", "kind": "ratio", "text": "ratio", "operation": "lookup_hot",
         "a": {"strategy": "rcu", "threads": 2}, "b": {"strategy": "original", "threads": 2},
         "bounds": {"near": 1.5, "far": 3.0}},
        {"id": "P", "kind": "ratio", "text": "best of two", "operation": "lookup_hot",
         "a": {"strategy": "rcu", "threads": 2},
         "b": {"strategy": ["lfht", "ck_ht"], "threads": 2}, "bounds": {"near": 0.95}},
        {"id": "E", "kind": "equal", "text": "equal", "operation": "lookup_hot",
         "a": {"strategy": "rcu", "threads": 2}, "b": {"strategy": "twin", "threads": 2},
         "bounds": {"near": 1.03}},
        {"id": "S", "kind": "ratio", "text": "shown", "operation": "lookup_hot",
         "a": {"strategy": "rcu", "threads": 2}, "b": {"strategy": "original", "threads": 2},
         "bounds": {"near": None}},
    ],
}  # fmt: skip


def table(records):
    return measurements.tabulate(made.Kept(records))


def judged(records):
    return {(row.id, row.regime): row for row in claims.judge(table(records), CLAIMS)}


def verdicts(records):
    return {key: row.verdict for key, row in judged(records).items()}


def campaign(rcu=2e6, original=1e6, seed=1, **more):
    true = {"rcu": rcu, "original": original, "lfht": 1.0 * rcu, "ck_ht": 0.5 * rcu, "twin": rcu}
    return made.blocks(made.Noise(seed, repetition=0.01, process=0.002), true, **more)


def altered(records, strategy, **changes):
    for one in records:
        if one["strategy"] == strategy:
            one.update(changes)
    return records


class Verdicts(unittest.TestCase):
    def test_all_hold(self):
        found = verdicts(campaign())
        self.assertEqual(found[("R", "near")], "holds")
        self.assertEqual(found[("P", "near")], "holds")
        self.assertEqual(found[("E", "near")], "holds")
        self.assertEqual(found[("R", "far")], "regime not observed")
        self.assertEqual(found[("S", "near")], "shown, not claimed")

    def test_a_bound_within_the_interval_fails(self):
        found = verdicts(campaign(rcu=1.502e6))
        self.assertRegex(found[("R", "near")], r"^fails narrowly: got 1\.5\d* \[1\.\d+, 1\.\d+\]$")

    def test_equal_fails_by_more_than_the_margin_and_by_noise(self):
        records = campaign()
        for one in records:
            if one["strategy"] == "twin":
                one["ops_per_s"] *= 1.05
        self.assertRegex(verdicts(records)[("E", "near")], "^fails")
        noise = made.Noise(1, repetition=0.3)
        wide = made.blocks(noise, {"rcu": 2e6, "twin": 2e6, "original": 1e6})
        self.assertRegex(verdicts(wide)[("E", "near")], "^fails")

    def test_the_best_peer_decides(self):
        records = campaign()
        for one in records:
            if one["strategy"] == "ck_ht":
                one["ops_per_s"] *= 2.4  # 1.2 times rcu
        rows = claims.judge(table(records), CLAIMS)
        row = next(r for r in rows if r.id == "P")
        self.assertEqual(row.against, "ck_ht")
        self.assertTrue(row.verdict.startswith("fails: got 0.83"), row.verdict)

    def test_the_hardest_is_whose_interval_ends_lowest(self):
        """lfht's ratio is a little higher, but far less is known of it."""
        records = campaign()
        rng = np.random.default_rng(1)
        for one in records:
            if one["strategy"] == "ck_ht":
                one["ops_per_s"] *= 2.0
            if one["strategy"] == "lfht":
                one["ops_per_s"] *= 0.96 * np.exp(rng.normal(0, 0.3))
        row = judged(records)[("P", "near")]
        self.assertEqual(row.against, "lfht")
        self.assertGreater(row.value, 1)  # what ck_ht's is
        self.assertTrue(row.verdict.startswith("fails"), row.verdict)

    def test_a_best_peer_that_is_missing_is_no_merit(self):
        """Without the two that are ahead, the claim must not hold against what is left."""
        claim = ("P", "near")
        self.assertEqual(verdicts(campaign())[claim], "holds")
        without = [one for one in campaign() if one["strategy"] != "lfht"]
        self.assertEqual(verdicts(without)[claim], "not measured: lfht")
        violated = altered(campaign(), "lfht", verdict="violation", status=1)
        self.assertEqual(verdicts(violated)[claim], "not sound (24): lfht")
        refused = altered(campaign(), "lfht", admitted=False, refused="N")
        self.assertEqual(verdicts(refused)[claim], "not admitted (24): lfht")
        moved = altered(campaign(), "lfht", regime="far")
        self.assertEqual(verdicts(moved)[claim], "regime not observed: lfht")

    def test_too_few(self):
        found = verdicts(campaign(count=4))
        self.assertEqual(found[("R", "near")], "too few repetitions (16 of 20)")
        found = verdicts(campaign(count=2, repetitions=6))
        self.assertEqual(found[("R", "near")], "too few processes (4 of 10)")

    def test_many_processes_that_all_hang_together_are_one(self):
        """Forty of them, chained by what they were compared with: worth one, not forty."""
        records = campaign(count=20)
        for one in records:
            if one["strategy"] == "original":
                one["process"] = 10_000
        row = judged(records)[("R", "near")]
        self.assertEqual((row.clusters, row.low), (1, None))
        self.assertEqual(row.verdict, "too few processes (1 of 10)")

    def test_what_is_not_admitted_does_not_count(self):
        records = campaign()
        for one in records:
            if one["block"] < 2:
                one.update(admitted=False, refused="N")
        self.assertEqual(verdicts(records)[("R", "near")], "too few repetitions (16 of 20)")

    def test_nothing_admitted_says_so(self):
        records = campaign()
        for one in records:
            one.update(admitted=False, refused="N")
        found = verdicts(records)
        self.assertEqual(found[("R", "near")], "not admitted (48)")
        self.assertEqual(found[("R", "far")], "not admitted (48)")
        self.assertEqual(found[("Y", "near")], "not admitted (24)")

    def test_a_yardstick_that_fails_voids_its_regime(self):
        found = verdicts(campaign(original=4e5, rcu=2e6))
        self.assertTrue(found[("Y", "near")].startswith("fails"))
        self.assertTrue(found[("R", "near")].startswith("void: yardstick Y: fails"))
        self.assertEqual(found[("E", "near")], "holds")

    def alone(self, records, rcu=2e6):
        """Of R near, where the yardstick is one thread's, of which there are those records."""
        given = copy.deepcopy(CLAIMS)
        given["claims"][0]["a"]["threads"] = 1
        rows = claims.judge(table(campaign(rcu=rcu) + records), given)
        return {(row.id, row.regime): row.verdict for row in rows}[("R", "near")]

    def test_a_yardstick_that_was_not_measured_voids_nothing(self):
        self.assertEqual(self.alone([]), "holds if yardstick Y does: not measured")
        self.assertRegex(self.alone([], rcu=1.2e6), r"^fails: got 1\.[12].*\]; yardstick Y: not measured$")

    def test_a_yardstick_that_could_not_be_judged_voids_nothing(self):
        few = made.blocks(made.Noise(1), {"original": 1e6}, 1, threads=1)
        self.assertEqual(self.alone(few), "holds if yardstick Y does: too few repetitions (4 of 20)")
        slow = made.blocks(made.Noise(1), {"original": 4e5}, threads=1)
        self.assertRegex(self.alone(slow), r"^void: yardstick Y: fails: got 0\.[34]")
        self.assertEqual(self.alone(made.blocks(made.Noise(1), {"original": 1e6}, threads=1)), "holds")

    def test_of_two_yardsticks_the_one_that_fails_decides(self):
        rows = [claims.Row(name, "", "level", "", "", "near", 1.0, True, verdict, value=1.0)
                for name, verdict in (("few", "too few repetitions (4 of 20)"), ("slow", "fails: got 1"))]  # fmt: skip
        self.assertEqual(claims.doubts(rows).id, "slow")
        self.assertEqual(claims.doubts(rows[:1]).id, "few")

    def test_pairs_are_counted_not_what_found_no_partner(self):
        """20 repetitions of one and 22 of the other, 18 pairs of them."""
        records = campaign()
        for one in records:
            place = (one["strategy"], one["block"], one["position"])
            if place[:2] == ("rcu", 0) or place == ("original", 1, 1):
                one.update(admitted=False, refused="N")
        row = judged(records)[("R", "near")]
        self.assertEqual((row.n, row.paired), (18, True))
        self.assertEqual(row.verdict, "too few repetitions (18 of 20)")

    def test_nothing_measured(self):
        self.assertEqual(set(verdicts([]).values()), {"not measured"})

    def test_regimes_are_not_pooled(self):
        """1.8 times near and 2.9 far is 2.3 together, and must not pass for both."""
        true = {"rcu": {"near": 1.8e6, "far": 2.9e6}, "original": {"near": 1e6, "far": 1e6}}
        noise = made.Noise(1, repetition=0.01, process=0)
        rows = claims.judge(table(made.blocks(noise, true, regimes=("near", "far"))), CLAIMS)
        values = {(r.id, r.regime): r.value for r in rows}
        self.assertAlmostEqual(values[("R", "near")], 1.8, delta=0.05)
        self.assertAlmostEqual(values[("R", "far")], 2.9, delta=0.08)


class Pairs(unittest.TestCase):
    def cells(self, records):
        rows = measurements.usable(table(records))
        return rows[rows["strategy"] == "rcu"], rows[rows["strategy"] == "original"]

    def test_pairs_take_out_what_blocks_share(self):
        """Blocks differ by a factor of three; pairs do not see it."""
        noise = made.Noise(1, repetition=0.005, process=0.002)
        records = made.blocks(noise, {"rcu": 2e6, "original": 1e6}, 10)
        for one in records:
            one["ops_per_s"] *= 1 + 2 * (one["block"] % 2)
        c = compare.compare(*self.cells(records), "x", 1000)
        self.assertTrue(c.paired)
        self.assertLess(c.high / c.low, 1.02)
        self.assertTrue(c.low < 2 < c.high or abs(c.ratio - 2) < 0.02)

    def test_pairs_are_of_one_pass_through_a_block(self):
        """There with there and back with back, also where one of them is missing."""
        records = made.blocks(made.Noise(1), {"rcu": 2e6, "original": 1e6}, 3, 2)
        records = [one for one in records if (one["block"], one["position"]) != (1, 0)]
        for one in records:
            if (one["block"], one["position"]) == (2, 0):
                one.update(admitted=False, refused="N")
        a, b = self.cells(records)
        a, b = compare.ordered(a), compare.ordered(b.sample(frac=1, random_state=1))
        pairs = compare.pair_up(a, b)
        self.assertEqual(len(pairs), 4 + 2 + 2)
        for i, j in pairs:
            self.assertEqual(a.iloc[i]["block"], b.iloc[j]["block"])
        in_block_2 = [(a.iloc[i], b.iloc[j]) for i, j in pairs if a.iloc[i]["block"] == 2]
        self.assertEqual({(x["position"], y["position"]) for x, y in in_block_2}, {(3, 2)})

    def test_a_cluster_is_a_pair_of_processes(self):
        a, b = self.cells(made.blocks(made.Noise(1), {"rcu": 2e6, "original": 1e6}, 7, 3))
        found = compare.compare(a, b, "x", 500)
        self.assertEqual((found.n, found.clusters, found.paired), (42, 14, True))

    def test_few_clusters_show_no_difference(self):
        """Twice as fast beyond doubt, but in two processes each."""
        records = made.blocks(made.Noise(1), {"rcu": 2e6, "original": 1e6}, 1, 20)
        found = compare.compare(*self.cells(records), "x", 500)
        compare.adjust([found])
        self.assertLess(found.p_holm, 1e-6)
        self.assertEqual((found.clusters, found.differs), (2, False))

    def test_two_runs_in_one_file_are_told_apart(self):
        records = made.blocks(made.Noise(1), {"rcu": 2e6, "original": 1e6}, 2)
        both = table(records + [dict(one) for one in records])
        self.assertEqual(both["run"].nunique(), 2)

    def test_runs_that_say_which_they_are_share_no_block(self):
        records = made.blocks(made.Noise(1), {"rcu": 2e6, "original": 1e6}, 2, 2)
        first = [one | {"run": "20261121T200000Z-1"} for one in records if one["strategy"] == "rcu"]
        second = [one | {"run": "20261121T210000Z-2"} for one in records if one["strategy"] != "rcu"]
        a, b = self.cells(first + second)
        self.assertEqual(compare.pair_up(compare.ordered(a), compare.ordered(b)), [])

    def test_chains(self):
        found = compare.chained(["a", "b", "c", "d"], ["x", "x", "y", "z"])
        self.assertEqual(found[0], found[1])
        self.assertEqual(len(set(found)), 3)


class Rounds(unittest.TestCase):
    """Blocks of `run --rounds`, whose records do not say which command they are of."""

    def pairs(self, *runs):
        records = [made.run_record(strategy, round=number, regime=regime, **more)
                   for strategy, number, regime, more in runs]  # fmt: skip
        rows = measurements.usable(measurements.tabulate(made.Kept(run=records)))
        a, b = (compare.ordered(rows[rows["strategy"] == name]) for name in ("rcu", "original"))
        near_a, near_b = a[a["regime"] == "near"], b[b["regime"] == "near"]
        return len(compare.pair_up(near_a, near_b))

    def rounds(self, rcu, original, numbers=(1, 2, 3), **more):
        return [(name, n, regime, more) for n in numbers for name, regime in (("rcu", rcu), ("original", original))]

    def test_one_command_pairs_its_rounds(self):
        self.assertEqual(self.pairs(*self.rounds("near", "near")), 3)

    def test_two_commands_pair_none(self):
        self.assertEqual(self.pairs(*self.rounds("near", "far"), *self.rounds("far", "near")), 0)

    def test_one_that_was_cut_short_in_its_first_round(self):
        cut = self.rounds("near", "far", (1,))[:1]
        self.assertEqual(self.pairs(*cut, *self.rounds("far", "near")), 0)

    def test_one_that_was_asked_for_in_other_words(self):
        cut = self.rounds("near", "far", (1,))[:1]
        self.assertEqual(self.pairs(*cut, ("original", 1, "near", {"argv": "vmrace run make -s original"})), 0)


class Left(unittest.TestCase):
    def test_what_is_left_out_is_counted(self):
        records = campaign()
        records[0].update(admitted=False, refused="work 1.41 times")
        records[1].update(admitted=False, refused="work 1.52 times")
        records[2].update(regime="mixed")
        records[3].update(verdict="violation", status=1)
        found = dict(measurements.left_out(table(records)))
        self.assertEqual(found["work 1.41 to 1.52 times"], 2)
        self.assertEqual(found["verdict: violation"], 1)
        self.assertEqual(found["the regime changed meanwhile (mixed)"], 1)
        self.assertEqual(len(measurements.usable(table(records))), len(records) - 4)


class Data(unittest.TestCase):
    def test_claims_are_well_formed(self):
        given = claims.load()
        self.assertEqual((given["repetitions"], given["processes"]), (20, 10))
        ids = [claim["id"] for claim in given["claims"]]
        self.assertEqual(len(ids), len(set(ids)))
        for claim in given["claims"]:
            self.assertIn(claim["kind"], ("ratio", "level", "equal"))
            self.assertEqual("b" in claim, claim["kind"] != "level")
            self.assertLessEqual(set(claim["bounds"]), {"near", "far", "single"})
            self.assertTrue(claim["text"] and claim["operation"])

    def test_made_records_are_as_the_schema_has_them(self):
        checker = reading.Checker()
        for one in [*campaign()[:3], made.run_record()]:
            self.assertEqual(checker.wrong_record(one), [])


if __name__ == "__main__":
    unittest.main()
