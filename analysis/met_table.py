#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""met_table.py PLAIN PERTURBED [PLAIN PERTURBED...]: how often pairs were met.

Reads the records (stress.jsonl) of `vmrace stress all -s all`, without delays
and with, one pair of files for each build, and prints a Markdown table for
each: a row for each driver's pair, a column for each strategy, a cell
"without / with".  Counts below 100 are bold; where a row of the run was not
sound its verdict stands in the place of a count.
"""
import json
import sys

RARE = 100
BUILDS = {"none": "native", "thread": "ThreadSanitizer", "address": "AddressSanitizer"}


def read(path):
    with open(path, encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines if line.strip()]
    if not records:
        sys.exit(f"met_table.py: {path}: no records")
    return records


def unique(values):
    return list(dict.fromkeys(values))


def counts(records):
    """{(driver, pair, strategy): the text of a cell's half}, the last one wins."""
    cells = {}
    for record in records:
        for met in record["met"]:
            key = (record["driver"], f"{met['a']} x {met['b']}", record["strategy"])
            count = met["met"]
            text = f"{count:,}" if count >= RARE else f"**{count}**"
            cells[key] = text if record["verdict"] == "sound" else record["verdict"]
    return cells


def the_only(records, what):
    values = unique(record[what] for record in records)
    if len(values) != 1:
        sys.exit(f"met_table.py: several values of {what}: {values}")
    return values[0]


def table(plain, perturbed):
    both = plain + perturbed
    strategies = unique(record["strategy"] for record in both)
    without, with_ = counts(plain), counts(perturbed)
    print(f"\n## {BUILDS[the_only(both, 'sanitizer')]}\n")
    print(
        f"{the_only(both, 'cpus')} CPUs, {the_only(both, 'seconds'):g} s a row, seed "
        f"{the_only(both, 'seed')}, {the_only(both, 'compiler')}, "
        f"commit {the_only(both, 'commit')[:10]}.\n"
    )
    print("| driver | pair | " + " | ".join(strategies) + " |")
    print("|---|---|" + "---:|" * len(strategies))
    for driver, pair in unique(key[:2] for key in [*without, *with_]):
        cells = (
            f"{without.get((driver, pair, s), '-')} / {with_.get((driver, pair, s), '-')}"
            for s in strategies
        )
        print(f"| {driver} | {pair} | " + " | ".join(cells) + " |")


def throughput(plain):
    """Operations a second, of the first pair of files, without delays."""
    strategies = unique(record["strategy"] for record in plain)
    rates = {(r["driver"], r["strategy"]): f"{r['operations_per_s']:,.0f}" for r in plain}
    print(f"\n## Operations a second, {BUILDS[the_only(plain, 'sanitizer')]}, no delays\n")
    print("A driver's operations are its own, so compare along a row; `empty` is the harness alone.\n")
    print("| driver | " + " | ".join(strategies) + " |")
    print("|---|" + "---:|" * len(strategies))
    for driver in unique(record["driver"] for record in plain):
        print(f"| {driver} | " + " | ".join(rates.get((driver, s), "-") for s in strategies) + " |")


def main(paths):
    if not paths or len(paths) % 2 != 0:
        sys.exit(__doc__.splitlines()[0])
    print("# How often each pair was met\n")
    print("`analysis/met_tables.sh` measures and writes this file anew. A cell is the count without")
    print("delays / with `--perturb`; fewer than 100 is bold. Counts depend on the host and on what")
    print("else runs on it. What *met* means: [stress.md](stress.md).")
    for plain, perturbed in zip(paths[::2], paths[1::2]):
        table(read(plain), read(perturbed))
    throughput(read(paths[0]))


if __name__ == "__main__":
    main(sys.argv[1:])
