# SPDX-License-Identifier: BSD-2-Clause
"""A document whose sections are made by commands, each between two marks of its own."""

import os
import pathlib
import re

from showing.search import TOP, leave

PATH = TOP / "docs" / "evidence.md"


def measured(records, load):
    """What the figures were measured on, and whether something else ran there."""
    one = records[-1]
    commits = sorted({r["commit"][:10] + ("+" if r["dirty"] else "") for r in records})
    busy = load > 0.5
    return (
        f"Measured {one['started'][:10]} on {one['cores_allowed']} cores of {one['cpu']}, "
        f"{one['compiler']}, commit {', '.join(commits)}; load before it began: {load:.1f}"
        + (" (**others were at work: times are too long**)." if busy else ".")
    )


def load():
    """Runnable processes in the minute before."""
    return os.getloadavg()[0]


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
