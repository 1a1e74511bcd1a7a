#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""damage.py FILE: is each damage to its records noticed?

Of every record, in turn: each field missing, each of another type, a field more
in each object, a verdict that contradicts its status or its counts, half of the
line.  Prints what the checker let through; exit status 1 if there is any.
"""

import copy
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(
    0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "analysis")
)
from check_records import Checker  # pylint: disable=wrong-import-position

OTHER = {"an": "object"}  # the type of no field


def objects(value, path=()):
    """Every object in it, by the way to it."""
    if isinstance(value, dict):
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, (dict, list)):
            yield from objects(inner, path + (key,))


def changed(record, path, change):
    record = copy.deepcopy(record)
    place = record
    for key in path:
        place = place[key]
    change(place)
    return record


def damages(record, optional):
    """What was done, and the line that comes of it."""
    for path in objects(record):
        place = record
        for key in path:
            place = place[key]
        yield f"{path}: a field more", changed(
            record, path, lambda o: o.update(novelty=1)
        )
        for key in place:
            what = "/".join(map(str, path + (key,)))
            yield f"{what} of another type", changed(
                record, path, lambda o, k=key: o.update({k: OTHER})
            )
            if key not in optional:
                yield f"{what} missing", changed(record, path, lambda o, k=key: o.pop(k))
    yield "another schema", {**record, "schema": 2}
    yield "another status", {**record, "status": 66 - record["status"]}
    yield "a verdict that is none", {**record, "verdict": "fine"}
    if record["command"] in ("explore", "hunt", "replay"):
        yield from search_damages(record)
        return
    if record["verdict"] == "sound":
        yield "sound, but not finished", {**record, "finished": False}
    if record["verdict"] == "not exposed" and record["command"] == "stress":
        yield "not exposed, but met", {**record, "exposed": 5}
    if record["verdict"] == "sanitizer report" and record["finished"]:
        yield "a report, but none", {**record, "reports": 0, "races": []}


def search_damages(record):
    """What a search cannot say of itself."""
    if record["command"] == "explore" and record["verdict"] == "sound":
        yield "sound, but failed", {**record, "failures": 1}
    if record["command"] == "hunt":
        if record["found"] is None:
            yield "nothing found, but saved", {**record, "reproducer": "x"}
        else:
            yield "found, but sound", {**record, "verdict": "sound", "status": 0}
            yield "found by nobody", {**record, "found": None}
    if record["command"] == "replay":
        yield "another end than its verdict", {**record, "outcome": "sound"}


OPTIONAL = {"space", "seen_share", "stands_for", "round", "regime", "kernel_faults_per_s", "pair", "hazard"}


def main(path):
    checker = Checker()
    tried = missed = 0
    with open(path, encoding="utf-8") as file:
        lines = file.readlines()
    for line in lines:
        texts = [
            (what, json.dumps(record))
            for what, record in damages(json.loads(line), OPTIONAL)
        ]
        texts.append(("half of the line", line[: len(line) // 2]))
        for what, text in texts:
            tried += 1
            if not checker.wrong_line(text):
                print(f"not noticed: {what}")
                missed += 1
    print(f"{tried - missed} of {tried} noticed")
    return 1 if missed or not tried else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
