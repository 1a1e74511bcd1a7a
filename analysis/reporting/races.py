# SPDX-License-Identifier: BSD-2-Clause
"""Reports of sanitizers and what drivers met, over all stress records.

A race is a pair: a kind and, in no order, function and access of its two sides.
Function names, not lines, for lines move; strategies are counted apart.  The rows
of a matrix are the pairs of halves that the drivers hunt; a cell says

  never met     no row entered both halves at once: nothing was tested
  sound         met, and the rows in which it was were sound
  unsound       met in a row that something else convicted
  hit           a race was reported within this very pair
"""

from dataclasses import dataclass, field

from reporting import style

UNSOUND = ("violation", "sanitizer report")


def convicted(record):
    return record["verdict"] in UNSOUND


def is_canary(record):
    return record["driver"].startswith("canary")


def expected(record):
    """Is it the point of this row, or run, to be convicted?"""
    wrong = record.get("as_found") or record.get("plant")
    return record["strategy"] == "busted" or bool(wrong) or is_canary(record)


def key_of(race):
    sides = sorted((race[side]["function"] or "?", race[side]["access"]) for side in "ab")
    return f"{race['kind']}: " + " x ".join(f"{name} {access}" for name, access in sides)


@dataclass
class Race:
    """All reports of one pair."""

    key: str
    race: dict  # the first report of it, from a strategy that should have none if there is one
    record: dict
    counts: dict = field(default_factory=dict)  # by strategy
    drivers: set = field(default_factory=set)
    hazard: str = ""
    pairs: set = field(default_factory=set)
    unexpected: bool = False

    @property
    def count(self):
        return sum(self.counts.values())

    @property
    def rank(self):
        """Unexpected ones first, then those of the catalogue, then the frequent."""
        return (not self.unexpected, not self.hazard, not self.pairs, -self.count, self.key)


def collect(records):
    """Every race once, the most telling first."""
    found = {}
    for record in sorted(records, key=lambda r: (expected(r), r["strategy"] == "busted")):
        for race in record["races"]:
            key = key_of(race)
            one = found.setdefault(key, Race(key, race, record))
            strategy = record["strategy"]
            one.counts[strategy] = one.counts.get(strategy, 0) + race["count"]
            one.drivers.add(record["driver"])
            one.hazard = one.hazard or race.get("hazard", "")
            one.unexpected |= not expected(record)
            if "pair" in race:
                one.pairs.add(race["pair"])
    return sorted(found.values(), key=lambda one: one.rank)


@dataclass
class Cell:
    state: str = "never met"
    met: int = 0
    seed: int | None = None
    replay: str = ""
    key: str = ""

    @property
    def text(self):
        return {"never met": "–", "not run": ""}.get(self.state, f"{self.met:,}")


STATES = ["not run", "never met", "sound", "unsound", "hit"]


def pair_cell(records, a, b):
    """What is known of one pair from the rows of one driver under one strategy."""
    cell = Cell(state="never met" if records else "not run")
    for record in records:
        met = sum(m["met"] for m in record["met"] if (m["a"], m["b"]) == (a, b))
        hits = [r for r in record["races"] if r.get("pair") in (f"{a} x {b}", f"{b} x {a}")]
        state = "never met"
        if met or hits:
            state = "hit" if hits else "unsound" if convicted(record) else "sound"
        cell.met += met
        if STATES.index(state) > STATES.index(cell.state) or cell.seed is None:
            cell.state = max(state, cell.state, key=STATES.index)
            cell.seed, cell.replay = record["seed"], record["replay"]
            cell.key = key_of(hits[0]) if hits else ""
    return cell


def matrix(records):
    """(strategies, [(driver, pair, [Cell])]) of rows as they should be; canaries are none."""
    records = [r for r in records if not r["as_found"] and not is_canary(r)]
    strategies = style.in_order(r["strategy"] for r in records)
    rows = []
    for driver in style.unique(r["driver"] for r in records):
        own = [r for r in records if r["driver"] == driver]
        for a, b in style.unique((m["a"], m["b"]) for r in own for m in r["met"]):
            cells = [
                pair_cell([r for r in own if r["strategy"] == s], a, b) for s in strategies
            ]
            rows.append((driver, f"{a} x {b}", cells))
    return strategies, rows


def exhibits(records):
    """[(id, driver, strategy, rows, found, seconds of each that found)] of defects given back."""
    groups = {}
    for record in records:
        if len(record["as_found"]) == 1:
            name = (record["as_found"][0], record["driver"], record["strategy"])
            groups.setdefault(name, []).append(record)
    return [
        (*name, len(own), sum(map(convicted, own)),
         sorted(r["wall_ns"] / 1e9 for r in own if convicted(r)))
        for name, own in sorted(groups.items())
    ]  # fmt: skip


def totals(records):
    """[(verdict, strategy, how many)] over all rows."""
    names = [(r["verdict"], r["strategy"]) for r in records]
    return [(*name, names.count(name)) for name in sorted(set(names))]
