# SPDX-License-Identifier: BSD-2-Clause
"""Races as SARIF 2.1.0, which other tools and code hosts show beside the source.

A result is a race under a strategy.  Its one code flow has two thread flows, the
two sides, each from its thread's start to the access; executionOrder says whose
access came first (ThreadSanitizer reports the later one as a).  The rule is the
entry of docs/hazards.md if there is one, else the kind of report; the fingerprint
is the pair of functions, so that a result stays itself when lines move.
"""

import functools
import json
import pathlib
import re

from reporting.races import expected, key_of

HOME = pathlib.Path(__file__).resolve().parent.parent.parent
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
FRAME = re.compile(r"^(?P<function>.+?) (?P<file>[^ ]+?):(?P<line>\d+)$")
ORDER = {"a": 2, "b": 1}


@functools.cache
def source(name):
    """The path from the root of the tree of a file that a record names without it."""
    for folder in ("core", "locking", "pmap_sim", "stress", "stress/drivers", "tests"):
        if (HOME / folder / name).is_file():
            return f"{folder}/{name}"
    return name


@functools.cache
def hazards():
    """{id: sentence} of the defects that can be given back, and names of all others."""
    known = {}
    for line in (HOME / "docs/hazards.md").read_text(encoding="utf-8").splitlines():
        found = re.match(r"^\| ([A-G]\d+) \| [^|]* \| ([^|]+) \| ([^|]+) \|", line)
        if found:
            known[found[1]] = f"{found[2].strip()}: {found[3].strip()}"
    return known


def physical(file, line):
    return {
        "artifactLocation": {"uri": source(file), "uriBaseId": "SRCROOT"},
        "region": {"startLine": max(1, int(line))},
    }


def location(frame):
    """Of one line of a stack; what has no line has only its name."""
    found = FRAME.match(frame)
    if not found:
        return {"logicalLocations": [{"name": frame, "kind": "function"}]}
    return {
        "physicalLocation": physical(found["file"], found["line"]),
        "logicalLocations": [{"name": found["function"], "kind": "function"}],
    }


def frames(side):
    """Innermost first."""
    return [line for line in side["stack"].splitlines() if line.strip()]


def said(side):
    atomic = "atomic " if side["atomic"] else ""
    return f"{atomic}{side['access']} of {side['size_bytes']} bytes in {side['function'] or '?'}"


def thread_flow(name, side):
    steps = list(reversed(frames(side))) or [side["function"] or "?"]
    locations = [
        {"location": location(frame), "nestingLevel": depth} for depth, frame in enumerate(steps)
    ]
    locations[-1]["location"]["message"] = {"text": said(side)}
    locations[-1]["executionOrder"] = ORDER[name]
    return {"id": name, "message": {"text": f"side {name}: {said(side)}"}, "locations": locations}


def stack(name, side):
    return {
        "message": {"text": f"side {name}"},
        "frames": [{"location": location(frame)} for frame in frames(side)],
    }


def place(side):
    """Where core/ or the machine did it."""
    found = re.match(r"^(.+):(\d+)$", side["where"])
    if found:
        return {"physicalLocation": physical(found[1], found[2])}
    return {"logicalLocations": [{"name": side["function"] or "?", "kind": "function"}]}


def result(record, race, count):
    a, b = race["a"], race["b"]
    text = f"{race['kind']} under {record['strategy']}: {said(a)}, after {said(b)}"
    related = {**place(b), "id": 1, "message": {"text": f"the other side: {said(b)}"}}
    return {
        "ruleId": race.get("hazard") or race["kind"],
        "level": "note" if expected(record) else "error",
        "message": {"text": f"{text}. Replay: {record['replay']}"},
        "locations": [{**place(a), "message": {"text": said(a)}}],
        "relatedLocations": [related],
        "codeFlows": [{"threadFlows": [thread_flow("a", a), thread_flow("b", b)]}],
        "stacks": [stack("a", a), stack("b", b)],
        "partialFingerprints": {"racePair/v1": key_of(race)},
        "occurrenceCount": count,
        "properties": {
            "strategy": record["strategy"], "driver": record["driver"], "seed": record["seed"],
            "pair": race.get("pair", ""), "asFound": record["as_found"],
            "replay": record["replay"],
        },
    }  # fmt: skip


def results(records):
    """One for each race under each strategy, the first report of it with the count of all."""
    first, counts = {}, {}
    for record in records:
        for race in record["races"]:
            name = (key_of(race), record["strategy"], expected(record))
            first.setdefault(name, (record, race))
            counts[name] = counts.get(name, 0) + race["count"]
    return [result(*first[name], counts[name]) for name in sorted(first)]


def rule(name):
    """Its help is words: a helpUri has to be absolute, and a tree is wherever it was unpacked."""
    if name not in hazards():
        return {"id": name, "shortDescription": {"text": f"{name}, as the sanitizer calls it"}}
    return {
        "id": name,
        "shortDescription": {"text": hazards()[name]},
        "help": {"text": f"Entry {name} of docs/hazards.md, in vmrace's tree, says how it comes about."},
    }


def log(records):
    """The whole file, as an object."""
    found = results(records)
    versions = [r["version"] for r in records if r["version"]]
    driver = {
        "name": "vmrace",
        "rules": [rule(name) for name in sorted({one["ruleId"] for one in found})],
    }
    if versions:
        driver["version"] = versions[0]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": driver},
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": {"SRCROOT": {"description": {"text": "the root of vmrace's tree"}}},
            "results": found,
        }],
    }  # fmt: skip


def write(path, records):
    path.write_text(json.dumps(log(records), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
