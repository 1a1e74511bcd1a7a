# SPDX-License-Identifier: BSD-2-Clause
"""A/A: do the statistics see differences where there are none?

Each cell is compared with itself: its blocks are dealt into two halves, at random
but balanced, as if they were two strategies.  Whatever is then called different
was called so wrongly.  Deals are made again until there are enough of them; a
deal of all cells is one family, adjusted by Holm as one.
"""

from dataclasses import dataclass

from reporting.compare import adjust, block_names, compare
from reporting.hodges_lehmann import generator
from reporting.measurements import FAMILY, usable

FAMILIES = 200
BLOCKS = 12  # that a cell must have to be dealt


@dataclass
class Verdict:
    families: int
    comparisons: int
    flagged: int  # families in which anything was called different

    @property
    def rate(self):
        return self.flagged / self.families if self.families else 0.0


def dealt(rows, rng):
    """(half, other half) of a cell, as if measured side by side: neighbours are split."""
    blocks = sorted(set(block_names(rows)))
    first = set()
    for at in range(0, len(blocks) - 1, 2):
        first.add(blocks[at + rng.integers(0, 2)])
    in_first = [block in first for block in block_names(rows)]
    other = [block not in first for block in block_names(rows)]
    return rows[in_first], rows[other]


def cells(table):
    rates = usable(table)
    for key, rows in rates.groupby([*FAMILY, "strategy", "threads", "regime"], sort=True):
        if len(set(block_names(rows))) >= BLOCKS:
            yield "/".join(map(str, key)), rows


def split_blocks(table, families=FAMILIES, resamples=2_000):
    """That many deals of all cells of a table; None if no cell has blocks enough."""
    known = list(cells(table))
    if not known:
        return None
    flagged = 0
    for number in range(families):
        comparisons = []
        for name, rows in known:
            a, b = dealt(rows, generator("deal", number, name))
            comparisons.append(compare(a, b, f"{number}/{name}", resamples))
        adjust(comparisons)
        flagged += any(comparison.differs for comparison in comparisons)
    return Verdict(families, families * len(known), flagged)
