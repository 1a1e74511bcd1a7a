#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The command as its user meets it: what it writes, says and refuses."""

import contextlib
import csv
import filecmp
import html.parser
import io
import json
import pathlib
import re
import sqlite3
import tempfile
import unittest
import xml.etree.ElementTree as ET

import campaign
import made

import report
from reporting import hodges_lehmann, measurements, plot_memory, plot_speed, sarif, write

hodges_lehmann.RESAMPLES = 1_000  # what is said is the same, and said sooner

STACK = "lk_ref_get busted.h:179\nvm_object_reference vm_object.c:89\nactor_act stress_trial.c:115\n"


def side(function, access):
    return {"function": function, "where": "vm_object.c:89", "access": access, "atomic": False,
            "size_bytes": 4, "stack": STACK}  # fmt: skip


def stress(strategy="busted", verdict="sanitizer report", races=(), met=7, **more):
    status = {"sound": 0, "violation": 1, "not exposed": 3, "sanitizer report": 66}[verdict]
    return {
        **made.ORIGIN, "command": "stress", "argv": "vmrace stress", "sanitizer": "thread",
        "allocator": "sanitizer", "vm_checks": True, "verdict": verdict, "status": status,
        "driver": "deallocate", "strategy": strategy, "cpus": 4, "seed": 1, "seconds": 2.0,
        "operations_max": 0, "perturb": False, "as_found": [], "frames": 1024, "cache_max": 0,
        "shootdown": "mach", "swap": "sync", "swap_pages": 16384, "refused": 0,
        "trouble": {"asked": "none", "failed_gets": 0, "failed_puts": 0, "failed_allocations": 0,
                    "late_writes": 0, "writes_at_once": 0, "never_done": 0, "lost_pages": 0},
        "daemon": True, "identity": "stress", "replay": f"./vmrace stress deallocate -s {strategy}",
        "note": "<script>&", "finished": True, "interrupted": False, "operations": 5, "rounds": 1,
        "delays": 0, "invariant_checks": 0, "wall_ns": 10**9, "operations_per_s": 5.0,
        "exposed": met, "reports": len(races), "reports_lost": 0, "convicted_by": races[0]["pair"] if races else None,
        "met": [{"a": "deallocate", "b": "lookup", "met": met}], "races": list(races), **more,
    }  # fmt: skip


RACE = {"kind": "data-race", "count": 3, "a": side("vm_object_free", "write"),
        "b": side("vm_object_reference", "read"), "pair": "deallocate x lookup", "hazard": "A1"}  # fmt: skip


def stress_rows():
    return [
        stress(races=[RACE]),
        stress(strategy="fine", verdict="sound"),
        stress(strategy="rcu", verdict="not exposed", met=0),
        stress(strategy="fine", races=[{**RACE, "kind": "heap-use-after-free"}], seed=5),
        stress(strategy="original", verdict="violation", as_found=["D1"], seed=2),
        stress(strategy="original", verdict="sound", as_found=["D1"], seed=3),
    ]


WORDS = {
    "workloads": [{"workload": "W1", "operation": "lookup_hot", "sentence": "one object, by all"},
                  {"workload": "W9", "operation": "other", "sentence": "not measured at all"}],
    "subjects": [{"name": "rcu", "kind": "strategy", "sentence": "lookups under RCU"},
                 {"name": "lfht", "kind": "peer", "sentence": "liburcu's resizable hash"}],
    "axes": [{"name": "table", "sentence": "buckets of the table"},
             {"name": "pages", "sentence": "of no workload here"}],
    "events": [{"name": "locks", "sentence": "locks of every kind"},
               {"name": "ipis", "sentence": "interrupts to others"}],
}  # fmt: skip


class Page(html.parser.HTMLParser):
    """Its text, what it refers to, and whether tags are balanced."""

    VOID = {"meta", "link", "br", "img", "hr", "input"}

    def __init__(self, text):
        super().__init__()
        self.text, self.references, self.ids, self.open, self.tags = [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name in ("src", "href", "xlink:href", "data", "action", "srcset"):
                self.references.append(value)
            if name in ("aria-label", "alt", "title"):
                self.text.append(value)
            if name == "id":
                self.ids.append(value)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:], self.getpos())
        self.open.pop()

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.text.append(data)


