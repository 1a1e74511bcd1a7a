# SPDX-License-Identifier: BSD-2-Clause
"""A document whose sections are made by commands, each between two marks of its own."""

import os
import pathlib
import re
import textwrap

from showing.search import INTERRUPTED, TOP, complain, leave

PATH = TOP / "docs" / "evidence.md"
WIDTH = 105  # of prose


def paragraph(text):
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def measured(records, machine):
    """What the figures were measured on, and what else ran there."""
    one = records[-1]
    days = sorted({r["started"][:10] for r in records})
    compilers = " and ".join(sorted({r["compiler"] for r in records}))
    commits = sorted({r["commit"][:10] + ("+" if r["dirty"] else "") for r in records})
    return (
        f"Measured {' to '.join(dict.fromkeys((days[0], days[-1])))} on {one['cores_allowed']} "
        f"cores of {one['cpu']}, {compilers}, commit {', '.join(commits)}; {machine.words()}."
    )


def footer(options, records, *sentences):
    """What was run, and where."""
    return paragraph(" ".join([f"Made by `analysis/evidence.py {' '.join(options.words)}`.", *sentences,
                               measured(records, options.machine)]))  # fmt: skip


class Promises:
    """What is asked, beside what is seen.  A command's options have it from then on."""

    def __init__(self, options):
        self.machine = options.machine
        self.rows = []
        options.promises = self

    def add(self, asked, seen, kept, why=""):
        """why: of one that is not kept, where that is known."""
        self.rows.append((asked, seen, bool(kept), why))

    @property
    def broken(self):
        """What was asked, of what is not met."""
        return [asked for asked, _, kept, _ in self.rows if not kept]

    def verdict(self, kept, why):
        if kept:
            return "met"
        reasons = [why] if why else []
        if self.machine.loaded:
            reasons.append("others were at work")
        return "**not met**" + (f": {'; '.join(reasons)}" if reasons else "")

    def table(self):
        lines = ["| asked | seen | |", "|---|---|---|"]
        lines += [f"| {asked} | {seen} | {self.verdict(kept, why)} |"
                  for asked, seen, kept, why in self.rows]  # fmt: skip
        return [*lines, ""]


def put(name, text, path=PATH):
    """Replace the section of that name."""
    begin, end = f"<!-- {name}: made by analysis/evidence.py -->", f"<!-- {name}: end -->"
    old = pathlib.Path(path).read_text(encoding="utf-8")
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(old):
        leave(f"{path} has no section {name}")
    new = pattern.sub(lambda _: f"{begin}\n{text.rstrip()}\n{end}", old)
    beside = pathlib.Path(f"{path}.new")
    beside.write_text(new, encoding="utf-8")
    beside.replace(path)


def publish(name, lines, options, cut=False):
    """Say it, and write it if that was asked for.  cut: ^C came before the end.

    Returns the status that ^C asks for, or 0.
    """
    print("\n".join(lines), flush=True)
    if cut:
        complain("cut off: this is what was measured"
                 + (f"; {PATH.name} stays as it was" if options.write else ""))  # fmt: skip
        return INTERRUPTED
    if options.write:
        put(name, "\n".join(lines))
    return 0
