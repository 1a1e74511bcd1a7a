# SPDX-License-Identifier: BSD-2-Clause
"""The page: sections of text, tables and pictures, rendered as HTML and as Markdown.

Both are rendered from the same sections, so that they say the same.  The HTML
stands alone: its pictures are in it, and it asks nothing of the network.
"""

import pathlib
import re
from dataclasses import dataclass, field

import jinja2
from markupsafe import Markup

LONG = 60  # characters, from which on a cell of a table is given some width
TEMPLATES = pathlib.Path(__file__).parent / "templates"


@dataclass
class Table:
    header: list
    rows: list  # of lists of words
    caption: str = ""
    marks: list = field(default_factory=list)  # a class for each row, or none

    @property
    def numeric(self):
        """Of each column, whether it has numbers and nothing else: it is aligned whole."""
        columns = [[row[k] for row in self.rows] for k in range(len(self.header))]
        return [any(column) and all(map(is_number, column)) for column in columns]


@dataclass
class Picture:
    name: str
    sentence: str
    svg: str
    alt: str


@dataclass
class Race:
    anchor: str
    title: str
    facts: list  # of (name, words)
    sides: list  # of (title, stack)
    replay: str


@dataclass
class Section:
    title: str
    text: list = field(default_factory=list)
    tables: list = field(default_factory=list)
    pictures: list = field(default_factory=list)
    races: list = field(default_factory=list)
    after: list = field(default_factory=list)
    folded: str = ""  # what its tables are behind, in HTML

    @property
    def anchor(self):
        return slug(self.title)


def slug(text):
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower()


def code(text):
    """Escaped, and what stands in `backticks` as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(jinja2.filters.escape(text))))


def cell(text):
    """For a table of Markdown."""
    return str(text).replace("|", "\\|").replace("\n", " ")


def is_number(text):
    """Or an empty cell; with a sign of comparison and a unit, whatever the blanks between."""
    text = str(text).replace("\N{NO-BREAK SPACE}", " ")
    return bool(re.match(r"^([<≥] ?)?[–\-\d.,]+( ?[%×a-zA-Zµ/]{1,4})?$|^$", text))


def environment(escape):
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=escape, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    made.filters.update(code=code, cell=cell, slug=slug)
    made.tests.update(long=lambda text: len(str(text)) > LONG)
    return made


def html(**what):
    return environment(True).get_template("page.html.j2").render(**what)


def markdown(**what):
    return environment(False).get_template("page.md.j2").render(**what)
