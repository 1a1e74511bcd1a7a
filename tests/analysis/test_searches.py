#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Rows of explore, hunt and replay on the page, in Markdown, JUnit and CSV."""

import csv
import pathlib
import tempfile
import unittest
import xml.etree.ElementTree as ET

import made
from test_report import Page, run

from reporting import junit

STATUS = {"sound": 0, "violation": 1, "not exposed": 3, "no memory": 4, "skipped": 77}


def search(command, scenario, verdict, **more):
    """What a row of explore, hunt or replay has in common."""
    return {
        **made.ORIGIN, "command": command, "argv": f"vmrace {command}", "backend": "controlled",
        "vm_checks": True, "verdict": verdict, "status": STATUS[verdict], "scenario": scenario,
        "wrong": None, "strategy": "none", "tasks": 2, "steps_max": 20000, "as_found": [],
        "rcu": ["earliest"],
        "identity": command, "note": "", **more,
    }  # fmt: skip


ASKED = {"seed": 1, "seconds": 0, "workers": 1, "interrupted": False}


def found(replay):
    return {"verdict": "deadlock", "text": "CPU 0 LOCK", "count": 3, "execution": 7, "seed": 8,
            "scheduler": "pos", "steps": 9, "preemptions": 1, "trace_hash": "0" * 16, "after_s": 0.5,
            "after_executions": 7, "schedule": "3:1", "replay": replay}  # fmt: skip


def explore(scenario, verdict, *founds, **more):
    return search("explore", scenario, verdict, **{
        **ASKED, "schedulers": ["random"], "bound": 2, "depth": 0, "execution": None,
        "exposed": {"met": True, "did": [], "came_up": []}, "runs_max": 0, "complete": False,
        "executions": 123456, "points": 9, "choices": 9, "preemptions": 9, "failures": 3 * len(founds),
        "longest_steps": 9, "repeated": 0, "trace_hash": "0" * 16, "wall_s": 2.0, "points_per_s": 4.5,
        "executions_per_s": 61728.0, "found": list(founds), **more,
    })  # fmt: skip


def hunt(scenario, verdict, **more):
    lucky = verdict == "violation"
    shrunk = {
        "preemptions_before": 5, "turns_before": 5, "steps_before": 50, "preemptions": 1, "turns": 1,
        "steps": 20, "executions": 9, "wall_s": 0.1, "schedule": "3:1", "certified": True,
        "certificate": "certified: none with fewer preemptions (60 schedules)",
        "schedules_without": 60, "schedules_estimate": 0, "certify_executions": 0, "certify_wall_s": 0,
    }  # fmt: skip
    return search("hunt", scenario, verdict, **{
        **ASKED, "schedulers": ["random", "pos"], "certify_points_max": 1000, "executions": 77,
        "expected_to_fail": True, "expectation_met": lucky, "points": 700, "wall_s": 0.7,
        "found": found("./vmrace explore again") if lucky else None,
        "shrunk": shrunk if lucky else None, "reproducer": "a.vmr" if lucky else None,
        "reproducer_bytes": 60 if lucky else 0,
        "replay": "./vmrace replay a.vmr --explain" if lucky else None, **more,
    })  # fmt: skip


def search_rows():
    drawn = {"kind": "drawn", "sampled": 5000, "classes_seen": 900, "classes_seen_once": 9,
             "unseen_share": 0.0018, "classes_at_least": 950.0}  # fmt: skip
    bound = {"kind": "searched", "unit": "schedules", "seen": 426, "redundant": 0, "probes": 0,
             "bounds": [{"bound": 0, "schedules": 6, "none_fails": True},
                        {"bound": 1, "schedules": 426, "none_fails": True}],
             "whole": False, "seen_share": 1}  # fmt: skip
    dpor = {"kind": "searched", "unit": "classes", "seen": 5000, "redundant": 1, "probes": 90,
            "bounds": [], "whole": True, "estimate": 5.5e12, "estimate_error": 3e11,
            "seen_share": 9e-10}  # fmt: skip
    return [
        explore("lookup.copy", "sound", strategy="fine", space=drawn),
        explore("safestack", "sound", schedulers=["bound"], complete=True, space=bound),
        explore("bench.locks", "sound", schedulers=["dpor"], space=dpor),
        explore("lookup.collapse", "violation", found("./vmrace replay bad.vmr --explain"), strategy="rcu"),
        explore("lookup.collapse", "violation", found("./vmrace replay e1.vmr"), strategy="original",
                as_found=["E1"]),
        hunt("reorder.60", "violation"),
        hunt("safestack", "not exposed"),
        search("replay", "account", "violation", wrong="two steps", reproducer="a.vmr",
               saved_at="0123abc", replay="./vmrace replay a.vmr", outcome="invariant", schedule="2:1",
               points=6, choices=5, preemptions=1, trace_hash="0" * 16),
    ]  # fmt: skip


