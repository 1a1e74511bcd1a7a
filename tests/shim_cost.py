#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""shim_cost.py PROGRAM [PAIRS]: is a loop through the shim as fast as one in C++?

Runs the two of PROGRAM (shim_cost.c) by turns, there and back, PAIRS times (40)
of 0.1 s each, and prints the ratio of their times: the median of all pairs'
quotients, and its 95 % interval from 10,000 resamples.  Exit status: 0 if the
interval lies within 3 % of 1, 1 if it does not, 77 if the machine is too
restless for it to say.
"""

import json
import random
import statistics
import subprocess
import sys

MARGIN = 0.03


def time_of(program, name):
    command = [
        program,
        f"--benchmark_filter=^{name}/",
        "--benchmark_format=json",
        "--benchmark_min_time=0.1",
    ]
    done = subprocess.run(command, capture_output=True, check=True)
    return json.loads(done.stdout)["benchmarks"][0]["real_time"]


def main(program, pairs=40):
    draw = random.Random(1)
    quotients = []
    for _ in range(int(pairs)):
        names = ["turn/shim", "turn/direct"]
        draw.shuffle(names)
        there = {name: time_of(program, name) for name in names}
        back = {name: time_of(program, name) for name in reversed(names)}
        quotients += [t["turn/shim"] / t["turn/direct"] for t in (there, back)]
    medians = sorted(
        statistics.median(draw.choices(quotients, k=len(quotients)))
        for _ in range(10000)
    )
    low, high = medians[250], medians[9749]
    print(f"shim by direct: {statistics.median(quotients):.4f}, 95 % {low:.4f} .. {high:.4f}")
    print(f"turn/range_for by turn/direct, once: "
          f"{time_of(program, 'turn/range_for') / time_of(program, 'turn/direct'):.3f}")
    if 1 - MARGIN < low and high < 1 + MARGIN:
        return 0
    return 77 if high - low > 2 * MARGIN else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
