# SPDX-License-Identifier: BSD-2-Clause
"""A document whose sections are made by commands, each between two marks of its own."""

import os
import pathlib
import re

from showing.search import TOP, leave

BUSY = 0.5  # a load that is not ours
PATH = TOP / "docs" / "evidence.md"


def measured(records, load):
    """What the figures were measured on, and whether something else ran there.

    load: None, if some of the records are of an earlier day, when it may have
    been another.
    """
    one = records[-1]
    compilers = " and ".join(sorted({r["compiler"] for r in records}))
    commits = sorted({r["commit"][:10] + ("+" if r["dirty"] else "") for r in records})
    if load is None:
        others = "what else ran there is not known"
    else:
        others = f"load before it began: {load:.1f}"
        others += " (**others were at work: times are too long**)" if load > BUSY else ""
    return (
        f"Measured {one['started'][:10]} on {one['cores_allowed']} cores of {one['cpu']}, "
        f"{compilers}, commit {', '.join(commits)}; {others}."
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
