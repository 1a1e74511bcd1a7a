#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What evidence.py writes: sections, promises, what else ran on the machine."""

import pathlib
import subprocess
import sys
import tempfile
import time
import unittest
from types import SimpleNamespace

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "analysis"))

import evidence
from showing import determinism, document, machine, pairs

QUIET = SimpleNamespace(machine=SimpleNamespace(loaded=False))
LOADED = SimpleNamespace(machine=SimpleNamespace(loaded=True))
MARKS = "<!-- {0}: made by analysis/evidence.py -->\n{1}\n<!-- {0}: end -->\n"


class Sections(unittest.TestCase):
    def test_a_section_that_is_put_twice_is_put_once(self):
        with tempfile.TemporaryDirectory() as scratch:
            path = pathlib.Path(scratch) / "a file.md"
            path.write_text("head\n" + MARKS.format("one", "old") + "between\n" + MARKS.format("two", "kept"))
            document.put("one", r"new \1 & more" + "\n\n", path)
            once = path.read_text()
            document.put("one", r"new \1 & more" + "\n\n", path)
            self.assertEqual(path.read_text(), once)
            self.assertEqual(once, "head\n" + MARKS.format("one", r"new \1 & more")
                             + "between\n" + MARKS.format("two", "kept"))  # fmt: skip
            with self.assertRaises(SystemExit):
                document.put("three", "", path)
            self.assertEqual([path], list(path.parent.iterdir()))

    def test_every_section_has_its_place(self):
        text = document.PATH.read_text(encoding="utf-8")
        for name in [*evidence.PARTS, "alarms, thread"]:
            self.assertEqual(text.count(f"<!-- {name}: made by"), 1, name)
            self.assertEqual(text.count(f"<!-- {name}: end -->"), 1, name)
        self.assertIn(f"in {evidence.total(evidence.FULL)} minutes", text)

    def test_prose_is_no_wider_than_it_should_be(self):
        wide = [line for line in document.paragraph("word " * 100).splitlines() if len(line) > document.WIDTH]
        self.assertEqual(wide, [])


class Promises(unittest.TestCase):
    def test_what_is_not_met_says_why(self):
        promises = document.Promises(QUIET)
        promises.add("a", "1", True, "unused")
        promises.add("b", "0", False, "too slow")
        promises.add("c", "0", False)
        self.assertEqual(promises.table()[2:], ["| a | 1 | met |", "| b | 0 | **not met**: too slow |",
                                                "| c | 0 | **not met** |", ""])  # fmt: skip
        self.assertEqual(promises.broken, ["b", "c"])
        self.assertIs(QUIET.promises, promises)

    def test_a_loaded_machine_is_a_reason(self):
        promises = document.Promises(LOADED)
        promises.add("b", "0", False, "too slow")
        self.assertEqual(promises.table()[2], "| b | 0 | **not met**: too slow; others were at work |")


class Machines(unittest.TestCase):
    def test_own_work_is_not_others(self):
        one = machine.Machine(0.0)
        before = one.others()
        end = time.monotonic() + 1
        own = machine.own_s()
        subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < .3: pass"], check=True)
        while time.monotonic() < end:
            pass
        self.assertGreaterEqual(machine.own_s() - own, 0.3)
        self.assertGreaterEqual(before, 0)
        # Others may be at work, but what we did is not theirs.
        total = (machine.busy_s() - one.busy) / one.spent()
        self.assertLess(one.others(), total)

    def test_what_outlives_its_parent_is_ours(self):
        machine.Machine(0.0)
        own, busy = machine.own_s(), "import time\nwhile time.process_time() < .3: pass"
        subprocess.run(["sh", "-c", '"$0" -c "$1" &', sys.executable, busy], check=True)
        patience = time.monotonic() + 60
        while machine.own_s() - own < 0.3 and time.monotonic() < patience:
            time.sleep(0.05)
            machine.bury()
        self.assertGreaterEqual(machine.own_s() - own, 0.3)

    @staticmethod
    def ran(load, seconds, others):
        """A part that ran so long, while others had so many processors."""
        one = machine.Machine(load)
        one.begin -= seconds
        one.busy = machine.busy_s() - (machine.own_s() - one.own) - others * seconds
        return one

    def test_what_others_had_meanwhile_decides(self):
        for load, others, loaded in [(3, 0.01, False), (0, 0.01, False), (0, 0.5, True), (3, 0.5, True)]:
            one = self.ran(load, 1000, others)
            self.assertEqual(one.loaded, loaded, (load, others))
            self.assertEqual("**loaded" in one.words(), loaded)
            self.assertIn(f"load before it began {load:.2f}, others had {others:.2f} ", one.words())

    def test_where_that_is_not_known_the_load_does(self):
        self.assertTrue(self.ran(0.6, 0, 0).loaded)
        self.assertIn("**loaded", self.ran(0.6, 0, 0).words())
        self.assertFalse(self.ran(0.4, 0, 0).loaded)


class Comparisons(unittest.TestCase):
    @staticmethod
    def row(**other):
        return {"scenario": "a", "strategy": "none", "schedulers": ["pos"], "trace_hash": "1", "points": 9,
                "executions": 4, "found": [], "wrong": None, "sanitizer": "none", **other}  # fmt: skip

    def test_a_crash_is_a_difference_but_where_a_sanitizer_is_right(self):
        crash = {"found": [{"verdict": "crash"}], "sanitizer": "address", "trace_hash": "2"}
        one = determinism.Comparison()
        one.add("first", None, self.row())
        one.add("sound", None, self.row(**crash))
        one.add("plain", None, self.row(**crash | {"sanitizer": "none", "wrong": "something"}))
        self.assertEqual([label for label, _, _ in one.different], ["sound", "plain"])
        one.add("wrong", None, self.row(**crash, wrong="something"))
        self.assertEqual([label for label, _ in one.ended], ["wrong"])
        self.assertEqual((one.seeds, one.compared), (4, 8))


class Words(unittest.TestCase):
    def test_where_programs_and_records_lie_is_left_out(self):
        self.assertEqual(
            evidence.told(["-t", "3", "--write", "--program", "/a b/c", "-o", "D", "account"]),
            ["-t", "3", "account"],
        )

    def test_all_writes_each_section_once(self):
        plan = [(name, tuple(words)) for name, words in evidence.FULL]
        self.assertEqual(len(plan), len(set(plan)))
        self.assertEqual({name for name, _ in plan}, set(evidence.PARTS))
        self.assertEqual({name for name, _ in evidence.SMOKE}, set(evidence.PARTS))

    def test_an_estimate_below_what_was_seen_is_left_out(self):
        seen = {"space": {"seen": 5, "unit": "classes"}}
        self.assertEqual(pairs.estimate(seen), "5 classes seen")
        seen["space"]["estimate"] = 10.0
        self.assertEqual(pairs.estimate(seen), "5 of ≈ 10 classes (0.5)")


if __name__ == "__main__":
    unittest.main()