class Searches(unittest.TestCase):
    """A report of searches alone."""

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory(prefix="vmrace searches ")
        cls.top = pathlib.Path(cls.place.name)
        made.write(cls.top / "all.jsonl", search_rows())
        cls.out = cls.top / "out"
        cls.status, _, cls.stderr = run(cls.top / "all.jsonl", "-o", cls.out)
        cls.page = Page((cls.out / "index.html").read_text("utf-8"))
        cls.markdown = (cls.out / "report.md").read_text("utf-8")

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def row(self, *words):
        """The one line of a table that has all of these."""
        lines = [line for line in self.markdown.splitlines()
                 if line.startswith("| ") and all(word in line for word in words)]  # fmt: skip
        self.assertEqual(len(lines), 1, (words, lines))
        return lines[0]

    def test_nothing_went_wrong(self):
        self.assertEqual((self.status, self.stderr, self.page.open), (0, "", []))
        for table in ("Explored", "Hunted", "Replayed"):
            self.assertIn(table, self.page.text)
            self.assertIn(f"**{table}**", self.markdown)
        self.assertIn("5 searches, 2 hunts and 1 failure replayed", self.markdown)
        self.assertNotIn("None", self.markdown.split())

    def test_how_much_was_seen(self):
        self.row("lookup.copy", "at least 950 classes; at most 0.18 % of draws are new", "sound")
        self.row("safestack", "bound 2", "426 schedules, all with 1 preemption or fewer; "
                 "none fails with 1 preemption or fewer")  # fmt: skip
        self.row("bench.locks", "dpor", "5,000 of about 5.5e+12 ± 3e+11 classes: 9e-08 %")

    def test_reproducer_and_certificate(self):
        self.row("reorder.60", "pos", "1 preemption, 20 steps", "(60 schedules)",
                 "`./vmrace replay a.vmr --explain`", "violation: deadlock, as expected")  # fmt: skip
        self.row("account", "`./vmrace replay a.vmr`", "violation: invariant, as expected")
        self.assertIn("./vmrace replay a.vmr --explain", self.page.text)

    def test_what_should_not_have_failed_comes_first(self):
        headings = [line for line in self.markdown.splitlines() if line.startswith("## ")]
        self.assertEqual(headings[:2], ["## Violations", "## Searches"])
        self.assertIn("1 row was convicted", self.markdown)
        violation = self.markdown.index("| rcu | lookup.collapse |")
        self.assertLess(violation, self.markdown.index("## Searches"))
        self.assertNotIn("as expected", self.row("lookup.collapse", "rcu", "violation: deadlock"))

    def test_junit(self):
        suites = {s.get("name"): s for s in ET.parse(self.out / "junit.xml").getroot()}
        outcomes = {name: [[c.tag for c in case] for case in s] for name, s in suites.items()}
        self.assertEqual(outcomes, {
            "explore": [[], [], [], ["failure"], []],
            "hunt": [[], ["skipped"]],
            "replay": [[]],
        })  # fmt: skip
        self.assertEqual(suites["explore"].find("testcase/failure").text, "./vmrace replay bad.vmr --explain")

    def test_csv(self):
        with open(self.out / "csv" / "searches.csv", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), len(search_rows()))
        self.assertEqual([r["expected"] for r in rows].count("True"), 4)


class Junit(unittest.TestCase):
    def test_what_proves_nothing_is_skipped(self):
        interrupts, choice = "it has interrupts: take bound", "there was never a choice"
        for record, outcome in (
            (explore("a", "skipped", schedulers=["dpor"], note=interrupts), ("skipped", f"skipped: {interrupts}")),
            (explore("a", "not exposed", note=choice), ("skipped", f"not exposed: {choice}")),
            (explore("a", "sound", strategy="busted"), ("skipped", "what is wrong in it was not found")),
            (explore("a", "sound", as_found=["E1"], note="60 schedules"),
             ("skipped", "what is wrong in it was not found: 60 schedules")),
            (explore("a", "no memory", note="frames"), ("error", "no memory: frames")),
            (explore("a", "sound", note="60 schedules"), None),
            (hunt("a", "violation"), None),
        ):  # fmt: skip
            self.assertEqual(junit.searched(record), outcome, record["verdict"])


if __name__ == "__main__":
    unittest.main()
