#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""exhibit_table.py FOUND REPAIRED: how soon each defect that was given back was found.

Reads records (stress.jsonl) of `vmrace stress DRIVER --as-found ID` with one id
each, and of the same rows without it, in the same order.  Prints a Markdown table:
of how many rows how many were violations, the median and the longest time of
these, how often a pair was met, what was said most often; and how many of those
without the defect were anything but sound, and for how long they ran.
"""
import json
import re
import statistics
import sys

HEAD = """# How soon each defect is found

`analysis/exhibits.sh` measures and writes this file anew: each flagship defect of the original,
given back (`--as-found`), under the original's locking, natively, with `--perturb`, for seeds 1 to
{seeds}, at most {limit:g} s each. Times depend on the host and on what else runs on it. A sleeper that
nobody wakes (C2) is found by the watchdog, after {patience} s without an operation. *Repaired* is the same
command without the defect, for as long as the find took and 2 s at least: how many such runs failed.

Commit {commit}, {cores} cores, {compiler}.
"""


def sign(note):
    """What was said, without its numbers."""
    note = re.sub(r"^\d+ violations?, the first: ", "", note)
    note = re.sub(r"^violation: ", "", note)
    note = re.sub(r"actor \d+, round \d+: ", "", note)
    note = re.sub(r"0x[0-9a-f]+|\d+", "N", note)
    return note if len(note) <= 70 else note[:69] + "…"


def row(exhibit, records, repaired):
    found = [r for r in records if r["verdict"] == "violation"]
    times = sorted(r["wall_ns"] / 1e9 for r in found if r["wall_ns"] != 0)
    how = max(set(map(sign, (r["note"] for r in found))), default="-",
              key=[sign(r["note"]) for r in found].count)
    median = f"{statistics.median(times):.3g}" if times else "-"
    longest = f"{times[-1]:.3g}" if times else "-"
    met = statistics.median(r["exposed"] for r in records)
    failed = sum(r["verdict"] not in ("sound", "not exposed") for r in repaired)
    ran = sum(r["wall_ns"] for r in repaired) / 1e9
    return (f"| {exhibit} | {records[0]['driver']} | {len(found)} of {len(records)} | {median} "
            f"| {longest} | {met:,.0f} | {how} | {failed} in {ran:.0f} s |")


def read(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def main():
    records = read(sys.argv[1])
    pairs = list(zip(records, read(sys.argv[2]), strict=True))
    one = records[0]
    print(HEAD.format(seeds=max(r["seed"] for r in records), limit=one["seconds"],
                      patience=5, commit=one["commit"][:10], cores=one["cores"],
                      compiler=one["compiler"]))
    print("| id | driver | found | median s | longest s | windows met | most often said | repaired |")
    print("|---|---|---:|---:|---:|---:|---|---:|")
    for exhibit in dict.fromkeys(r["as_found"][0] for r in records):
        mine = [p for p in pairs if p[0]["as_found"] == [exhibit]]
        print(row(exhibit, [p[0] for p in mine], [p[1] for p in mine]))


if __name__ == "__main__":
    main()
