#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""exhibit_table.py RECORDS: how soon each defect that was given back was found.

Reads records (stress.jsonl) of `vmrace stress DRIVER --as-found ID` with one id
each and prints a Markdown table: of how many rows how many were violations, the
median and the longest time of these, the operations of the median one, and what
was said first.
"""
import json
import re
import statistics
import sys

HEAD = """# How soon each defect is found

`analysis/exhibits.sh` measures and writes this file anew: each flagship defect of the original,
given back (`--as-found`), under the original's locking, natively, with `--perturb`, for seeds 1 to
{seeds}, at most {limit:g} s each. Times depend on the host and on what else runs on it. A sleeper that
nobody wakes (C2) is found by the watchdog, after {patience} s without an operation.
"""


def sign(note):
    """What was said, without its numbers."""
    note = re.sub(r"^\d+ violations?, the first: ", "", note)
    note = re.sub(r"^violation: ", "", note)
    note = re.sub(r"actor \d+, round \d+: ", "", note)
    note = re.sub(r"0x[0-9a-f]+|\d+", "N", note)
    return note if len(note) <= 70 else note[:69] + "…"


def row(exhibit, records):
    found = [r for r in records if r["verdict"] == "violation"]
    times = sorted(r["wall_ns"] / 1e9 for r in found if r["wall_ns"] != 0)
    how = max(set(map(sign, (r["note"] for r in found))), default="-",
              key=[sign(r["note"]) for r in found].count)
    median = f"{statistics.median(times):.3g}" if times else "-"
    longest = f"{times[-1]:.3g}" if times else "-"
    met = statistics.median(r["exposed"] for r in records)
    return (f"| {exhibit} | {records[0]['driver']} | {len(found)} of {len(records)} | {median} "
            f"| {longest} | {met:,.0f} | {how} |")


def main():
    with open(sys.argv[1], encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    print(HEAD.format(seeds=max(r["seed"] for r in records), limit=records[0]["seconds"],
                      patience=5))
    print("| id | driver | found | median s | longest s | windows met | most often said |")
    print("|---|---|---:|---:|---:|---:|---|")
    for exhibit in dict.fromkeys(r["as_found"][0] for r in records):
        print(row(exhibit, [r for r in records if r["as_found"] == [exhibit]]))


if __name__ == "__main__":
    main()
