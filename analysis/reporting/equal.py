# SPDX-License-Identifier: BSD-2-Clause
"""A/A: do the statistics see differences where there are none?

Each cell is compared with itself.  Of the two processes that a block has of it, one
there and one back, a coin says which is the one strategy and which the other, and
they are compared as two strategies are, in pairs.  A process whose partner did not
count, or that had none, takes the next such.  Whatever is then called different was
called so wrongly.  Deals are made again until there are enough of them; a deal of
all cells is one family, adjusted by Holm as one.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from reporting.compare import (
    adjust, block_names, compare, ordered, pass_names, process_names,
)  # fmt: skip
from reporting.hodges_lehmann import generator
from reporting.measurements import FAMILY, usable
from reporting.style import unique

FAMILIES = 200
PLACES = 12  # that a cell must have to be dealt: six pairs of processes


@dataclass
class Verdict:
    places: int  # most that a cell had
    families: int = 0
    comparisons: int = 0
    flagged: int = 0  # families in which anything was called different

    @property
    def rate(self):
        return self.flagged / self.families if self.families else 0.0


def couples(rows):
    """[(place, place)]: first the two of each block, then neighbours of what is left."""
    of_block, left = {}, []
    for place, block in unique(zip(pass_names(rows), block_names(rows))):
        of_block.setdefault(block, []).append(place)
    found = []
    for places in of_block.values():
        left += places[len(places) // 2 * 2 :]
        found += zip(places[::2], places[1::2])
    return found + list(zip(left[::2], left[1::2]))


def dealt(rows, rng):
    """(half, other half) of a cell, as if measured side by side."""
    rows = ordered(rows)
    names = pass_names(rows)
    side, number = np.full(len(rows), -1), np.zeros(len(rows), dtype=int)
    for k, couple in enumerate(couples(rows)):
        first = rng.integers(0, 2)
        for which, place in enumerate(couple):
            side[names == place] = which ^ first
            number[names == place] = k
    processes = pd.factorize(process_names(rows))[0]  # of two runs two, whatever their numbers
    rows = rows.assign(**{"process": processes, "run": "deal", "block": number, "pass": 1})
    return rows[side == 0], rows[side == 1]


def cells(table):
    """[(name, rows, places)] of all."""
    groups = usable(table).groupby([*FAMILY, "strategy", "threads", "regime"], sort=True)
    return [("/".join(map(str, key)), rows, len(set(pass_names(rows)))) for key, rows in groups]


def deal(table, families=FAMILIES, resamples=2_000):
    """That many deals of all cells that have places enough."""
    every = cells(table)
    known = [(name, rows) for name, rows, places in every if places >= PLACES]
    verdict = Verdict(max((places for _, _, places in every), default=0))
    for number in range(families if known else 0):
        comparisons = [
            compare(*dealt(rows, generator("deal", number, name)), f"{number}/{name}", resamples)
            for name, rows in known
        ]
        adjust(comparisons)
        verdict.families += 1
        verdict.comparisons += len(comparisons)
        verdict.flagged += any(comparison.differs for comparison in comparisons)
    return verdict
