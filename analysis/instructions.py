#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""instructions.py PROGRAM [WORKLOAD...]: where the instructions of an operation go.

Runs `vmrace-bench work` of the release build (PROGRAM) under callgrind for some
workloads and strategies and prints a Markdown table for each: the instructions of
one operation on one thread, by function.  What a compiler has inlined counts as
the function it stands in in the source.  The numbers are the same on every machine
and under any load; they say nothing of waiting for a cache line.  A string instruction
counts as often as it repeats.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

OPERATIONS = 4096
STRATEGIES = ("original", "fine", "rcu", "percpu")
WORKLOADS = (
    ("W1", "lookup_hot", "objects:1/table:157"),
    ("W2", "lookup_many", "objects:1024/table:157"),
    ("W6", "soft_fault", "pages:128"),
)
SHOWN = 12  # functions; the rest is one row


def read_costs(path, program):
    """Instructions by address in the program, or by symbol in a library; and one known address."""
    costs, elsewhere = collections.Counter(), collections.Counter()
    entry = None
    own = called = False
    symbol = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("ob="):
            own = pathlib.Path(line[3:]).name == program.name
        elif line.startswith("fn="):
            symbol = line[3:]
        elif line.startswith("calls="):
            called = True
        elif match := re.match(r"0x([0-9a-f]+) \d+ (\d+)$", line):
            address, count = int(match[1], 16), int(match[2])
            if symbol == "work_profiled":
                entry = min(entry or address, address)
            if called:  # what was called is counted where it is
                called = False
            elif own:
                costs[address] += count
            else:
                elsewhere[symbol] += count
    return costs, elsewhere, entry


def address_of(program, symbol):
    table = subprocess.run(["llvm-nm-19", program], capture_output=True, text=True, check=True)
    return next(int(line.split()[0], 16) for line in table.stdout.splitlines() if line.endswith(f" {symbol}"))


def names(program, addresses):
    """The function that each stands in, in the source: the innermost of what was inlined."""
    asked = "\n".join(map(hex, addresses))
    done = subprocess.run(["llvm-symbolizer-19", f"--obj={program}", "--output-style=JSON"],
                          input=asked, capture_output=True, text=True, check=True)  # fmt: skip
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [one["Symbol"][0]["FunctionName"] or "?" for one in found]


def by_name(program, costs, elsewhere, entry):
    moved = entry - address_of(program, "work_profiled")
    total = collections.Counter(elsewhere)
    for name, count in zip(names(program, [a - moved for a in costs]), costs.values()):
        total[name] += count
    return total


def measure(program, operation, strategy, args):
    with tempfile.TemporaryDirectory() as directory:
        out = pathlib.Path(directory) / "out"
        bare = pathlib.Path(directory) / program.name  # valgrind cannot read all debug information
        subprocess.run(["llvm-objcopy-19", "--strip-debug", program, bare], check=True)
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--compress-strings=no",
             "--compress-pos=no", "--dump-instr=yes", "--toggle-collect=work_profiled", "--", bare,
             "work", operation, strategy, args, str(OPERATIONS)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            sys.exit(f"instructions.py: {operation}/{strategy}: {done.stderr.strip()}")
        did = int(done.stdout.split()[0])
        total = by_name(program, *read_costs(out, program))
    prefix = f"{strategy}_"  # of core/'s own, in this copy of it
    return {name.removeprefix(prefix).partition("@@")[0]: count / did for name, count in total.items()}


def rows(by_strategy):
    """Name and figures, the greatest first; what is small is one row."""
    known = {name for costs in by_strategy for name in costs}
    large = sorted(known, key=lambda n: (-max(c.get(n, 0) for c in by_strategy), n))[:SHOWN]
    shown = [(f"`{n}`", [c.get(n, 0) for c in by_strategy]) for n in large]
    rest = [sum(v for n, v in c.items() if n not in large) for c in by_strategy]
    return [*shown, (f"{len(known) - len(large)} others", rest),
            ("**all**", [sum(c.values()) for c in by_strategy])]  # fmt: skip


def main(program, *wanted):
    for workload, operation, args in WORKLOADS:
        if wanted and workload not in wanted:
            continue
        found = [measure(program, operation, s, args) for s in STRATEGIES]
        print(f"| {workload} `{operation}` {args} | " + " | ".join(STRATEGIES) + " |")
        print("|---|" + "--:|" * len(STRATEGIES))
        for name, figures in rows(found):
            print(f"| {name} | " + " | ".join(f"{x:.1f}" if x else "" for x in figures) + " |")
        print()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__.splitlines()[0])
    main(pathlib.Path(sys.argv[1]), *sys.argv[2:])