def unfilled(text):
    """A word in a brace: what a format string has that was never filled in."""
    return re.findall(r"\{[A-Za-z_][^{}\s]*", text)


def run(*arguments):
    """(status, stdout, stderr)"""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = report.main(list(map(str, arguments)))
        except SystemExit as end:
            status = end.code
    return status, out.getvalue(), err.getvalue()


class Whole(unittest.TestCase):
    """One report of everything, looked at from all sides."""

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory(prefix="vmrace report ")
        cls.top = pathlib.Path(cls.place.name)
        cls.records = cls.top / "records"
        cls.records.mkdir()
        made.write(cls.records / "bench.jsonl", campaign.campaign())
        (cls.records / "bench-list.json").write_text(json.dumps(WORDS))
        made.write(cls.records / "stress.jsonl", stress_rows())
        cls.out = cls.top / "out"
        cls.status, cls.stdout, cls.stderr = run(cls.records, "-o", cls.out)
        cls.html = (cls.out / "index.html").read_text("utf-8")
        cls.page = Page(cls.html)

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def test_it_says_where_and_nothing_else_went_wrong(self):
        self.assertEqual((self.status, self.stderr), (0, ""))
        self.assertEqual(self.stdout.splitlines()[-1], str(self.out / "index.html"))

    def test_html_is_whole_and_balanced(self):
        self.assertEqual(self.page.open, [])
        self.assertEqual(len(self.page.ids), len(set(self.page.ids)))

    def test_nothing_comes_from_outside(self):
        self.assertNotIn("script", self.page.tags)
        self.assertNotIn("link", self.page.tags)
        self.assertNotIn("@import", self.html)
        for reference in self.page.references:
            if reference.startswith("#"):
                self.assertIn(reference[1:], self.page.ids)
            else:
                self.assertTrue((self.out / reference).is_file(), reference)
        for url in re.findall(r"url\(([^)]*)\)", self.html):
            self.assertTrue(url.startswith("#"), url)
            self.assertIn(url[1:], self.page.ids)

    def test_all_pictures_are_in_it_and_beside_it(self):
        pictures = sorted(p.stem for p in (self.out / "pictures").glob("*.svg"))
        self.assertEqual(self.page.tags.count("svg"), len(pictures))
        self.assertEqual(pictures, sorted(p.stem for p in (self.out / "pictures").glob("*.png")))
        kinds = {name.split("-")[0] for name in pictures}
        self.assertEqual(kinds, {"speed", "ratios", "fairness", "latency", "memory", "matrix", "times"})
        for name in pictures:
            with open(self.out / "csv" / f"{name}.csv", encoding="utf-8") as file:
                self.assertGreater(len(list(csv.reader(file))), 1, name)

    def test_a_reader_is_told(self):
        text = " ".join(" ".join(self.page.text).split())
        for words in ("Made EPYC", "0123456789ab", "near", "fast both times", "Left out",
                      "the CPUs moved: 60 ns, then 320", "./vmrace stress deallocate -s fine",
                      "hazard A1", "events per operation"):  # fmt: skip
            self.assertIn(words, text)
        for words in ("one object, by all", "lookups under RCU", "liburcu's resizable hash",
                      "buckets of the table", "locks of every kind"):  # fmt: skip
            self.assertIn(words, text)
        for words in ("not measured at all", "of no workload here", "interrupts to others"):
            self.assertNotIn(words, text)
        self.assertIn("Counted, and never seen: ipis", text)
        self.assertNotIn("nan", text.lower().split())
        self.assertNotIn("None", text.split())

    def test_every_brace_was_filled_in(self):
        self.assertEqual(unfilled("the {a[0]} of {b:.3g} at {c"), ["{a[0]", "{b:.3g", "{c"])
        self.assertEqual(unfilled("p { font: 16px } and {} and {1, 2}"), [])
        self.assertEqual(unfilled("\n".join(self.page.text)), [])
        self.assertEqual(unfilled((self.out / "report.md").read_text("utf-8")), [])
        self.assertEqual(unfilled(self.stdout), [])

    def test_waits_are_told_of_two_threads(self):
        text = (self.out / "report.md").read_text("utf-8")
        part = text[text.index("## Fairness") : text.index("## Latency")]
        self.assertIn("mostly a slice of the host's scheduler; what tells", part)
        lines = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| W")]
        self.assertEqual(len(lines), 2 * 2 * len(campaign.NEAR))
        line = next(one for one in lines if one[2:4] == ["near", "original"])
        self.assertEqual(line[:2], ["W1 lookup_hot objects:1/table:157", "2"])
        self.assertRegex(line[5], r"^0\.8[23]\d$")
        self.assertLess(float(line[6]), float(line[5]))
        self.assertRegex(line[8], r"^1\.2\d? ms$")
        with open(self.out / "csv" / "fairness.csv", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), len(lines))
        for row in rows:
            self.assertLess(float(row["longest_wait_median_ns"]), float(row["longest_wait_ns"]))

    def test_markdown_says_the_same(self):
        text = (self.out / "report.md").read_text("utf-8")
        headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
        self.assertEqual(headings[:2], ["What is compared", "Claims"])
        for heading in headings:
            self.assertIn(heading, self.page.text)
        for row in re.findall(r"^\|.*\|$", text, re.M):
            self.assertGreater(row.count("|"), 2)
        for path in re.findall(r"\]\(([^)]+)\)", text):
            self.assertTrue((self.out / path).is_file(), path)

    def test_the_same_records_give_the_same_files(self):
        again = self.top / "again"
        run(self.records, "-o", again)
        for path in sorted(p for p in self.out.rglob("*") if p.is_file()):
            other = again / path.relative_to(self.out)
            self.assertTrue(filecmp.cmp(path, other, shallow=False), path)
        # and again over itself, with nothing left of what was there
        (again / "pictures" / "old.svg").touch()
        run(self.records, "-o", again)
        self.assertFalse((again / "pictures" / "old.svg").exists())

    def test_data_base(self):
        base = sqlite3.connect(self.out / "records.sqlite")
        count = lambda table: base.execute(f"select count(*) from {table}").fetchone()[0]  # noqa: E731
        self.assertEqual(count("stress"), len(stress_rows()))
        self.assertEqual(count("bench"), len(campaign.campaign()))
        self.assertGreater(count("claims"), 10)
        rates = base.execute("select ops_per_s from measurements where regime = 'near'").fetchall()
        self.assertGreater(len(rates), 100)
        base.close()

    def test_junit(self):
        top = ET.parse(self.out / "junit.xml").getroot()
        suites = {suite.get("name"): suite for suite in top}
        self.assertEqual(set(suites), {"stress", "claims"})
        outcomes = [[child.tag for child in case] for case in suites["stress"]]
        self.assertEqual(
            outcomes, [[], [], ["skipped"], ["failure"], [], ["skipped"]]
        )
        self.assertEqual(suites["stress"].get("failures"), "1")
        self.assertEqual(suites["stress"].get("tests"), "6")
        self.assertEqual(
            int(suites["claims"].get("failures")),
            sum("fails" in line for line in self.stdout.splitlines()),
        )


