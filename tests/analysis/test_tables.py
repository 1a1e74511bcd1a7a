#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the page's tables have: which rows, in which order, aligned how."""

import types
import unittest
import xml.etree.ElementTree as ET

import made

from reporting import (
    claims, hodges_lehmann, junit, measurements, page, plot_fairness, sections, words,
)  # fmt: skip

hodges_lehmann.RESAMPLES = 1_000  # verdicts are the same, and there sooner


class Fairness(unittest.TestCase):
    """What of many cells is on the page."""

    @staticmethod
    def rows(threads=(2,), count=6, operation="lookup_hot", waits=(1e5, 1e5, 4e6)):
        records = []
        for n in threads:
            records += made.blocks(made.Noise(1), {"rcu": 2e6, "empty": 9e6}, count, threads=n, operation=operation)
        for k, one in enumerate(records):
            one["longest_wait_ns"] = int(waits[k % len(waits)])
        return plot_fairness.all_of(measurements.tabulate(made.Kept(records)))

    def test_the_median_and_the_greatest(self):
        for row in self.rows():
            self.assertEqual((row["longest_wait_median_ns"], row["longest_wait_ns"]), (1e5, 4e6))
        self.assertIn("`empty`, the loop around nothing, is (4 ms)", sections.what_waits_are(self.rows()))

    def test_two_threads_or_else_the_most(self):
        shown = lambda rows: {r["threads"] for r in plot_fairness.chosen(rows, lambda _: True)}  # noqa: E731
        self.assertEqual({r["threads"] for r in self.rows((1, 2, 4))}, {2, 4})
        self.assertEqual(shown(self.rows((1, 2, 4))), {2})
        self.assertEqual(shown(self.rows((3, 4))), {4})

    def test_what_a_claim_is_about_if_anything_is(self):
        both = self.rows() + self.rows(operation="other")
        claimed = lambda key: key[1] == "lookup_hot"  # noqa: E731
        operations = lambda rows: {r["operation"] for r in plot_fairness.chosen(rows, claimed)}  # noqa: E731
        self.assertEqual(operations(both), {"lookup_hot"})
        self.assertEqual(operations(self.rows(operation="other")), {"other"})

    def test_cells_of_few_repetitions_unless_there_are_no_others(self):
        few = self.rows(count=1)
        self.assertEqual(len(plot_fairness.chosen(few, lambda _: True)), 2)
        both = few + self.rows(operation="other")
        self.assertEqual({r["operation"] for r in plot_fairness.chosen(both, lambda _: True)}, {"other"})


class Tables(unittest.TestCase):
    def test_a_column_is_aligned_whole(self):
        nbsp = "\N{NO-BREAK SPACE}"
        table = page.Table(
            ["got", "CV", "p", "empty", "verdict"],
            [["1.2 [1, 2]", "3.1 %", f"<{nbsp}.0001", "", "holds"], ["1.82", "", ".0093", "", "2"]],
        )
        self.assertEqual(table.numeric, [False, True, True, False, False])
        section = page.Section("S", tables=[table])
        given = {"title": "t", "lead": [], "warnings": [], "sections": [section], "files": []}
        self.assertEqual(page.html(**given).count('<td class="number">'), 4)
        self.assertEqual(page.html(**given).count('<th class="number">'), 2)
        self.assertIn("|---|---:|---:|---|---|\n| 1.2", page.markdown(**given))

    def test_numbers(self):
        for text in ("", "3", "1,024", "≥\N{NO-BREAK SPACE}28\N{NO-BREAK SPACE}M/s", "–", "4.5 %", "85.8 µs"):
            self.assertTrue(page.is_number(text), text)
        for text in ("1.2 [1, 2]", "32 in 18", "W1", "within 1.03×", "<", "≥ "):
            self.assertFalse(page.is_number(text), text)

    def test_the_harness_is_no_library(self):
        records = [made.record(strategy=name, operation="shim_cost", kind="peer") for name in ("shim", "direct")]
        records += [made.record(strategy="lfht", operation=one, kind="peer") for one in ("shim_cost", "find_hot")]
        table = measurements.tabulate(made.Kept(records))
        found = {name: kind for name, kind, _ in sections.subject_lines(table, words.Words())}
        self.assertEqual(found["`shim`"], "the harness itself")
        self.assertEqual(found["`direct`"], "the harness itself")
        self.assertEqual(found["`lfht`"], "another library's way")


class Beside(unittest.TestCase):
    """What is shown beside a claim, and claims nothing."""

    def lines(self, true):
        records = []
        for threads, factor in ((1, 1), (2, 1.9)):
            records += made.blocks(
                made.Noise(2), {name: rate * factor for name, rate in true.items()}, threads=threads,
                workload="W6", operation="soft_fault", args="pages:128",
            )  # fmt: skip
        table = measurements.tabulate(made.Kept(records))
        section = sections.claims_section(claims.judge(table), types.SimpleNamespace(data={}))
        (table,) = section.tables
        return [(row[0], row[-1], mark) for row, mark in zip(table.rows, table.marks) if row[0].startswith("W6")]

    def test_the_claim_first_then_what_is_beside_it(self):
        found = self.lines({name: 1e6 for name in ("linux", "percpu", "fine", "unsynchronised", "rcu", "original")})
        near = [one for one in found if one[1] != "regime not observed"]
        self.assertEqual(near[0], ("W6.percpu", "holds if yardstick Y1 does: not measured", "open"))
        names = ("fine", "rcu", "original", "linux", "ceiling")
        self.assertEqual(near[1:], [(f"W6.{name}", "shown, not claimed", "beside") for name in names])

    def test_what_holds_only_if_the_yardstick_does_is_not_among_those_that_hold(self):
        row = claims.Row("R", "", "ratio", "W6", "soft_fault", "near", 1.8, value=1.9)
        row.verdict = "holds if yardstick Y1 does: not measured"
        section = sections.claims_section([row], types.SimpleNamespace(data={}))
        self.assertIn("No claim could be judged; 1 of 1 could not be", section.text[0])
        suite = ET.Element("testsuite")
        junit.claim_case(suite, row)
        self.assertEqual([child.tag for child in suite[0]], ["skipped"])

    def test_what_was_not_measured_is_not_shown_beside_it(self):
        self.assertEqual({name for name, *_ in self.lines({"percpu": 1e6, "fine": 1e6})}, {"W6.percpu", "W6.fine"})


if __name__ == "__main__":
    unittest.main()
