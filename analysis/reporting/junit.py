# SPDX-License-Identifier: BSD-2-Clause
"""Rows and claims as JUnit XML, for whatever shows test results.

A row passes if it was sound.  A row whose point it is to be convicted (`busted`, a
canary, a defect given back or planted) passes if it was; a control that gets away
fails, a defect that was not met this time is skipped, and so is a run of a trace,
which does not hunt for any.  A search passes if it was sound or failed as expected,
and is skipped if what should have failed did not.  A claim passes if it holds, and
is skipped where it could not be judged.
"""

import xml.etree.ElementTree as ET

from reporting import races, searches

FORBIDDEN = {c: None for c in range(32) if c not in (9, 10, 13)}  # in XML 1.0


def outcome(record):
    """(element, message), or None if it passed."""
    verdict, note = record["verdict"], record["note"]
    if verdict in ("not started", "no memory", "interrupted"):
        return "error", f"{verdict}: {note}"
    if verdict in ("skipped", "not exposed"):
        return "skipped", f"{verdict}: {note}"
    if not races.expected(record):
        return ("failure", f"{verdict}: {note}") if races.convicted(record) else None
    if races.convicted(record):
        return None
    if record["command"] == "run":
        return "skipped", "what is wrong in it was not found this time"
    if record["as_found"]:
        return "skipped", "the defect that was given back was not found this time"
    return "failure", "a control was not convicted"


def name_of(record):
    what = f"{record['strategy']}, {record['cpus']} CPUs, seed {record['seed']}"
    for word in ("sanitizer", "as_found", "perturb", "round"):
        value = record.get(word)
        if value and value != "none":
            what += f", {word} {','.join(value) if isinstance(value, list) else value}"
    return what


def searched(record):
    """The same of a search: it passes if it went as expected."""
    verdict, note = record["verdict"], record["note"]
    if verdict in ("not started", "no memory", "interrupted"):
        return "error", f"{verdict}: {note}"
    if searches.surprising(record):
        return "failure", f"{verdict}: {note}"
    if verdict in ("skipped", "not exposed"):
        return "skipped", f"{verdict}: {note}"
    if verdict == "sound" and searches.expected(record):
        return "skipped", ": ".join(filter(None, ("what is wrong in it was not found", note)))
    return None


def search_case(suite, record):
    who = record.get("schedulers") or [record["reproducer"]]
    what = [record["strategy"], *record["as_found"], *who]
    case = ET.SubElement(
        suite, "testcase", classname=f"{record['command']}.{record['scenario']}",
        name=", ".join(what), time=f"{record.get('wall_s', 0):.3f}",
    )  # fmt: skip
    found = searched(record)
    if found:
        element = ET.SubElement(case, found[0], message=found[1].translate(FORBIDDEN))
        element.text = searches.replay_of(record).translate(FORBIDDEN)


def row_case(suite, record):
    place = record["driver"] if record["command"] == "stress" else record["trace"]
    case = ET.SubElement(
        suite, "testcase", classname=f"{record['command']}.{place}", name=name_of(record),
        time=f"{record['wall_ns'] / 1e9:.3f}",
    )  # fmt: skip
    found = outcome(record)
    if found:
        element = ET.SubElement(case, found[0], message=found[1].translate(FORBIDDEN))
        element.text = record["replay"].translate(FORBIDDEN)


def claim_case(suite, row):
    case = ET.SubElement(
        suite, "testcase", classname=f"claims.{row.id}",
        name=f"{row.family} {row.regime}: {row.shown_bound}", time="0",
    )  # fmt: skip
    if row.verdict.startswith("fails"):
        ET.SubElement(case, "failure", message=row.verdict).text = row.text
    elif row.verdict != "holds":
        ET.SubElement(case, "skipped", message=row.verdict)


def count(suite):
    suite.set("tests", str(len(suite)))
    for element, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{element}"))))


def write(path, records, claims):
    top = ET.Element("testsuites", name="vmrace")
    for command in ("stress", "run", *searches.COMMANDS):
        if records.of(command):
            suite = ET.SubElement(top, "testsuite", name=command)
            for record in records.of(command):
                (search_case if command in searches.COMMANDS else row_case)(suite, record)
            count(suite)
    if any(row.value is not None for row in claims):
        suite = ET.SubElement(top, "testsuite", name="claims")
        for row in claims:
            claim_case(suite, row)
        count(suite)
    ET.indent(top)
    ET.ElementTree(top).write(path, encoding="utf-8", xml_declaration=True)