class Runs(unittest.TestCase):
    """Runs of traces, whose records have no races: who is convicted, and who should be."""

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.top = pathlib.Path(cls.place.name)
        tsan = {"sanitizer": "thread", "allocator": "sanitizer", "note": "1 sanitizer report, see above"}
        made.write(cls.top / "runs.jsonl", [
            made.run_record("rcu", "sanitizer report", **tsan),
            made.run_record("busted", "sanitizer report", **tsan),
            made.run_record("busted", "violation"),
            made.run_record("busted"),
            made.run_record("fine"),
            made.run_record("percpu", "violation", plant="leak"),
            made.run_record("global", "violation", note="leak census"),
        ])  # fmt: skip
        made.write(cls.top / "stress.jsonl", [stress(strategy="original", reports=1), stress(races=[RACE])])
        cls.status, _, cls.stderr = run(cls.top)
        cls.text = (cls.top / "report" / "report.md").read_text("utf-8")

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def test_all_that_should_have_been_sound_is_on_the_page(self):
        self.assertEqual((self.status, self.stderr), (0, ""))
        part = self.text[self.text.index("## Violations") :]
        part = part[: part.index("\n## ")]
        self.assertIn("3 rows were convicted", part)
        lines = [line.strip("| ").split(" | ")[:2] for line in part.splitlines() if "`./vmrace" in line]
        self.assertEqual(lines, [["original", "deallocate"], ["rcu", "make"], ["global", "make"]])
        self.assertIn("1 sanitizer report, see above | `./vmrace run make -s rcu`", part)

    def test_junit(self):
        suites = {s.get("name"): s for s in ET.parse(self.top / "report" / "junit.xml").getroot()}
        outcomes = [[child.tag for child in case] for case in suites["run"]]
        self.assertEqual(outcomes, [["failure"], [], [], ["skipped"], [], [], ["failure"]])


def refused_records():
    """A smoke run on a machine with other work: everything once, nothing admitted."""
    true = {"original": 1e7, "rcu": 2e7, "empty": 1e8}
    args = {"workload": "W2", "operation": "lookup_many", "args": "objects:1024/table:157"}
    records = []
    for threads in (1, 2):
        records += made.blocks(made.Noise(1), true, 1, 1, passes=1, threads=threads, rss_kb=5000, **args)
    for k, one in enumerate(records):
        if one["strategy"] == "empty":
            one["rss_kb"] = 4000
        one.update(admitted=False, regime="mixed", refused=f"two CPUs did 1.{k}5 times the work of one")
    return records


class AllRefused(unittest.TestCase):
    """What a newcomer gets who measures on a busy machine."""

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.top = pathlib.Path(cls.place.name)
        made.write(cls.top / "bench.jsonl", refused_records())
        run(cls.top, "--aa")
        cls.out = cls.top / "report"
        cls.text = (cls.out / "report.md").read_text("utf-8")

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def test_the_reason_comes_first(self):
        lead = self.text[: self.text.index("## ")]
        self.assertIn("0 of 6 repetitions were admitted", lead)
        self.assertIn("two CPUs did 1.05 to 1.55 times the work of one (6)", lead)
        self.assertIn("quiet machine", lead)

    def test_it_has_a_picture_that_says_what_it_is(self):
        svg = list((self.out / "pictures").glob("speed-*.svg"))
        self.assertEqual(len(svg), 1)
        with open(self.out / "csv" / f"{svg[0].stem}.csv", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual({row["regime"] for row in rows}, {"not ours"})
        self.assertIn("to look at, not to quote", self.text)
        self.assertIn("is not known from one repetition of each", self.text)
        self.assertNotIn("ratios-", self.text)

    def test_claims_say_that_it_was_not_admitted(self):
        lines = [line for line in self.text.splitlines() if line.startswith("| W2.rcu")]
        self.assertEqual([line.split(" | ")[2] for line in lines], ["near", "far"])
        for line, bound in zip(lines, ("≥ 4", "≥ 3")):
            self.assertIn(bound.replace(" ", "\N{NO-BREAK SPACE}"), line)
            self.assertIn("not admitted (2)", line)

    def test_nothing_could_be_dealt(self):
        self.assertIn("Nothing could be dealt", self.text)

    def test_names_without_sentences(self):
        self.assertIn("The records came without `bench-list.json`", self.text)

    def test_memory_without_the_program(self):
        name = "memory-w2-lookup-many-objects-1024-table-157"
        with open(self.out / "csv" / f"{name}.csv", encoding="utf-8") as file:
            rows = {row["strategy"]: row for row in csv.DictReader(file)}
        self.assertEqual(set(rows), {"original", "rcu"})
        self.assertEqual(float(rows["rcu"]["rss_over_empty"]), 1000 * 1024)
        self.assertIn("was not measured here", self.text)
        self.assertNotIn("No strategy held memory", self.text)


class Fastest(unittest.TestCase):
    def said(self, second, n=6, repetitions=2, noise=0.01):
        records = made.blocks(made.Noise(3, noise, noise / 2), {"rcu": 2e6, "fine": second}, n, repetitions)
        table = measurements.tabulate(made.Kept(records))
        return plot_speed.reading(plot_speed.points(measurements.shown(table)))

    def test_one_that_is_ahead(self):
        self.assertRegex(self.said(1e6), r"near: rcu \(2(\.\d+)? M/s, 24 repetitions\)\.")

    def test_two_that_overlap(self):
        self.assertIn(" or ", self.said(2.001e6))
        self.assertIn("whose intervals overlap", self.said(2.001e6))

    def test_too_few_to_say(self):
        self.assertIn("not known from 4 repetitions of each", self.said(1e6, n=2, repetitions=1))

    def test_one_object_leaves_no_memory_to_show(self):
        records = made.blocks(made.Noise(3), {"rcu": 2e6}, 2, rss_kb=5000, args="objects:1/table:157")
        table = measurements.tabulate(made.Kept(records))
        self.assertEqual(list(plot_memory.pictures(table, "")), [])


class Sarif(unittest.TestCase):
    """Held against what SARIF 2.1.0 requires, section by section."""

    def setUp(self):
        self.log = sarif.log(stress_rows())
        self.run = self.log["runs"][0]

    def test_log_and_tool(self):
        self.assertEqual(self.log["version"], "2.1.0")
        self.assertIsInstance(self.log["runs"], list)
        driver = self.run["tool"]["driver"]
        self.assertTrue(driver["name"])
        ids = [rule["id"] for rule in driver["rules"]]
        self.assertEqual(len(ids), len(set(ids)))
        for rule in driver["rules"]:
            self.assertTrue(rule["shortDescription"]["text"])
            self.assertNotIn("helpUri", rule)  # would have to be absolute
            self.assertIn(f"Entry {rule['id']} of docs/hazards.md", rule["help"]["text"])

    def test_results(self):
        self.assertEqual(len(self.run["results"]), 2)
        rules = {rule["id"] for rule in self.run["tool"]["driver"]["rules"]}
        for result in self.run["results"]:
            self.assertEqual(result["ruleId"], "A1")
            self.assertIn(result["ruleId"], rules)
            self.assertIn(result["level"], ("none", "note", "warning", "error"))
            self.assertTrue(result["message"]["text"])
            self.assertGreaterEqual(result["occurrenceCount"], 1)
        levels = {r["properties"]["strategy"]: r["level"] for r in self.run["results"]}
        self.assertEqual(levels, {"busted": "note", "fine": "error"})

    def test_one_code_flow_of_two_thread_flows(self):
        for result in self.run["results"]:
            self.assertEqual(len(result["codeFlows"]), 1)
            flows = result["codeFlows"][0]["threadFlows"]
            self.assertEqual([flow["id"] for flow in flows], ["a", "b"])
            orders = []
            for flow in flows:
                self.assertGreaterEqual(len(flow["locations"]), 1)
                depths = [step["nestingLevel"] for step in flow["locations"]]
                self.assertEqual(depths, sorted(depths))
                orders.append(flow["locations"][-1]["executionOrder"])
                outermost = flow["locations"][0]["location"]["logicalLocations"][0]["name"]
                self.assertEqual(outermost, "actor_act")
            self.assertEqual(orders, [2, 1])

    def test_every_location_is_one(self):
        def walk(thing):
            if isinstance(thing, dict):
                if "physicalLocation" in thing:
                    yield thing["physicalLocation"]
                for inner in thing.values():
                    yield from walk(inner)
            elif isinstance(thing, list):
                for inner in thing:
                    yield from walk(inner)

        found = list(walk(self.run["results"]))
        self.assertGreater(len(found), 10)
        for one in found:
            uri = one["artifactLocation"]["uri"]
            self.assertTrue((sarif.HOME / uri).is_file(), uri)
            self.assertIn(one["artifactLocation"]["uriBaseId"], self.run["originalUriBaseIds"])
            self.assertGreaterEqual(one["region"]["startLine"], 1)

    def test_the_fingerprint_is_the_pair_and_no_line(self):
        keys = [r["partialFingerprints"]["racePair/v1"] for r in self.run["results"]]
        self.assertIn("data-race: vm_object_free write x vm_object_reference read", keys)
        swapped = {**RACE, "a": RACE["b"], "b": RACE["a"]}
        moved = json.loads(json.dumps(swapped).replace(":89", ":90"))
        log = sarif.log([stress(races=[RACE, moved])])
        self.assertEqual(len(log["runs"][0]["results"]), 1)
        self.assertEqual(log["runs"][0]["results"][0]["occurrenceCount"], 6)

    def test_no_races_are_a_log_without_results(self):
        self.assertEqual(sarif.log([])["runs"][0]["results"], [])


class Refusals(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.top = pathlib.Path(place.name)

    def one_line(self, err, *words):
        self.assertEqual(len(err.splitlines()), 1, err)
        for word in ("vmrace: report: ", *words):
            self.assertIn(word, err)

    def test_misuse(self):
        for words in ([], ["--frobnicate", "x"], ["x", "-o"]):
            status, out, err = run(*words)
            self.assertEqual((status, out), (64, ""))
            self.one_line(err, "see vmrace report --help")

    def test_help(self):
        status, out, err = run("--help")
        self.assertEqual((status, err), (0, ""))
        self.assertTrue(out.startswith("Usage: vmrace report"))

    def test_nothing_there(self):
        status, _, err = run(self.top / "none")
        self.assertEqual(status, 4)
        self.one_line(err, "none: no such file or directory")
        status, _, err = run(self.top)
        self.assertEqual(status, 4)
        self.one_line(err, "no records below")

    def test_out_cannot_be_written(self):
        made.write(self.top / "stress.jsonl", stress_rows())
        (self.top / "file").touch()
        status, out, err = run(self.top, "-o", self.top / "file")
        self.assertEqual((status, out), (4, ""))
        self.one_line(err, "file")

    def test_what_is_no_report_is_left_alone(self):
        made.write(self.top / "stress.jsonl", stress_rows())
        for name in ("pictures/mine.svg", "csv/mine.csv", "report.md"):
            out = self.top / f"docs of {name.split('/')[0]}"
            (out / name).parent.mkdir(parents=True)
            (out / name).write_text("mine")
            status, said, err = run(self.top / "stress.jsonl", "-o", out)
            self.assertEqual((status, said), (4, ""))
            self.one_line(err, name.split("/")[0], "not of an older report")
            self.assertEqual([p.read_text() for p in out.rglob("*") if p.is_file()], ["mine"])

    def test_other_files_do_not_matter(self):
        made.write(self.top / "stress.jsonl", stress_rows())
        self.assertEqual(run(self.top, "-o", self.top)[0], 0)
        self.assertEqual(run(self.top, "-o", self.top)[0], 0)
        self.assertTrue((self.top / "stress.jsonl").exists())

    def test_a_report_is_replaced_whole_or_not_marked_or_not(self):
        made.write(self.top / "stress.jsonl", stress_rows())
        out = self.top / "report"
        run(self.top)
        for gone in ("index.html", write.MARK):
            (out / gone).unlink()
            (out / "csv" / "old.csv").touch()
            self.assertEqual(run(self.top)[0], 0, gone)
            self.assertFalse((out / "csv" / "old.csv").exists())
            self.assertTrue((out / gone).exists())
        (out / "index.html").unlink()
        (out / write.MARK).unlink()
        self.assertEqual(run(self.top)[0], 4)

    def test_lines_that_are_no_records_are_told_and_left_out(self):
        good = json.dumps(stress(strategy="fine", verdict="sound"))
        wrong = json.dumps({**stress(strategy="fine", verdict="sound"), "seed": "x"})
        (self.top / "a.jsonl").write_text(f"{good}\nnonsense\n\n{wrong}\n[]\n{good[:90]}")
        status, _, err = run(self.top, "-o", self.top / "out")
        self.assertEqual(status, 0)
        lines = err.splitlines()
        self.assertEqual(len(lines), 4)
        self.assertIn("a.jsonl:2: not JSON", lines[0])
        self.assertIn("a.jsonl:4: seed: 'x' is not of type 'integer': skipped", lines[1])
        self.assertIn("a.jsonl:5: not a record", lines[2])
        self.assertIn("a.jsonl:6: ends in the middle of a record: skipped", lines[3])
        text = (self.top / "out" / "index.html").read_text("utf-8")
        self.assertIn("a line that is no record", text)

    def test_many_wrong_lines_do_not_flood(self):
        made.write(self.top / "a.jsonl", [{"n": n} for n in range(300)])
        status, _, err = run(self.top)
        self.assertEqual((status, len(err.splitlines())), (4, 7))

    def test_a_copy_counts_once(self):
        for name in ("a", "b"):
            made.write(self.top / f"{name}.jsonl", [stress(strategy="fine", verdict="sound")])
        run(self.top, self.top / "a.jsonl", "-o", self.top / "out")
        base = sqlite3.connect(self.top / "out" / "records.sqlite")
        self.assertEqual(base.execute("select count(*) from stress").fetchone()[0], 1)
        base.close()

    def test_where_it_goes_by_default(self):
        made.write(self.top / "stress.jsonl", stress_rows())
        self.assertEqual(run(self.top)[1].splitlines()[-1], str(self.top / "report/index.html"))


if __name__ == "__main__":
    unittest.main()
